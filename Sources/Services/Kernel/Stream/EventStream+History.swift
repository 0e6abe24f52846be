import Dispatch

/// What has been recorded, for those who want to know one thing's past and not follow a whole log.
extension EventStream {
    // Disk reads wait here, not on Swift's cooperative threads.
    private static let disk = DispatchQueue(label: "mallbots.events.history", attributes: .concurrent)

    /// The newest events of one stream of a log, in order, at most `limit`; empty when there are none, or no such log.
    ///
    /// Costs in step with what it returns where the log has its streams indexed, which all but the gateway's have.
    public func history(of stream: String, in service: String, newest limit: Int) async throws -> [RecordedEvent] {
        guard let log = feed(of: service)?.log else { return [] }
        return try await Self.reading {
            let version = try log.version(of: stream)
            let after = version > UInt64(limit) ? version - UInt64(limit) : 0
            return version == 0 ? [] : try log.read(stream: stream, afterVersion: after, limit: limit)
        }
    }

    /// The events of a log that `matches`, of the last `scanned` that it has, in order, the newest `limit` of them.
    public func newest(
        in service: String, scanned: Int, before position: UInt64? = nil, limit: Int,
        where matches: @escaping @Sendable (RecordedEvent) -> Bool
    ) async throws -> [RecordedEvent] {
        guard let feed = feed(of: service) else { return [] }
        return try await Self.reading {
            var found: [[RecordedEvent]] = []
            var count = 0
            var end = min(feed.head, position.map { $0 == 0 ? 0 : $0 - 1 } ?? .max)
            let first = end > UInt64(scanned) ? end - UInt64(scanned) : 0
            let start = max(first, feed.log.earliest - 1)
            while end > start, count < limit {
                let begin = max(start, end > 1_000 ? end - 1_000 : 0)
                let events = try feed.read(after: begin, limit: Int(end - begin)).filter(matches)
                found.append(events)
                count += events.count
                end = begin
            }
            return found.reversed().flatMap { $0 }.suffix(limit)
        }
    }

    private static func reading(
        _ body: @escaping @Sendable () throws -> [RecordedEvent]
    ) async throws -> [RecordedEvent] {
        try await withCheckedThrowingContinuation { continuation in
            disk.async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
