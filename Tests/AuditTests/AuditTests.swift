import Audit
import Kernel
import Messages
import Testing

/// Good histories pass; in each of the others one thing is wrong, and is found as what it is.
@Suite struct AuditTests {
    @Test func aPlainHistoryIsAsPromised() {
        #expect(History.plain.violation() == nil)
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>) func generatedHistoriesAreAsPromised(_ seed: UInt64) {
        let history = History.generated(seed: seed, orders: 40)
        #expect(history.violation() == nil)
        #expect((history.logs["depot"]?.count ?? 0) > 300)
    }

    /// Any one event gone, from anywhere, is noticed, when what comes after it is numbered on as if nothing were missing.
    @Test func whateverIsRemovedIsMissed() {
        let whole = History.generated(seed: 3, orders: 6)
        // What only people read, or what the next event of the same kind makes up for.
        let unseen: Set<String> = [
            "BotOnline", "BotOffline", "BotSilent", "BotWaiting", "OrderApproved", "GatewayStarted", "SessionClosed",
            "StopReached",
        ]
        for service in ["gateway", "depot", "orders"] {
            for index in whole.logs[service]!.indices where !unseen.contains(whole.logs[service]![index].type) {
                var history = whole
                history.logs[service]!.remove(at: index)
                history.renumber(service)
                #expect(
                    history.violation() != nil, "\(service) without \(whole.logs[service]![index].type) #\(index + 1)")
            }
        }
    }

    // MARK: Logs

    @Test func aGapInPositionsIsFound() {
        var history = History.plain
        history.logs["depot"]!.remove(at: 4)
        expect(history, .log, at: ("depot", 6), "position 5")
    }

    @Test func aVersionTwiceIsFound() {
        var history = History.plain
        let index = history.index("depot", "TaskAssigned")
        history.logs["depot"]![index].version -= 1
        expect(history, .log, at: ("depot", UInt64(index + 1)), "version 2")
    }

    @Test func timeThatGoesBackIsFound() {
        var history = History.plain
        history.logs["orders"]![3].time = Timestamp(unixMs: 1)
        expect(history, .log, at: ("orders", 4), "a time not before")
    }

    @Test func aPayloadOfAnotherTypeIsFound() {
        var history = History.plain
        history.logs["depot"]![2].type = "ListReady"
        expect(history, .log, at: ("depot", 3), "the type that the record names")
    }

    @Test func bytesThatAreNoEventAreFound() {
        var history = History.plain
        history.logs["gateway"]![1].payload = [0xFF, 0xFF, 0xFF]
        expect(history, .log, at: ("gateway", 2), "an event of gateway")
    }

    // MARK: Causes

    @Test func anEventThatTookEffectTwiceIsFound() {
        var history = History.plain
        let online = history.logs["depot"]![0]
        history.depot(online.stream, .botOnline(.init(botID: "b-1", session: 1)), online.cause)
        expect(history, .causes, at: nil, "later event of gateway")
    }

    @Test func aCauseThatIsNotInItsLogIsFound() {
        var history = History.plain
        history.depot("bot/b-1", .botOnline(.init(botID: "b-1", session: 1)), .event(service: "gateway", position: 99))
        expect(history, .causes, at: nil, "a cause that came before")
    }

    @Test func aReportThatDepotNeverTookInIsFound() {
        var history = History.plain
        history.remove("depot", "ItemPicked")
        expect(history, .causes, at: nil, "Depot recorded something because of report 2")
    }

    @Test func anAnswerToAnotherReportIsFound() {
        var history = History.plain
        history.report(
            "b-2", .resumed(.init()),
            [("bot/b-2", .reportRejected(.init(botID: "b-2", journal: "j-b-2", rejected: .init(report: 7))))])
        expect(history, .causes, at: nil, "an answer to report 1")
    }

    // MARK: Reports

    @Test func aReportTwiceIsFound() {
        var history = History.plain
        let index = history.index("gateway", "ReportReceived", 1)
        history.logs["gateway"]!.insert(history.logs["gateway"]![index], at: index + 1)
        history.renumber("gateway")
        expect(history, .reports, at: ("gateway", UInt64(index + 2)), "report 3")
    }

    @Test func aReportThatIsMissingIsFound() {
        var history = History.plain
        history.remove("gateway", "ReportReceived", 1)
        #expect(history.violation()?.promise == .reports)
    }

    @Test func aReportOfASessionThatIsOverIsFound() {
        var history = History.plain
        history.disconnect("b-1")
        history.report("b-1", .resumed(.init()), [("bot/b-1", .botResumed(.init(botID: "b-1")))])
        expect(history, .reports, at: nil, "while it is open")
    }

    @Test func aSessionBesideAnotherIsFound() {
        var history = History.plain
        history.connect("b-1")
        expect(history, .reports, at: nil, "was ended before")
    }

    @Test func aSessionNumberThatFallsIsFound() {
        var history = History.plain
        history.disconnect("b-2")
        let opened = BotsV1.SessionOpened(botID: "b-2", session: 1, journal: "j-b-2")
        history.append("gateway", "bot/b-2", BotsV1.Event(kind: .sessionOpened(opened)))
        expect(history, .reports, at: nil, "a session of b-2 after 1")
    }

    @Test func aNewLifeEndsSessions() {
        var history = History.plain
        history.start()
        history.connect("b-1")
        #expect(history.violation() == nil)
        history.change("gateway", "GatewayStarted", 1, BotsV1.Event.self) { $0.kind = .gatewayStarted(.init(life: 7)) }
        expect(history, .reports, at: nil, "life 2")
    }

    @Test func anOldJournalGoesOnWhereItWas() {
        var history = History.plain
        history.disconnect("b-1")
        history.connect("b-1", journal: "another")
        history.disconnect("b-1")
        history.connect("b-1")
        history.report("b-1", .resumed(.init()), [("bot/b-1", .botResumed(.init(botID: "b-1")))])
        #expect(history.violation() == nil)
    }

    // MARK: Helper

    private func expect(
        _ history: History, _ promise: Violation.Promise, at place: (String, UInt64)?, _ words: String,
        location: SourceLocation = #_sourceLocation
    ) {
        let violation = history.violation()
        #expect(
            violation?.promise == promise, "\(violation.map { "\($0)" } ?? "nothing was found")",
            sourceLocation: location)
        guard let violation else { return }
        #expect(violation.expected.contains(words), "\(violation)", sourceLocation: location)
        if let (service, position) = place {
            #expect(violation.service == service, sourceLocation: location)
            #expect(violation.position == position, "\(violation)", sourceLocation: location)
        }
    }
}
