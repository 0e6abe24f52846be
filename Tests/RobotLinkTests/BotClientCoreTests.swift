import Messages
import Testing

@testable import RobotLink

@Suite struct BotClientCoreTests {
    private static let resumed = BotsV1.FromBot.Body.resumed(BotsV1.Resumed())

    private func live(_ recovered: RecoveredJournal = RecoveredJournal(journal: "j"), lastReport: UInt64 = 0)
        -> BotClientCore
    {
        var core = BotClientCore(card: .init(botID: "b", model: "m", capacityUnits: 1), recovered: recovered)
        core.connected()
        _ = core.next()
        _ = core.receive(BotsV1.ToBot(body: .welcome(BotsV1.Welcome(session: 1, lastReport: lastReport))))
        return core
    }

    @Test func helloIsFirstAndNothingGoesBeforeWelcome() {
        var core = BotClientCore(
            card: .init(botID: "b", model: "m", capacityUnits: 1), recovered: RecoveredJournal(journal: "j"))
        _ = core.report(Self.resumed)
        core.stored(through: 1)
        #expect(core.next() == nil)
        core.connected()
        guard case .hello(let hello)? = core.next()?.body else {
            Issue.record("something else came")
            return
        }
        #expect(hello.botID == "b" && hello.journal == "j" && hello.protocolVersion == 1)
        #expect(core.next() == nil)
        #expect(core.receive(BotsV1.ToBot(reportAck: 1)) == [.fail(.noWelcome)])
    }

    @Test func aReportGoesOutOnlyOnceItIsStored() {
        var core = live()
        _ = core.report(Self.resumed)
        #expect(core.next() == nil)
        core.stored(through: 1)
        #expect(core.next()?.report == 1)
        #expect(core.next() == nil)
    }

    @Test func whatTheGatewayLacksGoesOutAgain() {
        var core = live()
        for _ in 1...5 { _ = core.report(Self.resumed) }
        core.stored(through: 5)
        for _ in 1...5 { _ = core.next() }
        #expect(core.receive(BotsV1.ToBot(reportAck: 2)) == [.acknowledged(through: 2)])
        core.disconnected()
        core.connected()
        _ = core.next()
        _ = core.receive(BotsV1.ToBot(body: .welcome(BotsV1.Welcome(session: 2, lastReport: 3))))
        #expect(core.unacknowledgedCount == 2)
        #expect(core.next()?.report == 4)
        #expect(core.next()?.report == 5)
        #expect(core.next() == nil)
    }

    @Test func aDirectiveIsTakenOnceAndAcknowledgedOnceStored() {
        var core = live()
        let directive = BotsV1.ToBot(directive: 3, body: .identify(BotsV1.Identify()))
        #expect(core.receive(directive) == [.store(directive: directive)])
        #expect(core.receive(directive).isEmpty)
        #expect(core.next() == nil, "not stored yet")
        #expect(core.directiveStored(directive) == [.deliver(directive)])
        #expect(core.next() == BotsV1.FromBot(directiveAck: 3))
        #expect(core.receive(directive).isEmpty)
        #expect(core.next() == nil)
    }

    @Test func theNewestTelemetryWinsBehindReports() {
        var core = live()
        core.telemetry(BotsV1.Telemetry(batteryPercent: 1))
        core.telemetry(BotsV1.Telemetry(batteryPercent: 2))
        _ = core.report(Self.resumed)
        core.stored(through: 1)
        #expect(core.next()?.report == 1)
        #expect(core.next()?.body == .telemetry(BotsV1.Telemetry(batteryPercent: 2)))
        #expect(core.next() == nil)
    }

    @Test func whoHasNothingToSayGivesASignOfLife() {
        var core = live()
        core.signOfLife()
        #expect(core.next() == nil, "Hello was said in that time")
        core.signOfLife()
        #expect(core.next() == BotsV1.FromBot())
        #expect(core.next() == nil)
        core.telemetry(BotsV1.Telemetry())
        #expect(core.next() != nil)
        core.signOfLife()
        #expect(core.next() == nil)
    }

    @Test func goodbyeIsLast() {
        var core = live()
        _ = core.report(Self.resumed)
        core.leave(reason: "off")
        #expect(core.next() == nil, "a report is on its way to the journal")
        core.stored(through: 1)
        #expect(core.next()?.report == 1)
        #expect(core.next()?.body == .goodbye(BotsV1.Goodbye(reason: "off")))
    }

    @Test func aGatewayOfAnotherMallIsFoundOut() {
        var recovered = RecoveredJournal(journal: "j")
        recovered.lastReport = 9
        recovered.reportAck = 7
        for (known, breach) in [
            (6, BotClientCore.ContractBreach.reportsForgotten(known: 6, acknowledged: 7)),
            (10, .unknownReport(10, last: 9)),
        ] as [(UInt64, BotClientCore.ContractBreach)] {
            var core = BotClientCore(card: .init(botID: "b", model: "m", capacityUnits: 1), recovered: recovered)
            core.connected()
            _ = core.next()
            #expect(
                core.receive(BotsV1.ToBot(body: .welcome(BotsV1.Welcome(session: 1, lastReport: known))))
                    == [.fail(breach)])
        }
    }
}
