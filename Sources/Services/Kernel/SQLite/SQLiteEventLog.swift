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
    private let published: Mutex<(head: UInt64, isClosed: Bool)>
    private let first: UInt64

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
            first = ends.0
            published = Mutex((ends.1, false))
        } catch {
            throw SQLiteFormat.failure(error, path)
        }
    }

    public var head: UInt64 { published.withLock { $0.head } }
    public var earliest: UInt64 { first }

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
