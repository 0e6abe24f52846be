import Foundation
import GRDB

/// Writes batches, each in one transaction; remembers where the log and its streams end.
final class SQLitePen: @unchecked Sendable {
    // Safe because it is used only inside the writer's queue, which runs one closure at a time.

    private struct Stream {
        var id: Int64
        var version: UInt64
    }

    // More streams than are at work at a time; beyond that they are read again.
    private static let remembered = 65_536

    private let log: String
    private(set) var head: UInt64 = 0
    private var streams: [String: Stream] = [:]
    // False after a failure: what is in memory may not be what is in the file.
    private var isPrepared = false

    init(log: String) {
        self.log = log
    }

    /// Takes the log's end from the file.
    func prepare(_ db: Database) throws {
        if db.isInsideTransaction { try db.rollback() }
        streams.removeAll()
        head = SQLiteReading.number(try Int64.fetchOne(db, sql: "SELECT max(position) FROM events") ?? 0)
        isPrepared = true
    }

    func first(_ db: Database) throws -> UInt64 {
        SQLiteReading.number(try Int64.fetchOne(db, sql: "SELECT min(position) FROM events") ?? 1)
    }

    func version(of stream: String, _ db: Database) throws -> UInt64 {
        if !isPrepared { try prepare(db) }
        return try find(stream, db)?.version ?? 0
    }

    func write(_ batch: LogBatch, _ db: Database) throws -> [RecordedEvent] {
        if !isPrepared { try prepare(db) }
        isPrepared = false
        var recorded: [RecordedEvent] = []
        do {
            try db.inTransaction(.immediate) {
                recorded = try append(batch, db)
                try writeBeside(batch, db)
                return .commit
            }
        } catch {
            try? prepare(db)
            throw error
        }
        head += UInt64(recorded.count)
        if streams.count > Self.remembered { streams.removeAll() }
        isPrepared = true
        return recorded
    }

    // MARK: Events

    private func append(_ batch: LogBatch, _ db: Database) throws -> [RecordedEvent] {
        guard !batch.events.isEmpty else { return [] }
        var recorded: [RecordedEvent] = []
        recorded.reserveCapacity(batch.events.count)
        var touched: Set<String> = []
        let insertion = try SQLiteInsertion(db)
        // Events of one stream come together: it is looked up once for all of them.
        var name = batch.events[0].stream
        var stream = try find(name, db) ?? add(name, db)
        for append in batch.events {
            if append.stream != name {
                streams[name] = stream
                touched.insert(name)
                name = append.stream
                stream = try find(name, db) ?? add(name, db)
            }
            if let expected = append.expectedVersion, expected != stream.version {
                throw SQLiteEventLog.conflict(
                    log: log, stream: append.stream, expected: expected, actual: stream.version)
            }
            stream.version += 1
            let event = RecordedEvent(
                service: log, position: head + UInt64(recorded.count) + 1, stream: append.stream,
                version: stream.version, type: append.type, time: batch.time, cause: append.cause,
                payload: append.payload)
            try insertion.execute(event, stream: stream.id)
            recorded.append(event)
        }
        streams[name] = stream
        touched.insert(name)
        let update = try db.cachedStatement(sql: "UPDATE streams SET version = ? WHERE id = ?")
        for name in touched {
            guard let stream = streams[name] else { continue }
            try update.execute(arguments: [Int64(stream.version), stream.id])
        }
        return recorded
    }

    /// Puts events back whose streams are known, since streams outlive their events.
    func restore(_ events: [RecordedEvent], _ db: Database) throws {
        if !isPrepared { try prepare(db) }
        try db.inTransaction(.immediate) {
            let insert = try SQLiteInsertion(db)
            for event in events {
                guard let stream = try find(event.stream, db), event.version <= stream.version else {
                    throw StorageError(
                        .damaged,
                        "the log of \(log) knows no version \(event.version) of the stream \(event.stream): these archived "
                            + "events are another mall's")
                }
                try insert.execute(event, stream: stream.id)
            }
            return .commit
        }
    }

    private func find(_ name: String, _ db: Database) throws -> Stream? {
        if let stream = streams[name] { return stream }
        let statement = try db.cachedStatement(sql: "SELECT id, version FROM streams WHERE name = ?")
        guard let row = try Row.fetchOne(statement, arguments: [name]) else { return nil }
        let stream = Stream(id: row[0], version: SQLiteReading.number(row[1]))
        streams[name] = stream
        return stream
    }

    private func add(_ name: String, _ db: Database) throws -> Stream {
        try db.cachedStatement(sql: "INSERT INTO streams (name, version) VALUES (?, 0)").execute(arguments: [name])
        return Stream(id: db.lastInsertedRowID, version: 0)
    }

    // MARK: What goes beside them

    private func writeBeside(_ batch: LogBatch, _ db: Database) throws {
        if let limit = batch.forgetRepliesBefore {
            // Ids rise with time: this stops at the first answer that is kept.
            try db.execute(
                sql: """
                    DELETE FROM replies WHERE id < coalesce(
                        (SELECT id FROM replies WHERE time >= ? ORDER BY id LIMIT 1), 9223372036854775807)
                    """,
                arguments: [limit.unixMs])
        }
        for (name, position) in batch.cursors {
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO cursors VALUES (?, ?)")
                .execute(arguments: [name, Int64(position)])
        }
        for (key, reply) in batch.replies {
            try store(reply, to: key, db)
        }
        for (name, view) in batch.views {
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO views VALUES (?, ?, ?, ?)")
                .execute(arguments: [name, Int64(view.format), Int64(view.position), Data(view.state)])
        }
        if let snapshot = batch.snapshot {
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO snapshots VALUES (1, ?, ?, ?)")
                .execute(arguments: [Int64(snapshot.format), Int64(snapshot.position), Data(snapshot.state)])
        }
    }

    private func store(_ reply: StoredReply, to key: String, _ db: Database) throws {
        do {
            try db.cachedStatement(sql: "INSERT INTO replies (key, digest, time, reply) VALUES (?, ?, ?, ?)")
                .execute(arguments: [key, Int64(bitPattern: reply.digest), reply.time.unixMs, Data(reply.reply)])
        } catch DatabaseError.SQLITE_CONSTRAINT {
            throw SQLiteEventLog.keyTaken(log: log, key: key)
        }
    }
}
