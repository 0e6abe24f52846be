import Foundation
import GRDB

/// What is read from a log's tables.
enum SQLiteReading {
    // CROSS JOIN fixes the order: events first, by their key, then each one's stream.
    static let byPosition = """
        SELECT e.position, s.name, e.version, e.type, e.time, e.cause, e.cause_position, e.payload
        FROM events e CROSS JOIN streams s ON s.id = e.stream WHERE e.position > ? ORDER BY e.position LIMIT ?
        """
    static let byStream = """
        SELECT e.position, s.name, e.version, e.type, e.time, e.cause, e.cause_position, e.payload
        FROM streams s CROSS JOIN events e ON e.stream = s.id
        WHERE s.name = ? AND e.version > ? ORDER BY e.version LIMIT ?
        """

    static func events(
        _ db: Database, of service: String, _ sql: String, _ arguments: StatementArguments
    ) throws -> [RecordedEvent] {
        let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: arguments)
        var events: [RecordedEvent] = []
        while let row = try rows.next() {
            events.append(
                RecordedEvent(
                    service: service, position: number(row[0]), stream: row[1], version: number(row[2]), type: row[3],
                    time: Timestamp(unixMs: row[4]), cause: cause(row[5], row[6]), payload: bytes(row[7])))
        }
        return events
    }

    static func cursor(_ db: Database, _ name: String) throws -> UInt64 {
        let statement = try db.cachedStatement(sql: "SELECT position FROM cursors WHERE name = ?")
        return number(try Int64.fetchOne(statement, arguments: [name]) ?? 0)
    }

    static func reply(_ db: Database, _ key: String) throws -> StoredReply? {
        let statement = try db.cachedStatement(sql: "SELECT digest, time, reply FROM replies WHERE key = ?")
        return try Row.fetchOne(statement, arguments: [key]).map { row in
            StoredReply(
                digest: UInt64(bitPattern: row[0] as Int64), time: Timestamp(unixMs: row[1]), reply: bytes(row[2]))
        }
    }

    static func snapshot(_ db: Database) throws -> StoredSnapshot? {
        try Row.fetchOne(db, sql: "SELECT format, position, state FROM snapshots").map(snapshot)
    }

    static func view(_ db: Database, _ name: String) throws -> StoredSnapshot? {
        try Row.fetchOne(db, sql: "SELECT format, position, state FROM views WHERE name = ?", arguments: [name])
            .map(snapshot)
    }

    private static func snapshot(_ row: Row) -> StoredSnapshot {
        StoredSnapshot(format: UInt32(clamping: row[0] as Int64), position: number(row[1]), state: bytes(row[2]))
    }

    // Never negative in a sound file; a damaged one must not stop the process.
    static func number(_ value: Int64) -> UInt64 {
        UInt64(clamping: value)
    }

    private static func bytes(_ data: Data) -> [UInt8] {
        [UInt8](data)
    }

    private static func cause(_ text: String?, _ position: Int64?) -> Cause? {
        guard let text else { return nil }
        guard let position else { return .command(text) }
        return .event(service: text, position: number(position))
    }
}
