import Foundation
import GRDB

/// Opens a log's file twice: once for its writer, once for those who read meanwhile.
enum SQLiteConnections {
    static func open(
        _ path: String, name: String, options: SQLiteLogOptions
    ) throws(StorageError) -> (writer: DatabaseQueue, reader: DatabaseQueue) {
        try SQLiteFormat.checkFile(path)
        do {
            let writer = try DatabaseQueue(path: path, configuration: configuration())
            try writer.writeWithoutTransaction { db in
                try identify(db, path, name: name, options: options)
                try makeDurable(db, path)
                try db.execute(sql: SQLiteFormat.views)
                try check(db, path, options)
            }
            chmod(path, 0o600)
            let reader = try DatabaseQueue(path: path, configuration: configuration())
            try reader.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = ON") }
            return (writer, reader)
        } catch {
            throw SQLiteFormat.failure(error, path)
        }
    }

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        // The other connection holds the file for moments only: never fail at once.
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = false
        return configuration
    }

    private static func identify(
        _ db: Database, _ path: String, name: String, options: SQLiteLogOptions
    ) throws {
        let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
        if isEmpty && application == 0 && version == 0 {
            return try SQLiteFormat.create(db, name: name, indexStreams: options.indexStreams)
        }
        let service = try SQLiteFormat.checkIsLog(db, path)
        guard service == name else {
            throw StorageError(
                .notALog, "\(path) is the log of \(service), not of \(name): move it to its own name")
        }
    }

    // After opening, since a connection may set its own defaults; and read back, since SQLite ignores what it cannot do.
    private static func makeDurable(_ db: Database, _ path: String) throws {
        let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
        try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864")
        let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous")
        guard mode == "wal", synchronous == 2 else {
            throw StorageError(
                .io,
                "the log \(path) cannot be kept safely here (journal mode \(mode ?? "unknown"), synchronous "
                    + "\(synchronous ?? -1)): use a local disk")
        }
    }

    private static func check(_ db: Database, _ path: String, _ options: SQLiteLogOptions) throws {
        if SQLiteFormat.sizeOfFile(path) <= options.checkUpTo {
            let problems = try String.fetchAll(db, sql: "PRAGMA quick_check(1)")
            guard problems == ["ok"] else {
                throw SQLiteFormat.damaged(path, problems.first ?? "the check says nothing")
            }
            let gaps = try Row.fetchOne(db, sql: "SELECT count(*), min(position), max(position) FROM events")
            if let gaps, let first = gaps[1] as Int64?, let last = gaps[2] as Int64?, last - first + 1 != gaps[0] {
                throw SQLiteFormat.damaged(path, "events are missing between positions \(first) and \(last)")
            }
        }
    }
}
