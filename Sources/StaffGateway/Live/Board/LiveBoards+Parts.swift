import Kernel
import NIOCore
import Web

/// What subscribers get: texts that those who have seen the same share.
extension LiveBoards {
    /// The next part of a topic for a subscriber that has seen everything up to `cursor`; see `TopicBoard`.
    mutating func part(
        _ topic: BoardTopic, after cursor: UInt64, snapshotUntil end: UInt64? = nil, audience: Audience, limit: Int
    ) throws -> BoardPart {
        let key = SharedParts.PartKey(
            topic: topic, cursor: cursor, head: self[topic].head, end: end, audience: audience, limit: limit)
        if let part = shared.parts[key] { return part }
        let part =
            switch topic {
            case .orders: try orders.part(topic, after: cursor, snapshotUntil: end, audience: audience, limit: limit)
            case .fleet: try fleet.part(topic, after: cursor, snapshotUntil: end, audience: audience, limit: limit)
            case .lists: try lists.part(topic, after: cursor, snapshotUntil: end, audience: audience, limit: limit)
            case .stores: try stores.part(topic, after: cursor, snapshotUntil: end, audience: audience, limit: limit)
            case .alerts: try alerts.part(topic, after: cursor, snapshotUntil: end, audience: audience, limit: limit)
            }
        shared.keep(part, as: key)
        return part
    }

    /// The robots that said something after `cursor`: a JSON list.
    mutating func telemetry(after cursor: UInt64, at now: Timestamp, limit: Int) throws -> BoardPart {
        let key = SharedParts.TelemetryKey(cursor: cursor, head: sightings.head, now: now, limit: limit)
        if let part = shared.telemetry[key] { return part }
        var part = BoardPart(data: ByteBuffer(), position: sightings.head, isLast: true)
        var keys: [(EntityKey, TopicBoard.Entry)] = []
        sightings.forEach(after: cursor) {
            keys.append(($0, $1))
            return true
        }
        part.data.writeString("[")
        for (index, (key, entry)) in keys.enumerated() {
            if index > 0 { part.data.writeString(",") }
            try writeSighting(key, to: &part.data, at: now)
            if part.data.readableBytes >= limit, index + 1 < keys.count {
                (part.position, part.isLast) = (entry.change, false)
                break
            }
        }
        part.data.writeString("]")
        shared.keep(part, as: key)
        return part
    }

    /// What one robot said, when it said it after `cursor`: a JSON list of one.
    mutating func telemetry(of botID: String, after cursor: UInt64, at now: Timestamp) throws -> ByteBuffer? {
        let key = EntityKey(kind: .sighting, id: botID)
        guard let entry = sightings.entry(key), entry.change > cursor else { return nil }
        var data = ByteBuffer(string: "[")
        try writeSighting(key, to: &data, at: now)
        data.writeString("]")
        return data
    }

    private mutating func writeSighting(_ key: EntityKey, to data: inout ByteBuffer, at now: Timestamp) throws {
        guard case .sighting(let sighting)? = sightings.entry(key)?.entity,
            let text = try sightings.text(of: key, for: .viewer)
        else { return }
        data.writeImmutableBuffer(text)
        data.writeString(",\"age_ms\":\(max(0, now.unixMs - sighting.time.unixMs))}")
    }

    /// One thing's JSON; nil when it is not known.
    mutating func text(of key: EntityKey) throws -> ByteBuffer? {
        key.kind == .bot || key.kind == .task ? try fleet.text(of: key, for: .viewer) : nil
    }
}

/// The newest parts, by what their subscribers had seen.
struct SharedParts: Sendable {
    struct PartKey: Hashable, Sendable {
        var topic: BoardTopic
        var cursor: UInt64
        var head: UInt64
        var end: UInt64?
        var audience: Audience
        var limit: Int
    }

    struct TelemetryKey: Hashable, Sendable {
        var cursor: UInt64
        var head: UInt64
        var now: Timestamp
        var limit: Int
    }

    private static let kept = 64
    private(set) var parts: [PartKey: BoardPart] = [:]
    private(set) var telemetry: [TelemetryKey: BoardPart] = [:]

    mutating func keep(_ part: BoardPart, as key: PartKey) {
        if parts.count >= Self.kept { parts.removeAll(keepingCapacity: true) }
        parts[key] = part
    }

    mutating func keep(_ part: BoardPart, as key: TelemetryKey) {
        if telemetry.count >= Self.kept { telemetry.removeAll(keepingCapacity: true) }
        telemetry[key] = part
    }
}
