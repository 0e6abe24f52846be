import Synchronization

/// An event log that lives as long as the process: for tests, simulations and throw-away malls.
public final class InMemoryEventLog: EventLog {
    private struct State {
        var events: [RecordedEvent] = []
        // Indices into `events`.
        var streams: [String: [Int]] = [:]
        var cursors: [String: UInt64] = [:]
        var replies: [String: StoredReply] = [:]
        var snapshot: StoredSnapshot?
        var views: [String: StoredSnapshot] = [:]
        var isClosed = false
    }

    public let name: String
    private let state = Mutex(State())

    public init(name: String) {
        self.name = name
    }

    public var head: UInt64 { state.withLock { UInt64($0.events.count) } }
    public var earliest: UInt64 { 1 }

    public func commit(_ batch: LogBatch) throws(StorageError) -> [RecordedEvent] {
        try access { state throws(StorageError) in
            let recorded = try record(batch, after: state)
            var keys: Set<String> = []
            for (key, _) in batch.replies where state.replies[key] != nil || !keys.insert(key).inserted {
                throw Self.keyTaken(log: name, key: key)
            }
            for event in recorded {
                state.streams[event.stream, default: []].append(state.events.count)
                state.events.append(event)
            }
            for (name, position) in batch.cursors { state.cursors[name] = position }
            if let limit = batch.forgetRepliesBefore {
                state.replies = state.replies.filter { $0.value.time >= limit }
            }
            for (key, reply) in batch.replies { state.replies[key] = reply }
            if let snapshot = batch.snapshot { state.snapshot = snapshot }
            for (name, view) in batch.views { state.views[name] = view }
            return recorded
        }
    }

    private func record(_ batch: LogBatch, after state: State) throws(StorageError) -> [RecordedEvent] {
        var versions: [String: UInt64] = [:]
        var recorded: [RecordedEvent] = []
        for append in batch.events {
            let version = versions[append.stream] ?? UInt64(state.streams[append.stream]?.count ?? 0)
            if let expected = append.expectedVersion, expected != version {
                throw Self.conflict(log: name, stream: append.stream, expected: expected, actual: version)
            }
            versions[append.stream] = version + 1
            recorded.append(
                RecordedEvent(
                    service: name, position: UInt64(state.events.count + recorded.count + 1), stream: append.stream,
                    version: version + 1, type: append.type, time: batch.time, cause: append.cause,
                    payload: append.payload))
        }
        return recorded
    }

    public func read(after position: UInt64, limit: Int) throws(StorageError) -> [RecordedEvent] {
        try access { state in
            let start = Int(min(position, UInt64(state.events.count)))
            return Array(state.events[start...].prefix(limit))
        }
    }

    public func read(
        stream: String, afterVersion version: UInt64, limit: Int
    ) throws(StorageError) -> [RecordedEvent] {
        try access { state in
            let indices = state.streams[stream] ?? []
            return indices[Int(min(version, UInt64(indices.count)))...].prefix(limit).map { state.events[$0] }
        }
    }

    public func version(of stream: String) throws(StorageError) -> UInt64 {
        try access { UInt64($0.streams[stream]?.count ?? 0) }
    }

    public func cursor(_ name: String) throws(StorageError) -> UInt64 {
        try access { $0.cursors[name] ?? 0 }
    }

    public func reply(to key: String) throws(StorageError) -> StoredReply? {
        try access { $0.replies[key] }
    }

    public func snapshot() throws(StorageError) -> StoredSnapshot? {
        try access { $0.snapshot }
    }

    public func view(_ name: String) throws(StorageError) -> StoredSnapshot? {
        try access { $0.views[name] }
    }

    public func close() throws(StorageError) {
        state.withLock { $0.isClosed = true }
    }

    private func access<R: Sendable>(
        _ body: (inout State) throws(StorageError) -> R
    ) throws(StorageError) -> R {
        try state.withLock { state throws(StorageError) in
            if state.isClosed { throw Self.closed(log: name) }
            return try body(&state)
        }
    }
}
