import Foundation
import GRDB

/// What is in a log's file, and how to tell that a file is one.
enum SQLiteFormat {
    /// "MBlg": says in the file's header whose file it is (see `PRAGMA application_id`).
    static let applicationID: Int32 = 0x4D42_6C67
    /// Rises with each change that older programs must not touch.
    static let version = 1

    /// Streams have integer ids, so that an event's row and its index entry are short.
    static let tables = """
        CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL);
        CREATE TABLE events (
            position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, version INTEGER NOT NULL, type TEXT NOT NULL,
            time INTEGER NOT NULL, cause TEXT, cause_position INTEGER, payload BLOB NOT NULL);
        CREATE TABLE cursors (name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE replies (
            id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, digest INTEGER NOT NULL, time INTEGER NOT NULL,
            reply BLOB NOT NULL);
        CREATE TABLE snapshots (
            id INTEGER PRIMARY KEY CHECK (id = 1), format INTEGER NOT NULL, position INTEGER NOT NULL,
            state BLOB NOT NULL);
        """
    /// Came later. Who does not know it loses nothing by it, so the version is the same.
    static let views = """
        CREATE TABLE IF NOT EXISTS views (
            name TEXT PRIMARY KEY, format INTEGER NOT NULL, position INTEGER NOT NULL, state BLOB NOT NULL);
        """
    static let streamIndex = "CREATE UNIQUE INDEX events_by_stream ON events (stream, version);"

    /// Makes the tables in an empty file, in one transaction with the mark of whose file it is.
    static func create(_ db: Database, name: String, indexStreams: Bool) throws {
        try db.inTransaction(.immediate) {
            try db.execute(sql: tables)
            if indexStreams { try db.execute(sql: streamIndex) }
            try db.execute(sql: "INSERT INTO about VALUES ('service', ?)", arguments: [name])
            try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
            return .commit
        }
    }

    /// Refuses what is not a log's file before SQLite touches it.
    ///
    /// A file that was cut is told by the page count in its header (offset 28; source: sqlite.org/fileformat2.html), as
    /// long as there is no write-ahead log to complete it.
    static func checkFile(_ path: String) throws(StorageError) {
        guard let file = FileHandle(forReadingAtPath: path) else {
            if FileManager.default.fileExists(atPath: path) {
                throw StorageError(.notAccessible, "the log \(path) cannot be read: give this user the right to")
            }
            return
        }
        defer { try? file.close() }
        let header = [UInt8]((try? file.read(upToCount: 100)) ?? Data())
        let size = (try? file.seekToEnd()) ?? 0
        let waiting = sizeOfFile("\(path)-wal")
        if header.isEmpty {
            if waiting == 0 { return }
            throw damaged(path, "it is empty, though its write-ahead log is not")
        }
        guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw StorageError(
                .notALog, "\(path) is not an event log: move it away, or name another data directory")
        }
        let pageSize = UInt64(header[16]) << 8 | UInt64(header[17])
        let pages = header[28..<32].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let expected = pages * (pageSize == 1 ? 65536 : pageSize)
        if waiting == 0, size < expected {
            throw damaged(path, "it has \(size) bytes and should have \(expected)")
        }
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// That an open file is a log, and of a format that this program knows; the name of its service.
    static func checkIsLog(_ db: Database, _ path: String) throws -> String {
        let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard application == applicationID else {
            throw StorageError(
                .notALog, "\(path) is the database of another program: move it away, or name another data directory")
        }
        guard version <= self.version else {
            throw StorageError(
                .newerFormat,
                "the log \(path) has format \(version), and this program knows formats up to "
                    + "\(self.version): use the MallBots that wrote it, or a newer one")
        }
        return try String.fetchOne(db, sql: "SELECT value FROM about WHERE key = 'service'") ?? "no service"
    }

    static func sizeOfFile(_ path: String) -> Int64 {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.int64Value ?? 0
    }

    static func damaged(_ path: String, _ why: String) -> StorageError {
        StorageError(.damaged, "the log \(path) is damaged: \(why); restore the data directory from a backup")
    }

    /// What an error of SQLite means to us.
    static func failure(_ error: any Error, _ path: String) -> StorageError {
        if let error = error as? StorageError { return error }
        guard let error = error as? DatabaseError else {
            return StorageError(.io, "the log \(path) failed: \(error)")
        }
        let reason = "\(error.message ?? "no reason given") (SQLite \(error.extendedResultCode.rawValue))"
        switch error.resultCode {
        case .SQLITE_FULL:
            return StorageError(.full, "no room is left on the device for the log \(path): make room; \(reason)")
        case .SQLITE_CORRUPT: return damaged(path, reason)
        case .SQLITE_NOTADB: return damaged(path, reason)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return StorageError(
                .inUse, "the log \(path) is in use by another program: stop that; \(reason)")
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            return StorageError(
                .notAccessible,
                "the log \(path) cannot be opened for writing: give this user the right to; \(reason)")
        default:
            return StorageError(.io, "the log \(path) failed: \(reason)")
        }
    }
}
