import Kernel
import Messages
import Testing
import Wire

@testable import BotGateway

@Suite struct GatewayCoreTests {
    private var core = GatewayCore()
    private var position: UInt64 = 0

    private mutating func record(_ events: [NewEvent<BotsV1.Event>]) {
        for event in events {
            position += 1
            core.evolve(
                event.event,
                EventStamp(position: position, stream: event.stream, version: 1, time: Timestamp(unixMs: 0)))
        }
    }

    @Test mutating func sessionsRiseAndEndTheOneBefore() {
        record(core.open(BotsV1.FromBot.hello("b-1").helloBody, remoteAddress: ""))
        #expect(core.bots["b-1"]?.session == 1)
        let second = core.open(BotsV1.FromBot.hello("b-1").helloBody, remoteAddress: "")
        #expect(second.map { $0.event.kind?.typeName } == ["SessionClosed", "SessionOpened"])
        record(second)
        #expect(core.bots["b-1"]?.session == 2)
        #expect(core.close(bot: "b-1", session: 1, why: "late").isEmpty, "a late end says nothing of the new one")
        #expect(core.bots["b-1"]?.isOpen == true)
    }

    @Test mutating func reportsCountWithinTheirJournal() throws {
        record(core.open(BotsV1.FromBot.hello("b-1", journal: "a").helloBody, remoteAddress: ""))
        record(try core.receive([.report(1), .report(2)], bot: "b-1", session: 1, journal: "a"))
        #expect(try core.receive([.report(1), .report(2)], bot: "b-1", session: 1, journal: "a").isEmpty)
        #expect(try core.receive([.report(2), .report(3)], bot: "b-1", session: 1, journal: "a").count == 1)
        #expect(throws: WireStatus.self) { try core.receive([.report(4)], bot: "b-1", session: 1, journal: "a") }

        record(core.open(BotsV1.FromBot.hello("b-1", journal: "b").helloBody, remoteAddress: ""))
        #expect(core.bots["b-1"]?.lastReport(of: "b") == 0)
        #expect(core.bots["b-1"]?.lastReport(of: "a") == 2)
        #expect(throws: WireStatus.self) { try core.receive([.report(3)], bot: "b-1", session: 1, journal: "a") }
    }

    @Test mutating func aNewLifeEndsAllSessions() {
        record(core.open(BotsV1.FromBot.hello("b-1").helloBody, remoteAddress: ""))
        record(core.start())
        #expect(core.life == 1)
        #expect(throws: WireStatus.self) { try core.receive([.report(1)], bot: "b-1", session: 1, journal: "j") }
    }

    @Test mutating func aSnapshotSaysTheSame() throws {
        record(core.start())
        record(core.open(BotsV1.FromBot.hello("b-2", lastDirective: 4).helloBody, remoteAddress: ""))
        record(try core.receive([.report(1)], bot: "b-2", session: 1, journal: "j"))
        let copy = try GatewayCore(snapshot: core.snapshot())
        #expect(copy.bots == core.bots && copy.life == core.life)
    }
}

@Suite struct DirectiveBookTests {
    private var book = DirectiveBook()

    private mutating func issue(_ number: UInt64, _ body: BotsV1.ToBot.Body) {
        let isNew = book.issue(.init(botID: "b", message: BotsV1.ToBot(directive: number, body: body)))
        #expect(isNew)
    }

    private func numbers(after last: UInt64) -> [UInt64] { book.directives(for: "b", after: last).map(\.directive) }

    @Test mutating func whatIsStoredIsForgottenExceptForTheTaskAtHand() {
        issue(1, .identify(BotsV1.Identify()))
        issue(2, .assignTask(BotsV1.AssignTask(taskID: "t", epoch: 1)))
        issue(3, .identify(BotsV1.Identify()))
        #expect(numbers(after: 0) == [1, 2, 3])
        book.stored("b", through: 2)
        #expect(numbers(after: 2) == [3])
        #expect(numbers(after: 0) == [2, 3], "a robot that lost its storage gets its task again")
        book.taskEnded("t", bot: "b")
        #expect(numbers(after: 0) == [3])
        book.stored("b", through: 3)
        #expect(book.count == 0)
        #expect(book.lastIssued(to: "b") == 3)
    }

    @Test mutating func whatIsNotStoredIsKeptThoughItsTaskIsOver() {
        issue(1, .assignTask(BotsV1.AssignTask(taskID: "t", epoch: 1)))
        book.taskEnded("t", bot: "b")
        #expect(numbers(after: 0) == [1])
    }

    @Test mutating func eachIsTakenOnce() {
        issue(1, .identify(BotsV1.Identify()))
        let again = DepotV1.DirectiveIssued(botID: "b", message: BotsV1.ToBot(directive: 1))
        let isNew = book.issue(again)
        #expect(!isNew)
        #expect(numbers(after: 0) == [1])
    }
}
