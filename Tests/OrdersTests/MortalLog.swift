import Kernel
import Synchronization

/// A log whose process dies at its k-th commit: before it is on disk, or after it is and before anybody is told.
final class MortalLog: EventLog {
    enum Death: Sendable { case before, after }

    private struct State {
        var left = Int.max
        var death = Death.before
        var isDead = false
    }

    private let log: InMemoryEventLog
    private let state = Mutex(State())

    init(name: String) {
        log = InMemoryEventLog(name: name)
    }

    /// The next process: it lives for so many commits.
    func revive(for commits: Int, _ death: Death) {
        state.withLock { $0 = State(left: commits, death: death) }
    }

    var isDead: Bool { state.withLock { $0.isDead } }

    func commit(_ batch: LogBatch) throws(StorageError) -> [RecordedEvent] {
        let killed = StorageError(.io, "the test killed the process of \(name)")
        let (isDead, strikes, death) = state.withLock { state in
            if state.isDead { return (true, false, state.death) }
            state.left -= 1
            state.isDead = state.left == 0
            return (false, state.left == 0, state.death)
        }
        if isDead { throw killed }

        if strikes, death == .before { throw killed }
        let recorded = try log.commit(batch)
        if strikes { throw killed }
        return recorded
    }

    var name: String { log.name }
    var head: UInt64 { log.head }
    var earliest: UInt64 { log.earliest }
    func read(after position: UInt64, limit: Int) throws(StorageError) -> [RecordedEvent] {
        try log.read(after: position, limit: limit)
    }
    func read(stream: String, afterVersion version: UInt64, limit: Int) throws(StorageError) -> [RecordedEvent] {
        try log.read(stream: stream, afterVersion: version, limit: limit)
    }
    func version(of stream: String) throws(StorageError) -> UInt64 { try log.version(of: stream) }
    func cursor(_ name: String) throws(StorageError) -> UInt64 { try log.cursor(name) }
    func reply(to key: String) throws(StorageError) -> StoredReply? { try log.reply(to: key) }
    func snapshot() throws(StorageError) -> StoredSnapshot? { try log.snapshot() }
    func view(_ name: String) throws(StorageError) -> StoredSnapshot? { try log.view(name) }
    func close() throws(StorageError) { try log.close() }
}
