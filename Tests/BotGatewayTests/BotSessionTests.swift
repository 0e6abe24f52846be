import Messages
import Testing
import Wire

@testable import BotGateway

@Suite struct BotSessionTests {
    // MARK: Hello

    @Test(
        arguments: [
            ("spiffe://mall/bot/b-1", nil),
            ("spiffe://mall/service/relay", nil),
            ("spiffe://mall/service/relay-2", nil),
            ("spiffe://mall/bot/b-2", .permissionDenied),
            ("spiffe://mall/service/kiosk", .permissionDenied),
            (nil, .unauthenticated),
        ] as [(String?, WireV1.Code?)])
    func helloMustBearTheCertificatesName(uri: String?, refusal: WireV1.Code?) throws {
        let peer = try uri.map { try PeerIdentity(uri: $0) }
        var session = BotSession(identity: SessionIdentity(peer: peer), limits: GatewayLimits())
        let actions = session.receive(.hello("b-1"))
        guard let refusal else {
            #expect(actions == [.open(BotsV1.FromBot.hello("b-1").helloBody)])
            #expect(!session.mayRead)
            return
        }
        #expect(actions.isEmpty)
        guard case .end(let status?) = session.next() else {
            Issue.record("welcomed")
            return
        }
        #expect(status.code == refusal)
        if peer?.kind == .bot {
            #expect(status.message.contains("'b-1'") && status.message.contains("'b-2'"))
        }
    }

    @Test(
        arguments: [
            (BotsV1.FromBot(), .failedPrecondition),
            (BotsV1.FromBot(body: .telemetry(BotsV1.Telemetry())), .failedPrecondition),
            (.report(1), .failedPrecondition),
            (.hello("b-1", version: 2), .failedPrecondition),
            (.hello("b-1", journal: ""), .invalidArgument),
            (.hello("b-1", journal: String(repeating: "j", count: 65)), .invalidArgument),
            (.hello(""), .invalidArgument),
            (.hello("b 1"), .invalidArgument),
        ] as [(BotsV1.FromBot, WireV1.Code)])
    func aBadBeginningEndsTheCall(message: BotsV1.FromBot, code: WireV1.Code) {
        var session = BotSession.new()
        #expect(session.receive(message).isEmpty)
        #expect(session.endCode == code)
    }

    @Test func helloHasADeadline() {
        var session = BotSession.new()
        #expect(session.helloIsOverdue().isEmpty)
        #expect(session.endCode == .deadlineExceeded)

        var other = BotSession.live()
        #expect(other.helloIsOverdue().isEmpty)
        #expect(other.next() == .wait)
    }

    // MARK: Resume

    @Test func welcomeComesFirstThenTheDirectivesThatTheRobotLacks() {
        var session = BotSession.new()
        _ = session.receive(.hello("b-1", lastDirective: 4))
        _ = session.opened(session: 3, lastReport: 9, directives: [.directive(5), .directive(7)], nowUnixMs: 1)
        guard case .send(let first) = session.next(), case .welcome(let welcome) = first.body else {
            return #expect(Bool(false))
        }
        #expect(welcome.session == 3 && welcome.lastReport == 9 && first.reportAck == 9)
        session.deliver(.directive(7))
        session.deliver(.directive(8))
        #expect(session.sent() == [5, 7, 8])
        #expect(session.next() == .wait)
    }

    // MARK: Reports

    @Test func reportsAreAcknowledgedOnlyAfterTheFlush() {
        var session = BotSession.live(lastReport: 2)
        #expect(session.receive(.report(3)) == [.append([.report(3)])])
        #expect(session.receive(.report(4)).isEmpty, "one append at a time")
        #expect(session.receive(.report(5)).isEmpty)
        #expect(session.next() == .wait)
        #expect(session.appended(through: 3) == [.append([.report(4), .report(5)])])
        #expect(session.next() == .send(BotsV1.ToBot(reportAck: 3)))
        #expect(session.next() == .wait)
        #expect(session.appended(through: 5).isEmpty)
        #expect(session.next() == .send(BotsV1.ToBot(reportAck: 5)))
    }

    @Test func aReportThatIsThereIsAcknowledgedAgain() {
        var session = BotSession.live(lastReport: 2)
        #expect(session.receive(.report(1)).isEmpty)
        #expect(session.next() == .send(BotsV1.ToBot(reportAck: 2)))
        _ = session.receive(.report(3))
        #expect(session.receive(.report(3)).isEmpty, "on its way to the disk")
        #expect(session.next() == .wait)
    }

    @Test(
        arguments: [
            (.report(4), .failedPrecondition),
            (BotsV1.FromBot(report: 3), .invalidArgument),
            (BotsV1.FromBot(report: 3, body: .telemetry(BotsV1.Telemetry())), .invalidArgument),
            (BotsV1.FromBot(body: .resumed(BotsV1.Resumed())), .invalidArgument),
            (BotsV1.FromBot(directiveAck: 1), .invalidArgument),
            (.hello("b-1"), .failedPrecondition),
        ] as [(BotsV1.FromBot, WireV1.Code)])
    func aBrokenPromiseEndsTheCall(message: BotsV1.FromBot, code: WireV1.Code) {
        var session = BotSession.live(lastReport: 2)
        let actions = session.receive(message)
        #expect(actions.count == 1)
        guard case .close(session: 1, _) = actions.first else {
            Issue.record("something else came")
            return
        }
        #expect(session.endCode == code)
        #expect(session.receive(.report(3)).isEmpty, "refused after the end")
    }

    @Test func readingStopsWhileTooMuchWaitsForTheDisk() {
        var session = BotSession.new(GatewayLimits(maxUnflushedReports: 2))
        _ = session.receive(.hello("b-1"))
        _ = session.opened(session: 1, lastReport: 0, directives: [], nowUnixMs: 0)
        for number in 1...3 as ClosedRange<UInt64> { _ = session.receive(.report(number)) }
        #expect(!session.mayRead)
        _ = session.appended(through: 1)
        #expect(session.mayRead)
    }

    // MARK: Live, acknowledgements, rejections

    @Test func telemetryAndDirectiveAcksPassThrough() {
        var session = BotSession.live()
        session.deliver(.directive(1))
        #expect(session.sent() == [1])
        let telemetry = BotsV1.Telemetry(batteryPercent: 7)
        #expect(
            session.receive(BotsV1.FromBot(directiveAck: 1, body: .telemetry(telemetry)))
                == [.directivesStored(through: 1), .telemetry(telemetry)])
        #expect(session.receive(BotsV1.FromBot(directiveAck: 1)).isEmpty)
    }

    @Test func aRejectionReachesOnlyTheJournalThatItIsAbout() {
        var session = BotSession.live()
        session.reject(BotsV1.Rejected(report: 1), journal: "other")
        #expect(session.next() == .wait)
        session.reject(BotsV1.Rejected(report: 1), journal: "j")
        #expect(session.next() == .send(BotsV1.ToBot(body: .rejected(BotsV1.Rejected(report: 1)))))
    }

    // MARK: Ends

    @Test func goodbyeFlushesAcknowledgesAndCloses() {
        var session = BotSession.live()
        _ = session.receive(.report(1))
        _ = session.receive(.report(2))
        #expect(session.receive(BotsV1.FromBot(body: .goodbye(BotsV1.Goodbye(reason: "restart")))).isEmpty)
        #expect(session.next() == .wait, "not before the flush")
        #expect(session.appended(through: 1) == [.append([.report(2)])])
        #expect(session.appended(through: 2) == [.close(session: 1, why: "goodbye: restart")])
        #expect(session.next() == .send(BotsV1.ToBot(reportAck: 2)))
        #expect(session.next() == .end(nil))
        #expect(session.lost(why: "late").isEmpty, "closed once")
    }

    @Test func aSupersededSessionSaysSoAndEnds() {
        var session = BotSession.live()
        session.deliver(.directive(1))
        _ = session.superseded(by: 2)
        #expect(session.next() == .send(BotsV1.ToBot(body: .superseded(BotsV1.Superseded(session: 2)))))
        #expect(session.endCode == .aborted)
        #expect(session.receive(.report(1)).isEmpty)
    }

    @Test func whatAnotherDeviceHasStoredMayBeAcknowledged() {
        // It came on the call before this one, and was stored while this one began; another device of the name had it too.
        var session = BotSession.new()
        _ = session.receive(.hello("b-1"))
        _ = session.opened(session: 2, lastReport: 0, directives: [], storedBefore: 3, nowUnixMs: 0)
        _ = session.next()
        #expect(session.receive(BotsV1.FromBot(directiveAck: 3)) == [.directivesStored(through: 3)])
        _ = session.receive(BotsV1.FromBot(directiveAck: 4))
        #expect(session.endCode == .invalidArgument)
    }

    @Test func aSessionOpenedAfterItsRobotWasLostIsClosed() {
        var session = BotSession.new()
        _ = session.receive(.hello("b-1"))
        #expect(session.lost(why: "connection lost").isEmpty)
        #expect(
            session.opened(session: 5, lastReport: 0, directives: [], nowUnixMs: 0)
                == [.close(session: 5, why: "connection lost")])
    }
}

extension BotSession {
    static func new(_ limits: GatewayLimits = GatewayLimits()) -> BotSession {
        BotSession(
            identity: SessionIdentity(peer: try? PeerIdentity(uri: "spiffe://mall/bot/b-1")), limits: limits)
    }

    static func live(lastReport: UInt64 = 0) -> BotSession {
        var session = new()
        _ = session.receive(.hello("b-1"))
        _ = session.opened(session: 1, lastReport: lastReport, directives: [], nowUnixMs: 0)
        _ = session.next()
        return session
    }

    var endCode: WireV1.Code? {
        mutating get { if case .end(let status?) = next() { status.code } else { nil } }
    }

    /// The directives that go out now.
    mutating func sent() -> [UInt64] {
        var numbers: [UInt64] = []
        while case .send(let message) = next() { numbers.append(message.directive) }
        return numbers.filter { $0 > 0 }
    }
}

extension BotsV1.FromBot {
    static func hello(
        _ bot: String, version: UInt32 = 1, journal: String = "j", lastDirective: UInt64 = 0
    ) -> BotsV1.FromBot {
        BotsV1.FromBot(
            body: .hello(
                BotsV1.Hello(
                    botID: bot, protocolVersion: version, journal: journal, lastDirective: lastDirective)))
    }

    var helloBody: BotsV1.Hello { if case .hello(let hello) = body { hello } else { BotsV1.Hello() } }

    static func report(_ number: UInt64) -> BotsV1.FromBot {
        BotsV1.FromBot(report: number, body: .stopDone(BotsV1.StopDone(taskID: "t", epoch: number)))
    }
}

extension BotsV1.ToBot {
    static func directive(_ number: UInt64) -> BotsV1.ToBot {
        BotsV1.ToBot(directive: number, body: .pause(BotsV1.Pause(reason: "\(number)")))
    }
}
