import GRDB
import GRDBSQLite

/// The statement that each event goes through.
///
/// It calls SQLite itself: what GRDB does around each execution of a statement, observers, authorizers and copies of the
/// arguments, takes longer than the insertion. Everything else here goes through GRDB.
struct SQLiteInsertion {
    private let statement: OpaquePointer
    private let db: Database

    init(_ db: Database) throws {
        self.db = db
        // Safe because the connection's cache keeps the statement for as long as it is open, and this lives within one
        // closure on the connection's queue.
        statement = try db.cachedStatement(sql: "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)").sqliteStatement
    }

    func execute(_ event: RecordedEvent, stream: Int64) throws {
        let (cause, causePosition): (String?, Int64?) =
            switch event.cause {
            case nil: (nil, nil)
            case .command(let name): (name, nil)
            case .event(let service, let position): (service, Int64(position))
            }
        sqlite3_bind_int64(statement, 1, Int64(event.position))
        sqlite3_bind_int64(statement, 2, stream)
        sqlite3_bind_int64(statement, 3, Int64(event.version))
        sqlite3_bind_int64(statement, 5, event.time.unixMs)
        if let causePosition {
            sqlite3_bind_int64(statement, 7, causePosition)
        } else {
            sqlite3_bind_null(statement, 7)
        }
        // What follows is bound by reference, not copied, so it stays in place until the row is written.
        let code = withText(event.type, at: 4) {
            withText(cause, at: 6) {
                event.payload.withUnsafeBytes { payload in
                    guard payload.count <= Int(CInt.max) else { return SQLITE_TOOBIG }
                    let bound =
                        payload.isEmpty
                        ? sqlite3_bind_zeroblob(statement, 8, 0)
                        : sqlite3_bind_blob(statement, 8, payload.baseAddress, CInt(payload.count), nil)
                    return bound == SQLITE_OK ? sqlite3_step(statement) : bound
                }
            }
        }
        sqlite3_reset(statement)
        guard code == SQLITE_DONE else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code == SQLITE_ROW ? SQLITE_MISUSE : code),
                message: db.lastErrorMessage)
        }
    }

    private func withText(_ text: String?, at index: CInt, _ body: () -> CInt) -> CInt {
        guard var text else {
            sqlite3_bind_null(statement, index)
            return body()
        }
        return text.withUTF8 { utf8 in
            guard utf8.count <= Int(CInt.max) else { return SQLITE_TOOBIG }
            // An empty text has no address, which SQLite would take for NULL.
            let bound =
                utf8.isEmpty
                ? sqlite3_bind_text(statement, index, "", 0, copied)
                : utf8.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(statement, index, $0.baseAddress, CInt($0.count), nil)
                }
            // Else what was bound for the row before, and is gone, would be written.
            return bound == SQLITE_OK ? body() : bound
        }
    }
}

/// SQLite's `SQLITE_TRANSIENT`, a macro that Swift does not see: what is bound is copied.
private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
