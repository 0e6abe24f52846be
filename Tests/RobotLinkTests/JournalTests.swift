import Foundation
import Messages
import Testing

@testable import RobotLink

@Suite struct JournalTests {
    private static let records: [BotsV1.JournalRecord] = [
        BotsV1.JournalRecord(kind: .begin(BotsV1.JournalBegin(format: 1, journal: "j"))),
        BotsV1.JournalRecord(kind: .report(BotsV1.FromBot(report: 1, body: .resumed(BotsV1.Resumed())))),
        BotsV1.JournalRecord(
            kind: .directive(BotsV1.ToBot(directive: 1, body: .pause(BotsV1.Pause(reason: "x"))))),
        BotsV1.JournalRecord(kind: .reportAck(1)),
        BotsV1.JournalRecord(kind: .note([1, 2, 3])),
        BotsV1.JournalRecord(kind: .report(BotsV1.FromBot(report: 2, body: .resumed(BotsV1.Resumed())))),
    ]

    @Test func tornAtEachByteItKeepsEveryWholeRecord() {
        let frames = Self.records.map(JournalFormat.encode)
        let bytes = frames.flatMap { $0 }
        for length in 0...bytes.count {
            let (records, end) = JournalFormat.decode(Array(bytes[..<length]))
            var whole = 0
            var expectedEnd = 0
            while whole < frames.count, expectedEnd + frames[whole].count <= length {
                expectedEnd += frames[whole].count
                whole += 1
            }
            #expect(records == Array(Self.records[..<whole]), "cut at \(length)")
            #expect(end == expectedEnd)
        }
    }

    @Test func aFlippedBitIsSeen() {
        let frames = Self.records.map(JournalFormat.encode)
        let bytes = frames.flatMap { $0 }
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << UInt8(bit)
                let (records, _) = JournalFormat.decode(damaged)
                // No record at or behind the damage is taken for whole.
                var start = 0
                let before = frames.prefix { frame in
                    start += frame.count
                    return start <= index
                }
                #expect(records.count == before.count)
            }
        }
    }

    @Test func theChecksumIsGzips() {
        #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    }

    @Test func onDiskItIsCutAtEveryByteAndWrittenOn() throws {
        let folder = try Folder()
        let bytes = Self.records.flatMap(JournalFormat.encode)
        let first = JournalFormat.encode(Self.records[0]).count
        for length in first...bytes.count {
            try Data(bytes[..<length]).write(to: folder.file("journal"))
            let expected = RecoveredJournal(JournalFormat.decode(Array(bytes[..<length])).records)
            do {
                let (file, recovered) = try JournalFile.open(directory: folder.path) { "new" }
                #expect(recovered == expected)
                try file.append(JournalFormat.encode(Self.records[5]), isFlushed: true)
            }
            let (_, again) = try JournalFile.open(directory: folder.path) { "new" }
            #expect(again.lastReport == 2 && again.journal == "j")
        }
    }

    @Test func damageBeforeWholeRecordsIsNotCutOff() throws {
        let folder = try Folder()
        let frames = Self.records.map(JournalFormat.encode)
        let damaged = frames[0].count..<frames.dropLast().joined().count
        for index in damaged {
            var bytes = frames.flatMap { $0 }
            bytes[index] ^= 1
            try Data(bytes).write(to: folder.file("journal"))
            let error = #expect(throws: JournalError.self) {
                try JournalFile.open(directory: folder.path) { "new" }
            }
            #expect(error?.code == .damaged)
            #expect(error?.message.contains("is damaged at byte") == true)
            #expect(try Data(contentsOf: folder.file("journal")) == Data(bytes), "it is left as it was")
        }
    }

    @Test func blocksThatNeverReachedTheDiskAreATornEnd() {
        let frames = Self.records.map(JournalFormat.encode)
        let whole = frames[0] + frames[1]
        #expect(JournalFormat.isTorn(whole + [UInt8](repeating: 0, count: 4_096), at: whole.count))
        #expect(JournalFormat.isTorn(whole + [UInt8](repeating: 0, count: 4_096) + frames[2], at: whole.count))
        #expect(!JournalFormat.isTorn(whole + [1, 2, 3] + frames[2], at: whole.count))
    }

    @Test func aFinishedDirectiveIsGone() throws {
        var journal = try #require(RecoveredJournal(Self.records))
        #expect(journal.openDirectives.map(\.directive) == [1])
        journal.add(BotsV1.JournalRecord(kind: .directiveDone(2)))
        #expect(journal.openDirectives.map(\.directive) == [1])
        journal.add(BotsV1.JournalRecord(kind: .directiveDone(1)))
        #expect(journal.openDirectives.isEmpty && journal.lastDirective == 1)
    }

    @Test func twoCannotHaveIt() throws {
        let folder = try Folder()
        let (file, recovered) = try JournalFile.open(directory: folder.path) { "new" }
        #expect(recovered.journal == "new")
        #expect(throws: JournalError.self) { try JournalFile.open(directory: folder.path) { "other" } }
        withExtendedLifetime(file) {}
    }

    @Test func whatIsNoJournalIsLeftAlone() throws {
        let folder = try Folder()
        try Data("hello".utf8).write(to: folder.file("journal"))
        #expect(throws: JournalError.self) { try JournalFile.open(directory: folder.path) { "new" } }
        #expect(try Data(contentsOf: folder.file("journal")) == Data("hello".utf8))
    }

    @Test func aSmallerJournalSaysTheSame() throws {
        var journal = try #require(RecoveredJournal(Self.records))
        #expect(journal.lastReport == 2 && journal.reportAck == 1 && journal.lastDirective == 1)
        let (smaller, records) = journal.compacted { _ in false }
        #expect(smaller == RecoveredJournal(records))
        #expect(smaller.reports.map(\.report) == [2], "not acknowledged")
        #expect(smaller.lastDirective == 1 && smaller.note == [1, 2, 3])
        journal.add(BotsV1.JournalRecord(kind: .reportAck(2)))
        let (smallest, _) = journal.compacted { _ in false }
        #expect(smallest.entries.isEmpty && smallest.lastReport == 2)
    }
}

/// A folder that is gone with its value.
final class Folder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> URL { URL(fileURLWithPath: path + "/" + name) }
}
