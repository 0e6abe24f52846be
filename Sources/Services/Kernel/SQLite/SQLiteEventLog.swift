import GRDB
import Synchronization

/// An event log in one SQLite file, flushed to the disk before a commit returns.
///
/// The file belongs to one process: lock its folder with ``DataDirectory``. Reads use a connection of their own, so that
/// they do not wait for the writer's flush.
public final class SQLiteEventLog: EventLog {
    public let name: String
    public let path: String

    private let writer: DatabaseQueue
    private let reader: DatabaseQueue
    private let pen: SQLitePen
    private let published: Mutex<(first: UInt64, head: UInt64, isClosed: Bool)>

    /// Opens the file, or makes it; checks it through when it is small.
    ///
    /// - throws: ``StorageError`` naming the file and what to do, when it is damaged, of a newer format, of another
    ///   program or service, in use or not accessible.
    public init(path: String, name: String, options: SQLiteLogOptions = SQLiteLogOptions()) throws(StorageError) {
        self.path = path
        self.name = name
        (writer, reader) = try SQLiteConnections.open(path, name: name, options: options)
        pen = SQLitePen(log: name)
        do {
            let ends = try writer.writeWithoutTransaction { [pen] db in
                try pen.prepare(db)
                return (try pen.first(db), pen.head)
            }
            published = Mutex((ends.0, ends.1, false))
        } catch {
            throw SQLiteFormat.failure(error, path)
        }
    }

    public var head: UInt64 { published.withLock { $0.head } }
    public var earliest: UInt64 { published.withLock { $0.first } }

    public func commit(_ batch: LogBatch) throws(StorageError) -> [RecordedEvent] {
        try checkOpen()
        do {
            let (recorded, head) = try writer.writeWithoutTransaction { [pen] db in
                let recorded = try pen.write(batch, db)
                return (recorded, pen.head)
            }
            published.withLock { $0.head = head }
            return recorded
        } catch {
            throw SQLiteFormat.failure(error, path)
        }
    }

    public func read(after position: UInt64, limit: Int) throws(StorageError) -> [RecordedEvent] {
        guard position < head else { return [] }
        return try read { [name] db in
            try SQLiteReading.events(db, of: name, SQLiteReading.byPosition, [Int64(clamping: position), limit])
        }
    }

    public func read(
        stream: String, afterVersion version: UInt64, limit: Int
    ) throws(StorageError) -> [RecordedEvent] {
        try read { [name] db in
            try SQLiteReading.events(
                db, of: name, SQLiteReading.byStream, [stream, Int64(clamping: version), limit])
        }
    }

    /// Answered from memory for the streams that were written last.
    public func version(of stream: String) throws(StorageError) -> UInt64 {
        try checkOpen()
        do {
            return try writer.writeWithoutTransaction { [pen] in try pen.version(of: stream, $0) }
        } catch {
            throw SQLiteFormat.failure(error, path)
        }
    }

    public func cursor(_ name: String) throws(StorageError) -> UInt64 {
        try read { try SQLiteReading.cursor($0, name) }
    }

    public func reply(to key: String) throws(StorageError) -> StoredReply? {
        try read { try SQLiteReading.reply($0, key) }
    }

    public func snapshot() throws(StorageError) -> StoredSnapshot? {
        try read { try SQLiteReading.snapshot($0) }
    }

    public func view(_ name: String) throws(StorageError) -> StoredSnapshot? {
        try read { try SQLiteReading.view($0, name) }
    }

    /// Deletes the events up to a position, in one transaction. The last event always stays.
    func deleteEvents(through position: UInt64) throws(StorageError) {
        try checkOpen()
        guard position < head else {
            throw StorageError(.conflict, "the log of \(name) keeps its last event, at position \(head)")
        }
        do {
            let first = try writer.writeWithoutTransaction { [pen] db in
                try db.inTransaction(.immediate) {
                    try db.execute(sql: "DELETE FROM events WHERE position <= ?", arguments: [Int64(position)])
                    return .commit
                }
                return try pen.first(db)
            }
            published.withLock { $0.first = first }
        } catch {
            throw SQLiteFormat.failure(error, path)
        }
    }

    /// Puts events back that were deleted, which end where the log begins, in one transaction.
    func restoreEvents(_ events: [RecordedEvent]) throws(StorageError) {
        try checkOpen()
        guard let last = events.last, last.position + 1 == earliest else {
            throw StorageError(
                .conflict, "only events that end before position \(earliest) go back into the log of \(name)")
        }
        do {
            let first = try writer.writeWithoutTransaction { [pen] db in
                try pen.restore(events, db)
                return try pen.first(db)
            }
            published.withLock { $0.first = first }
        } catch {
            throw SQLiteFormat.failure(error, path)
        }
    }

    /// Gives the room of deleted events back to the file system, and returns the file's size before and after, in bytes.
    ///
    /// SQLite writes what is left anew: that takes time and room for what is left, not for what has gone. Until it is
    /// done the file is as before.
    public func giveBackRoom() throws(StorageError) -> (before: Int64, after: Int64) {
        try checkOpen()
        let before: Int64
        do {
            try writer.writeWithoutTransaction { _ = try Row.fetchAll($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
            before = SQLiteFormat.sizeOfFile(path)
            try writer.writeWithoutTransaction { db in
                try db.execute(sql: "VACUUM")
                _ = try Row.fetchAll(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
        } catch {
            throw SQLiteFormat.failure(error, path)
        }
        return (before, SQLiteFormat.sizeOfFile(path))
    }

    public func close() throws(StorageError) {
        let wasClosed = published.withLock { published in
            defer { published.isClosed = true }
            return published.isClosed
        }
        if wasClosed { return }
        do {
            try reader.close()
            try writer.close()
        } catch {
            throw SQLiteFormat.failure(error, path)
        }
    }

    private func read<R: Sendable>(_ body: (Database) throws -> R) throws(StorageError) -> R {
        try checkOpen()
        do {
            return try reader.writeWithoutTransaction(body)
        } catch {
            throw SQLiteFormat.failure(error, path)
        }
    }

    private func checkOpen() throws(StorageError) {
        if published.withLock({ $0.isClosed }) { throw Self.closed(log: name) }
    }
}
