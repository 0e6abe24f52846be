import NIOCore

/// A piece of a topic, ready to be sent: what changed after one position, up to another.
struct BoardPart: Sendable, Hashable {
    /// A JSON object with the topic's fields.
    var data: ByteBuffer
    /// Everything up to this change is in this part, in those before it, or changed again later.
    var position: UInt64
    /// There is nothing more now.
    var isLast: Bool
}

extension TopicBoard {
    /// The next part for a subscriber that has seen everything up to `cursor`.
    ///
    /// - Parameters:
    ///   - end: For a snapshot: where the topic was when it began. It is complete when it gets there; what changes
    ///     meanwhile comes after it. Nil: not a snapshot, so things that are gone are told.
    ///   - limit: about how many bytes a part may have; one thing is always in it.
    mutating func part(
        _ topic: BoardTopic, after cursor: UInt64, snapshotUntil end: UInt64? = nil, audience: Audience, limit: Int
    ) throws -> BoardPart {
        var chosen: [EntityKey] = []
        var position = end ?? head
        var size = 0
        // First which ones, then their texts: those are made on the way, and change what is walked over.
        var isLast = true
        let found = keys(after: cursor, snapshotUntil: end)
        for key in found.keys {
            let bytes = try text(of: key, for: audience)?.readableBytes ?? key.id.utf8.count
            if !chosen.isEmpty, size + bytes > limit {
                isLast = false
                position = change(of: chosen[chosen.count - 1])
                break
            }
            size += bytes
            chosen.append(key)
        }
        if isLast, !found.isWhole, let last = chosen.last { (position, isLast) = (change(of: last), false) }
        return BoardPart(
            data: try data(topic, chosen, audience: audience, size: size), position: position, isLast: isLast)
    }

    /// The next things to tell; whether that is all of them.
    ///
    /// A snapshot ends where it began: what goes after that may have been told in an earlier part, so that it is a delta's to
    /// tell.
    private func keys(after cursor: UInt64, snapshotUntil end: UInt64?) -> (keys: [EntityKey], isWhole: Bool) {
        var keys: [EntityKey] = []
        // As many as fit into one part, and some more.
        var isWhole = true
        forEach(after: cursor) { key, entry in
            if let end, entry.change > end { return false }
            guard end == nil || !entry.isGone else { return true }
            isWhole = keys.count < 2_000
            if isWhole { keys.append(key) }
            return isWhole
        }
        return (keys, isWhole)
    }

    private func change(of key: EntityKey) -> UInt64 { entry(key)?.change ?? head }

    private mutating func data(
        _ topic: BoardTopic, _ keys: [EntityKey], audience: Audience, size: Int
    ) throws -> ByteBuffer {
        var data = ByteBuffer()
        data.reserveCapacity(size + 128)
        var separator = "{"
        for section in topic.sections {
            data.writeString("\(separator)\"\(section.name)\":[")
            separator = ","
            var isFirst = true
            var removed: [String] = []
            for key in keys where key.kind == section.kind {
                guard let text = try text(of: key, for: audience) else {
                    removed.append(key.id)
                    continue
                }
                if !isFirst { data.writeString(",") }
                isFirst = false
                data.writeImmutableBuffer(text)
            }
            data.writeString("],\"\(section.removed)\":[")
            data.writeString(removed.map(\.quoted).joined(separator: ","))
            data.writeString("]")
        }
        data.writeString("}")
        return data
    }
}

extension String {
    /// As a JSON string.
    var quoted: String {
        var text = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
