import Foundation
import Kernel
import Testing

/// Files that are not what they should be.
@Suite struct SQLiteEventLogTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("tally.log.db") }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func open(_ name: String = "tally") throws -> SQLiteEventLog {
        try SQLiteEventLog(path: path, name: name)
    }

    private func refusal(_ name: String = "tally", _ comment: Comment? = nil) -> StorageError.Code? {
        let error = #expect(throws: StorageError.self, comment) { _ = try open(name) }
        #expect(error?.message.contains(path) == true, comment)
        return error?.code
    }

    /// A sound file of some pages, closed.
    private func make(events: Int = 300) throws {
        let log = try open()
        for _ in 0..<3 {
            var batch = LogBatch(time: Timestamp(unixMs: 1))
            for index in 0..<events {
                batch.events.append(
                    LogBatch.Append(
                        stream: "s/\(index)", type: "T", payload: Array(repeating: UInt8(index & 255), count: 100)))
            }
            _ = try log.commit(batch)
        }
        try log.close()
    }

    private func change(_ body: (inout Data) -> Void) throws {
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        body(&data)
        try data.write(to: URL(fileURLWithPath: path))
    }

    @Test func garbageIsNotALog() throws {
        try Data("this is a shopping list, not a database".utf8).write(to: URL(fileURLWithPath: path))
        #expect(refusal() == .notALog)
        try Data((0..<8192).map { UInt8(truncatingIfNeeded: $0 &* 31) }).write(to: URL(fileURLWithPath: path))
        #expect(refusal() == .notALog)
        // Refused, and left as it was.
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 8192)
    }

    @Test func aCutFileIsDamaged() throws {
        try make()
        let size = try Data(contentsOf: URL(fileURLWithPath: path)).count
        for length in [101, 4096, size / 2, size - 1] {
            let copy = try Data(contentsOf: URL(fileURLWithPath: path))
            try change { $0 = $0.prefix(length) }
            #expect(refusal() == .damaged, "cut to \(length) of \(size)")
            try copy.write(to: URL(fileURLWithPath: path))
        }
        #expect(try open().head == 900)
    }

    @Test func overwrittenPagesAreDamage() throws {
        try make()
        try change { data in
            for index in stride(from: 4096, to: data.count - 200, by: 4096) {
                data.replaceSubrange(index..<index + 64, with: [UInt8](repeating: 0xA5, count: 64))
            }
        }
        #expect(refusal() == .damaged)
    }

    @Test func anotherFormatProgramOrServiceIsRefused() throws {
        try make()
        #expect(refusal("orders") == .notALog)
        try change { $0[63] = 99 }  // user_version's last byte, at offset 60
        #expect(refusal() == .newerFormat)
        try change { $0[68] = 1 }  // application_id's first byte
        #expect(refusal() == .notALog)
    }

    @Test func whatCannotBeOpenedSaysSo() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let error = #expect(throws: StorageError.self) { _ = try open() }
        #expect(error?.code == .notALog || error?.code == .notAccessible || error?.code == .io)
        let missing = #expect(throws: StorageError.self) {
            _ = try SQLiteEventLog(path: folder.file("no/such/folder/x.db"), name: "x")
        }
        #expect(missing?.code == .notAccessible)
    }

    @Test func manyStreamsAreKeptThoughFewAreRemembered() throws {
        let log = try open()
        for round in 1...2 as ClosedRange<UInt64> {
            for part in 0..<7 {
                var batch = LogBatch(time: Timestamp(unixMs: 1))
                for index in 0..<10_000 {
                    batch.events.append(
                        LogBatch.Append(
                            stream: "s/\(part)/\(index)", expectedVersion: round - 1, type: "T", payload: []))
                }
                _ = try log.commit(batch)
            }
        }
        #expect(log.head == 140_000)
        #expect(try log.version(of: "s/0/0") == 2)
        try log.close()
    }
}
