import GRDB

/// A log's file, looked at from outside: to be read while its service runs or when none does. Nothing in it changes.
///
/// Safe to use from anywhere; blocks on the disk.
public final class SQLiteLogFile: Sendable {
    public let path: String
    /// The service's name, as the file has it.
    public let name: String
    /// The first event's position when it was opened; 1 while there is none.
    public let earliest: UInt64
    /// The last event's position when it was opened; 0 while there is none.
    public let head: UInt64
    private let queue: DatabaseQueue

    /// - throws: ``StorageError``: `.notAccessible`, `.notALog`, `.newerFormat`, `.damaged`.
    public init(path: String) throws(StorageError) {
        guard SQLiteFormat.exists(path) else {
            throw StorageError(.notAccessible, "there is no log \(path): name a mall's data directory")
        }
        try SQLiteFormat.checkFile(path)
        self.path = path
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            queue = try DatabaseQueue(path: path, configuration: configuration)
            (name, earliest, head) = try queue.read { db in
                let name = try SQLiteFormat.checkIsLog(db, path)
                let ends = try Row.fetchOne(db, sql: "SELECT min(position), max(position) FROM events")
                return (
                    name, SQLiteReading.number(ends?[0] as Int64? ?? 1), SQLiteReading.number(ends?[1] as Int64? ?? 0)
                )
            }
        } catch {
            throw SQLiteFormat.failure(error, path)
        }
    }

    /// The events after a position, in order, at most `limit`; also those recorded since it was opened.
    public func read(after position: UInt64, limit: Int) throws(StorageError) -> [RecordedEvent] {
        try read { [name] db in
            try SQLiteReading.events(db, of: name, SQLiteReading.byPosition, [Int64(clamping: position), limit])
        }
    }

    /// The position in another service's log after which this one goes on when it starts: the cursor of a subscription,
    /// or that of what it keeps of that log. 0: it reads all of it.
    public func place(in service: String) throws(StorageError) -> UInt64 {
        try read { db in
            let cursor = try SQLiteReading.cursor(db, service)
            // Files of an older time have no views.
            guard try db.tableExists("views") else { return cursor }
            let view = try Int64.fetchOne(db, sql: "SELECT position FROM views WHERE name = ?", arguments: [service])
            return max(cursor, SQLiteReading.number(view ?? 0))
        }
    }

    public func snapshot() throws(StorageError) -> StoredSnapshot? {
        try read { try SQLiteReading.snapshot($0) }
    }

    private func read<R: Sendable>(_ body: (Database) throws -> R) throws(StorageError) -> R {
        do {
            return try queue.read(body)
        } catch {
            throw SQLiteFormat.failure(error, path)
        }
    }
}
