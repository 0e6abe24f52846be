import Foundation
import Messages
import Testing

@testable import RobotLink

/// The library without a gateway: what it remembers.
@Suite struct RobotClientTests {
    private static let card = BotClientCore.Card(botID: "b", model: "m", capacityUnits: 1)
    private static let task = BotsV1.ToBot(directive: 7, body: .assignTask(BotsV1.AssignTask(taskID: "t", epoch: 2)))
    private static let accepted = BotsV1.FromBot.Body.taskAccepted(BotsV1.TaskAccepted(taskID: "t", epoch: 2))
    private static let delivered = BotsV1.FromBot.Body.taskDelivered(BotsV1.TaskDelivered(taskID: "t", epoch: 2))

    /// A folder with a journal that has a task in it.
    private func folder() throws -> Folder {
        let folder = try Folder()
        let records: [BotsV1.JournalRecord] = [
            BotsV1.JournalRecord(kind: .begin(BotsV1.JournalBegin(format: 1, journal: "j"))),
            BotsV1.JournalRecord(kind: .directive(Self.task)),
        ]
        try Data(records.flatMap(JournalFormat.encode)).write(to: folder.file("journal"))
        return folder
    }

    /// Opens it anew once the life before has let go of its lock.
    private func open(_ folder: Folder) async throws -> RobotClient {
        while true {
            do {
                return try RobotClient(card: Self.card, directory: folder.path)
            } catch let error as JournalError where error.code == .inUse {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    private func next(_ robot: RobotClient) async throws -> BotsV1.ToBot? {
        var directives = robot.directives.makeAsyncIterator()
        return try await directives.next()
    }

    @Test func whatIsNotFinishedComesAgainAfterARestartWithWhatWasSaid() async throws {
        let folder = try folder()
        do {
            let robot = try await open(folder)
            #expect(try await next(robot) == Self.task)
            #expect(robot.reports(on: "t", epoch: 2).isEmpty)
            #expect(try await robot.report(Self.accepted) == 1)
        }
        do {
            let robot = try await open(folder)
            #expect(try await next(robot) == Self.task)
            #expect(robot.reports(on: "t", epoch: 2) == [Self.accepted])
            #expect(robot.reports(on: "t", epoch: 1).isEmpty)
            #expect(try await robot.report(Self.delivered, finishing: Self.task) == 2)
        }
        let robot = try await open(folder)
        #expect(robot.recovered.openDirectives.isEmpty && robot.recovered.lastDirective == 7)
        #expect(robot.counters.unacknowledged == 2)
    }

    @Test func aFinishedDirectiveIsOnDiskWithTheNextReport() async throws {
        let folder = try folder()
        do {
            let robot = try await open(folder)
            robot.finish(Self.task)
            try await robot.report(.resumed(BotsV1.Resumed()))
        }
        #expect(try await open(folder).recovered.openDirectives.isEmpty)
    }

    @Test func waitingForADirectiveEndsWithItsTask() async throws {
        let folder = try folder()
        let robot = try await open(folder)
        let waiting = Task {
            var count = 0
            for try await _ in robot.directives { count += 1 }
            return count
        }
        try await Task.sleep(for: .milliseconds(20))
        waiting.cancel()
        #expect(try await waiting.value == 1)
    }

    @Test func theJournalStaysSmallByItself() async throws {
        var journal = RecoveredJournal(journal: "j")
        journal.add(BotsV1.JournalRecord(kind: .directive(Self.task)))
        for number in 1...10 as ClosedRange<UInt64> {
            let body = number % 2 == 0 ? Self.accepted : .resumed(BotsV1.Resumed())
            journal.add(BotsV1.JournalRecord(kind: .report(BotsV1.FromBot(report: number, body: body))))
        }
        journal.add(BotsV1.JournalRecord(kind: .reportAck(8)))
        let (open, _) = journal.compacted(keeping: journal.isOpen)
        #expect(open.reports.map(\.report) == [2, 4, 6, 8, 9, 10], "the open task's, and what is not acknowledged")
        journal.add(BotsV1.JournalRecord(kind: .directiveDone(7)))
        let (done, _) = journal.compacted(keeping: journal.isOpen)
        #expect(done.reports.map(\.report) == [9, 10] && done.lastReport == 10)
    }

    @Test func aFolderWithoutCertificatesIsNamed() throws {
        let folder = try Folder()
        let error = #expect(throws: (any Error).self) {
            try Gateway(host: "localhost", port: 1, botID: "bot-7", certificates: folder.path)
        }
        #expect("\(try #require(error))".contains("\(folder.path)/bot-7.pem"))
    }

    @Test func aSilentCoreSaysNothing() {
        var core = BotClientCore(card: Self.card, recovered: RecoveredJournal(journal: "j"))
        core.connected()
        core.isSilent = true
        #expect(core.next() == nil)
        core.isSilent = false
        #expect(core.next() != nil)
    }
}
