import Kernel

/// Reads what is recorded of an order or a robot, from the logs of this process.
struct TimelineReader: Sendable {
    /// An order's log is short; a longer one is cut at its beginning.
    static let maxOrderEvents = 2_000
    /// The gateway's log has no index by robot: so many of its newest events are looked through.
    static let scannedReports = 50_000

    let events: EventStream

    /// An order's events over all services' logs, oldest first; each log's in its own order.
    func order(_ id: String) async throws -> [RecordedEvent] {
        let subject = TimelineSubject.order(id)
        var found: [RecordedEvent] = []
        for service in subject.services {
            for stream in subject.streams(in: service) {
                found += try await events.history(of: stream, in: service, newest: Self.maxOrderEvents)
            }
        }
        // Tasks are numbered from 1 without gaps.
        var number = 1
        while found.count < Self.maxOrderEvents {
            let task = try await events.history(of: "task/\(id)/\(number)", in: "depot", newest: Self.maxOrderEvents)
            if task.isEmpty { break }
            found += task
            number += 1
        }
        return Self.merged(found, in: subject)
    }

    /// The newest of a robot's events, oldest first: the depot's and the gateway's.
    ///
    /// - Parameter before: only those recorded earlier, by service
    func bot(_ id: String, newest limit: Int, before: [String: UInt64] = [:]) async throws -> [RecordedEvent] {
        let subject = TimelineSubject.bot(id)
        let stream = "bot/\(id)"
        let reports = try await events.newest(
            in: "gateway", scanned: Self.scannedReports, before: before["gateway"], limit: limit,
            where: { $0.stream == stream })
        let depot: [RecordedEvent]
        if let position = before["depot"] {
            depot = try await events.newest(
                in: "depot", scanned: Self.scannedReports, before: position, limit: limit,
                where: { $0.stream == stream })
        } else {
            depot = try await events.history(of: stream, in: "depot", newest: limit)
        }
        return Self.merged(reports + depot, in: subject).suffix(limit)
    }

    /// A robot's events after a position of each log, oldest first. Costs in step with all that was recorded since.
    func bot(_ id: String, after positions: [String: UInt64]) async throws -> [RecordedEvent] {
        let subject = TimelineSubject.bot(id)
        let stream = "bot/\(id)"
        var found: [RecordedEvent] = []
        for service in subject.services {
            let position = positions[service] ?? 0
            let end = events.head(of: service) ?? 0
            guard end > position else { continue }
            found += try await events.newest(
                in: service, scanned: Int(end - position), limit: .max,
                where: { $0.stream == stream && $0.position > position })
        }
        return Self.merged(found, in: subject)
    }

    /// By time; what was recorded at one time, in the order of the services, and each log's in its own order.
    static func merged(_ events: [RecordedEvent], in subject: TimelineSubject) -> [RecordedEvent] {
        var rank: [String: Int] = [:]
        for (index, service) in subject.services.enumerated() { rank[service] = index }
        return events.sorted { left, right in
            if left.time != right.time { return left.time < right.time }
            if left.service != right.service { return rank[left.service, default: 9] < rank[right.service, default: 9] }
            return left.position < right.position
        }
    }
}
