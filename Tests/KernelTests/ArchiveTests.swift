import Foundation
import Glibc
import Kernel
import KernelFixtures
import Testing

/// Old events move into files, and at no instant is one in neither place.
@Suite struct ArchiveTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private var archive: String { folder.file("archive") }

    private func log(events: Int, name: String = "tally") throws -> SQLiteEventLog {
        let log = try SQLiteEventLog(path: folder.file("\(name).log.db"), name: name)
        for number in 1...events {
            var batch = batch("s/\(number % 3)", Array("event \(number)".utf8), time: Int64(number))
            batch.events[0].cause =
                number % 3 == 0 ? nil : number % 3 == 1 ? .command("k") : .event(service: "x", position: UInt64(number))
            _ = try log.commit(batch)
        }
        return log
    }

    /// All events, archived ones first.
    private func all(_ log: SQLiteEventLog) throws -> [RecordedEvent] {
        let archived = try ArchiveFolder(archive).events(of: log.name).next(100_000)
        let kept = try log.read(after: archived.last?.position ?? 0, limit: 100_000)
        return archived + kept
    }

    @Test func eventsAreTheSameInTheArchive() throws {
        let log = try log(events: 100)
        let before = try log.read(after: 0, limit: 1_000)
        let archiver = try Archiver(log: log, folder: archive, eventsPerFile: 30, eventsPerDeletion: 7)
        #expect(try archiver.archive(through: 80) == 80)
        #expect(log.earliest == 81)
        #expect(log.head == 100)
        #expect(try all(log) == before)
        #expect(try ArchiveFolder(archive).segments.map(\.last) == [30, 60, 80])
        #expect(try ArchiveFolder(archive).range(of: "tally") == 1...80)

        // On from there, and versions go on too.
        #expect(try archiver.archive(through: 90) == 10)
        _ = try log.commit(batch("s/1", [1], time: 200, expecting: 34))
        #expect(log.head == 101)
        #expect(try all(log).count == 101)
        #expect(try archiver.archive(through: 90) == 0)
    }

    @Test func theLastEventStays() throws {
        let log = try log(events: 5)
        #expect(try Archiver(log: log, folder: archive).archive(through: .max) == 4)
        #expect(log.earliest == 5)
        try log.close()
        let again = try SQLiteEventLog(path: folder.file("tally.log.db"), name: "tally")
        #expect(again.head == 5)
        _ = try again.commit(batch("s/0", [1], time: 9))
        #expect(again.head == 6)
    }

    @Test func roomIsGivenBack() throws {
        let log = try SQLiteEventLog(path: folder.file("tally.log.db"), name: "tally")
        for number in 1...50 {
            _ = try log.commit(batch("s", [UInt8](repeating: 7, count: 20_000), time: Int64(number)))
        }
        _ = try Archiver(log: log, folder: archive).archive(through: 49)
        let (before, after) = try log.giveBackRoom()
        #expect(before > 1_000_000)
        #expect(after < 100_000)
        #expect(try log.read(after: 49, limit: 9).count == 1)
    }

    @Test func whatWasArchivedComesBack() throws {
        let log = try log(events: 60)
        let before = try log.read(after: 0, limit: 1_000)
        let archiver = try Archiver(log: log, folder: archive, eventsPerFile: 25)
        _ = try archiver.archive(through: 55)
        #expect(try archiver.restore() == 55)
        #expect(try log.read(after: 0, limit: 1_000) == before)
        #expect(try log.read(stream: "s/1", afterVersion: 0, limit: 100).count == 20)
        #expect(try archiver.restore() == 0)
        // And goes again: the files are there already.
        #expect(try archiver.archive(through: 55) == 55)
    }

    // MARK: What is refused

    @Test func anotherMallsArchiveIsRefused() throws {
        _ = try Archiver(log: try log(events: 30), folder: archive).archive(through: 20)
        let other = try TemporaryFolder()
        let log = try SQLiteEventLog(path: other.file("tally.log.db"), name: "tally")
        for _ in 1...30 { _ = try log.commit(batch("s", [9], time: 5)) }
        let error = #expect(throws: StorageError.self) { try Archiver(log: log, folder: archive).archive(through: 20) }
        #expect(error?.message.contains("another mall's") == true, "\(error?.message ?? "")")
        #expect(log.earliest == 1)
    }

    @Test func anArchiveThatDoesNotGoOnIsRefused() throws {
        let log = try log(events: 30)
        _ = try Archiver(log: log, folder: archive).archive(through: 20)
        let error = #expect(throws: StorageError.self) {
            try Archiver(log: log, folder: folder.file("another")).archive(through: 25)
        }
        #expect(error?.message.contains("has nothing of it") == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [0, 30, 60, 200, 700])
    func damagedFilesAreNoticed(_ place: Int) throws {
        let log = try log(events: 30)
        _ = try Archiver(log: log, folder: archive).archive(through: 20)
        let path = try ArchiveFolder(archive).segments[0].path
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[place] ^= 0x10
        try bytes.write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: StorageError.self) { try ArchiveFolder(archive).events(of: "tally").next(100) }
        #expect(error?.message.contains(path) == true)
    }

    @Test func aFileThatEndsTooEarlyIsNoticed() throws {
        let log = try log(events: 30)
        _ = try Archiver(log: log, folder: archive).archive(through: 20)
        let path = try ArchiveFolder(archive).segments[0].path
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for length in [3, bytes.count / 2, bytes.count - 1] {
            try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
            #expect(throws: StorageError.self) { try ArchiveFolder(archive).events(of: "tally").next(100) }
        }
    }

    @Test func aMissingFileIsNoticed() throws {
        let log = try log(events: 90)
        _ = try Archiver(log: log, folder: archive, eventsPerFile: 25).archive(through: 80)
        try FileManager.default.removeItem(atPath: try ArchiveFolder(archive).segments[1].path)
        #expect(throws: StorageError.self) { try ArchiveFolder(archive) }
    }

    // MARK: Readers

    @Test func readersThatBeginEarlierAreTold() async throws {
        let log = try log(events: 30)
        _ = try Archiver(log: log, folder: archive).archive(through: 20)
        try log.close()
        let again = try SQLiteEventLog(path: folder.file("tally.log.db"), name: "tally")

        // A service without a snapshot cannot begin.
        let error = #expect(throws: StorageError.self) {
            try ServiceLoop<TallyCore>(log: again, stream: EventStream(), logger: quiet)
        }
        #expect(error?.message.contains("mallbots events restore") == true)

        // With one it can, and its log is followed from the first event that is there.
        var batch = LogBatch(time: Timestamp(unixMs: 99))
        batch.snapshot = StoredSnapshot(format: 1, position: 30, state: [])
        _ = try again.commit(batch)
        let stream = EventStream()
        let empty = try SQLiteEventLog(path: folder.file("echo.log.db"), name: "echo")
        let tally = try ServiceLoop<NoCore>(log: again, stream: stream, logger: quiet)
        var positions: [UInt64] = []
        for try await event in stream.events(follow: false) { positions.append(event.position) }
        #expect(positions == Array(21...30))
        let early = await #expect(throws: StorageError.self) {
            for try await _ in stream.events(of: "tally", after: 5) {}
        }
        #expect(early?.code == .archived)

        // Another service that has not read so far is told when it subscribes.
        let echo = try ServiceLoop<EchoCore>(log: empty, stream: stream, logger: quiet)
        let behind = #expect(throws: StorageError.self) {
            try echo.subscribe(to: "tally", NoCore.Event.self) { core, event, _ in core.echo(event) }
        }
        #expect(behind?.code == .archived, "\(behind?.message ?? "")")
        withExtendedLifetime(tally) {}
    }

    // MARK: Crashes

    /// kill -9 at any step, done again: each event is in the log, in the archive, or in both, and in the end in one.
    @Test func killedAgainAndAgain() async throws {
        let log = try log(events: 400)
        let before = try log.read(after: 0, limit: 1_000)
        try log.close()
        var random = SeededGenerator(seed: 5)
        var finished = false
        var kills = 0
        while !finished {
            let probe = try Probe(["archive", folder.path, archive, "390"])
            let enough = Int.random(in: 1...12, using: &random)
            while probe.isRunning, probe.lines.count < enough { usleep(200) }
            probe.kill()
            try await probe.end()
            #expect(!probe.lines.contains { $0.hasPrefix("failed") }, "\(probe.lines)")
            finished = probe.lines.last == "stopped"
            if !finished { kills += 1 }
            let log = try SQLiteEventLog(path: folder.file("tally.log.db"), name: "tally")
            if FileManager.default.fileExists(atPath: archive) {
                let archived = try ArchiveFolder(archive).range(of: "tally")?.upperBound ?? 0
                #expect(archived + 1 >= log.earliest, "nothing is in neither place")
                #expect(try all(log) == before)
            }
            try log.close()
            try #require(kills < 200)
        }
        #expect(kills >= 3)
        let end = try SQLiteEventLog(path: folder.file("tally.log.db"), name: "tally")
        #expect(end.earliest == 391)
    }
}

/// Has no state: any snapshot will do.
private struct NoCore: ServiceCore {
    typealias Event = TallyCore.Event
    static let serviceName = "tally"
    init() {}
    init(snapshot: [UInt8]) throws {}
    func snapshot() -> [UInt8] { [] }
    mutating func evolve(_ event: Event, _ stamp: EventStamp) {}
}

/// How much may go.
@Suite struct ArchivePlanTests {
    private func plan(_ request: ArchivePlan.Request, _ head: UInt64, _ readers: UInt64...) -> ArchivePlan {
        ArchivePlan(
            request, head: head,
            readers: readers.enumerated().map { ArchivePlan.Reader(name: "r\($0.offset)", position: $0.element) })
    }

    @Test func theSlowestReaderDecides() {
        #expect(plan(.before(51), 100, 90, 40, 70).through == 40)
        #expect(plan(.before(51), 100, 90, 40, 70).heldBy?.name == "r1")
        #expect(plan(.before(51), 100, 90, 80).through == 50)
        #expect(plan(.before(51), 100, 90, 80).heldBy == nil)
        #expect(plan(.keep(10), 100, 100, 0).through == 0)
        #expect(plan(.keep(10), 100, 100).through == 90)
    }

    @Test func theLastEventStays() {
        #expect(plan(.keep(0), 100, 100).through == 99)
        #expect(plan(.before(500), 100, 100).through == 99)
        #expect(plan(.keep(200), 100, 100).through == 0)
        #expect(plan(.keep(0), 0).through == 0)
        #expect(plan(.before(1), 9, 9).through == 0)
    }
}
