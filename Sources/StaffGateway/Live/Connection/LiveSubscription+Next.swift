import Kernel
import Messages
import NIOCore

/// What a subscription sends next.
extension LiveSubscription {
    /// Events; nil: its client has seen everything.
    mutating func nextEvents(
        from boards: inout LiveBoards, for audience: Audience, _ limits: LiveLimits
    ) throws -> ByteBuffer? {
        switch topic {
        case .board(let topic): try nextOfBoard(topic, from: &boards, for: audience, limits)
        case .order: nextChunk().map { $0.message(id) }
        case .bot(let bot): try nextOfBot(bot, from: &boards)
        }
    }

    /// Telemetry, when it is time for it.
    mutating func nextTelemetry(
        from boards: inout LiveBoards, at now: Timestamp, _ limits: LiveLimits
    ) throws -> ByteBuffer? {
        guard let pace, pace.due <= now, pace.cursor < boards.sightings.head else { return nil }
        switch topic {
        case .board(.fleet):
            // Before the robots themselves it would say nothing to anyone.
            if case .new = phase { return nil }
            let part = try boards.telemetry(after: pace.cursor, at: now, limit: limits.partBytes)
            self.pace?.cursor = part.position
            if part.isLast { self.pace?.sent(at: now) }
            return ServerMessage.telemetry(id, part.data)
        case .bot(let bot) where lastPosition != nil:
            let text = try boards.telemetry(of: bot, after: pace.cursor, at: now)
            self.pace?.cursor = boards.sightings.head
            guard let text else { return nil }
            self.pace?.sent(at: now)
            return ServerMessage.telemetry(id, text)
        default: return nil
        }
    }

    private mutating func nextOfBoard(
        _ topic: BoardTopic, from boards: inout LiveBoards, for audience: Audience, _ limits: LiveLimits
    ) throws -> ByteBuffer? {
        let board = boards.state(of: topic)
        guard board.isComplete else { return nil }
        switch phase {
        case .new(let from?) where from.life == boards.life && from.change >= board.floor && from.change <= board.head:
            (phase, cursor) = (.live, from.change)
            return ServerMessage.resumed(id, from.text)
        case .new:
            (phase, cursor) = (.snapshot(end: board.head, part: 1), 0)
        case .live where cursor < board.floor:
            // It was away for so long that what is gone was forgotten.
            (phase, cursor) = (.snapshot(end: board.head, part: 1), 0)
        case .snapshot(let end, _) where end < board.floor:
            // Something that it was told in an earlier part is gone, and that is forgotten already.
            (phase, cursor) = (.snapshot(end: board.head, part: 1), 0)
        case .live where cursor == board.head: return nil
        case .live, .snapshot: break
        }
        guard case .snapshot(let end, let number) = phase else {
            let part = try boards.part(topic, after: cursor, audience: audience, limit: limits.partBytes)
            cursor = part.position
            return ServerMessage.delta(id, LivePosition(life: boards.life, change: cursor).text, part.data)
        }
        let part = try boards.part(
            topic, after: cursor, snapshotUntil: end, audience: audience, limit: limits.partBytes)
        cursor = part.position
        phase = part.isLast ? .live : .snapshot(end: end, part: number + 1)
        return ServerMessage.snapshot(
            id, LivePosition(life: boards.life, change: cursor).text, part: number, isLast: part.isLast, part.data)
    }

    private mutating func nextChunk() -> DetailChunk? {
        defer { chunk = nil }
        if let chunk { lastPosition = chunk.position }
        return chunk
    }

    /// A robot's events, and the robot and its task when they look different.
    private mutating func nextOfBot(_ bot: String, from boards: inout LiveBoards) throws -> ByteBuffer? {
        guard boards.fleet.isComplete, chunk != nil || lastPosition != nil else { return nil }
        var documents: [DetailChunk.Document] = []
        let key = EntityKey(kind: .bot, id: bot)
        if chunk?.kind != .resumed {
            if let entry = boards.fleet.entry(key), entry.change > cursor, let json = try boards.text(of: key) {
                documents.append(DetailChunk.Document(name: "bot", json: json))
            }
            if let json = try nextTask(of: key, from: &boards) {
                documents.append(DetailChunk.Document(name: "task", json: json))
            }
            cursor = boards.fleet.head
        }
        if var next = nextChunk() {
            next.documents += documents
            return next.message(id)
        }
        guard !documents.isEmpty, let lastPosition else { return nil }
        return DetailChunk(kind: .delta, position: lastPosition, documents: documents).message(id)
    }

    /// The robot's task when it looks different: the one that it has, or the last word of the one that it had.
    private mutating func nextTask(of bot: EntityKey, from boards: inout LiveBoards) throws -> ByteBuffer? {
        guard case .bot(let robot)? = boards.fleet.entry(bot)?.entity else { return nil }
        if !robot.taskID.isEmpty, robot.taskID != shownTask {
            shownTask = robot.taskID
            return try boards.text(of: EntityKey(kind: .task, id: robot.taskID))
        }
        guard let shownTask else { return nil }
        let task = EntityKey(kind: .task, id: shownTask)
        guard let entry = boards.fleet.entry(task), entry.change > cursor else { return nil }
        return try boards.text(of: task)
    }
}

extension DetailChunk {
    func message(_ id: Int64) -> ByteBuffer {
        switch kind {
        case .resumed: ServerMessage.resumed(id, position.text)
        case .snapshot(let part, let isLast):
            ServerMessage.snapshot(id, position.text, part: part, isLast: isLast, data)
        case .delta: ServerMessage.delta(id, position.text, data)
        }
    }
}
