@testable import Kernel

/// A service's log between one start of its process and the next: what is on `disk` outlives it.
///
/// A batch is on disk only when its flush was well; a crash at a flush loses the batch, or keeps it though nobody was told.
///
/// Safe because a simulation is one thread.
final class SimLog: EventLog, @unchecked Sendable {
    /// What becomes of a flush.
    enum Flush {
        case well
        /// Nothing is written.
        case fails
        /// It is written, and the disk says that it failed.
        case failsWritten
        case crashBefore
        case crashAfter
    }

    let disk: InMemoryEventLog
    /// Asked at each flush.
    var flush: () -> Flush = { .well }
    /// Told what is on disk now.
    var written: ([RecordedEvent]) -> Void = { _ in }
    /// The process is to die.
    var crash: () -> Void = {}
    /// The process that this was open in is gone.
    private(set) var isGone = false

    init(_ disk: InMemoryEventLog) { self.disk = disk }

    var name: String { disk.name }
    var head: UInt64 { disk.head }
    var earliest: UInt64 { 1 }

    func commit(_ batch: LogBatch) throws(StorageError) -> [RecordedEvent] {
        try check()
        switch flush() {
        case .well: return try write(batch)
        case .fails: throw StorageError(.io, "the disk has failed")
        case .failsWritten:
            _ = try write(batch)
            throw StorageError(.io, "the disk says that it has failed")
        case .crashBefore:
            die()
            throw Self.closed(log: name)
        case .crashAfter:
            _ = try write(batch)
            die()
            throw Self.closed(log: name)
        }
    }

    private func write(_ batch: LogBatch) throws(StorageError) -> [RecordedEvent] {
        let recorded = try disk.commit(batch)
        written(recorded)
        return recorded
    }

    private func die() {
        isGone = true
        crash()
    }

    func close() { isGone = true }

    private func check() throws(StorageError) {
        if isGone { throw Self.closed(log: name) }
    }

    func read(after position: UInt64, limit: Int) throws(StorageError) -> [RecordedEvent] {
        try check()
        return try disk.read(after: position, limit: limit)
    }

    func read(
        stream: String, afterVersion version: UInt64, limit: Int
    ) throws(StorageError) -> [RecordedEvent] {
        try check()
        return try disk.read(stream: stream, afterVersion: version, limit: limit)
    }

    func version(of stream: String) throws(StorageError) -> UInt64 {
        try check()
        return try disk.version(of: stream)
    }

    func cursor(_ name: String) throws(StorageError) -> UInt64 {
        try check()
        return try disk.cursor(name)
    }

    func reply(to key: String) throws(StorageError) -> StoredReply? {
        try check()
        return try disk.reply(to: key)
    }

    func snapshot() throws(StorageError) -> StoredSnapshot? {
        try check()
        return try disk.snapshot()
    }

    func view(_ name: String) throws(StorageError) -> StoredSnapshot? {
        try check()
        return try disk.view(name)
    }
}
