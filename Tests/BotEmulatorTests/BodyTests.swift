import Messages
import Testing

@testable import BotEmulator
@testable import RobotLink

@Suite struct BodyTests {
    private static let graph = TestMall.graph

    private static func task(_ id: String = "t", epoch: UInt64 = 1, units: UInt32 = 2) -> BotsV1.ToBot {
        TestMall.task(id, epoch: epoch, units: units)
    }

    private static func cancel(returning: Bool) -> BotsV1.ToBot {
        BotsV1.ToBot(
            directive: 2,
            body: .cancelTask(BotsV1.CancelTask(taskID: "t", epoch: 1, reason: "no more", returnItems: returning)))
    }

    private func newBody(_ change: (inout BodyParameters) -> Void = { _ in }) throws -> Body {
        TestMall.body("b-1", change)
    }

    private func names(_ reports: [BotsV1.FromBot.Body]) -> [String] { reports.map(\.typeName) }

    private static let wholeTrip = [
        "TaskAccepted", "StopReached", "ItemPicked", "StopDone", "StopReached", "ItemPicked", "StopDone",
        "TaskDelivered", "TaskRequest",
    ]

    @Test func itAsksOnceShopsAndDelivers() throws {
        var body = try newBody()
        #expect(names(body.advance(to: 1)) == ["TaskRequest"])
        #expect(body.advance(to: 5_000).isEmpty)
        body.receive(Self.task())
        #expect(names(body.advance(to: 300_000)) == Self.wholeTrip)
        #expect(body.taskID == nil && body.rangeMm < body.parameters.fullRangeMm)
    }

    @Test func theStepsOfTimeDoNotMatter() throws {
        var coarse = try newBody()
        var fine = try newBody()
        coarse.receive(Self.task())
        fine.receive(Self.task())
        var reports: [BotsV1.FromBot.Body] = []
        for now in 1...1_200 as ClosedRange<Int64> { reports += fine.advance(to: now * 100) }
        #expect(coarse.advance(to: 120_000) == reports)
    }

    @Test(arguments: [0.0, 1.0])
    func killedAfterAnyReportItGoesOnWithoutDoingAThingTwice(outOfStock: Double) throws {
        func body() throws -> Body {
            try newBody {
                $0.outOfStockRate = outOfStock
                $0.seed = 5
            }
        }
        var whole = try body()
        whole.receive(Self.task())
        let expected = whole.advance(to: 300_000)
        #expect(expected.contains { if case .itemUnavailable = $0 { true } else { false } } == (outOfStock == 1))
        for kept in 0...expected.count {
            // One report a step, each stored with its note; then the power goes.
            var before = try body()
            var journal = RecoveredJournal(journal: "j")
            journal.add(BotsV1.JournalRecord(kind: .directive(Self.task())))
            before.receive(Self.task())
            var made: [BotsV1.FromBot.Body] = []
            var now: Int64 = 0
            while made.count < kept {
                now += 50
                made += before.advance(to: now)
            }
            for (index, report) in made.enumerated() {
                journal.add(
                    BotsV1.JournalRecord(kind: .report(BotsV1.FromBot(report: UInt64(index + 1), body: report))))
            }
            if kept > 0 { journal.add(BotsV1.JournalRecord(kind: .note(before.bodyNote().protobuf()))) }
            var after = try body()
            after.recover(journal)
            let rest = after.advance(to: 600_000)
            #expect(made + rest.prefix(expected.count - made.count) == expected, "killed after \(kept)")
        }
    }

    @Test func whatIsMissingIsSaidAndAddsUp() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            var body = try newBody {
                $0.outOfStockRate = 0.5
                $0.seed = seed
            }
            body.receive(Self.task(units: 4))
            var units: [String: UInt32] = [:]
            for report in body.advance(to: 600_000) {
                switch report {
                case .itemPicked(let it): units[it.storeID, default: 0] += it.quantity
                case .itemUnavailable(let it): units[it.storeID, default: 0] += it.quantity
                default: break
                }
            }
            #expect(units == ["s-a": 4, "s-b": 4])
        }
    }

    @Test func anotherTaskIsDeclinedWhileOneIsAtHand() throws {
        var body = try newBody()
        body.receive(Self.task())
        body.receive(Self.task("u"))
        let reports = body.advance(to: 1)
        #expect(names(reports) == ["TaskDeclined", "TaskAccepted"])
    }

    @Test func aTaskBeyondBatteryOrBagIsDeclined() throws {
        var tired = try newBody { $0.fullRangeMm = 20_000 }
        tired.receive(Self.task())
        #expect(names(tired.advance(to: 1)).first == "TaskDeclined")
        var small = try newBody { $0.capacityUnits = 3 }
        small.receive(Self.task())
        #expect(names(small.advance(to: 1)).first == "TaskDeclined")
    }

    @Test func aCancelledTaskGoesBackToItsStores() throws {
        var body = try newBody()
        body.receive(Self.task())
        // Until it is under way to the second store.
        var now: Int64 = 0
        var reports: [BotsV1.FromBot.Body] = []
        while !names(reports).contains("StopDone") {
            now += 100
            reports += body.advance(to: now)
        }
        body.receive(Self.cancel(returning: true))
        let end = body.advance(to: now + 300_000)
        guard case .taskAbandoned(let abandoned)? = end.first else {
            Issue.record("something else came")
            return
        }
        #expect(abandoned.returned && abandoned.taskID == "t")
        #expect(names(end) == ["TaskAbandoned", "TaskRequest"])
    }

    /// The task under a newer epoch, without stops, and with two units of store "s-a" that are in the robot.
    private static let custody = BotsV1.ToBot(
        directive: 2,
        body: .assignTask(
            BotsV1.AssignTask(
                taskID: "t", epoch: 2, depotNode: "depot",
                custody: [
                    TypesV1.Stop(
                        storeID: "s-a", node: "a",
                        items: [TypesV1.Item(productID: "p", quantity: 2, sizeUnits: 1)])
                ])))

    @Test(arguments: [false, true])
    func whatItHasInCustodyItDelivers(isAtWork: Bool) throws {
        var body = try newBody()
        if isAtWork {
            // It worked on while nobody heard it, and knows nothing of having lost its lease.
            body.receive(Self.task())
            _ = body.advance(to: 20_000)
        }
        body.receive(Self.custody)
        var reports: [BotsV1.FromBot.Body] = []
        while !names(reports).contains("TaskDelivered"), body.now < 300_000 {
            reports += body.advance(to: body.now + 100)
        }
        #expect(names(reports) == ["TaskAccepted", "TaskDelivered", "TaskRequest"])
        #expect(reports.first?.task?.epoch == 2 && body.node == Self.graph.node("depot"))
    }

    @Test func custodyThatIsCancelledGoesBackToItsStores() throws {
        var body = try newBody()
        body.receive(Self.custody)
        _ = body.advance(to: 1)
        body.receive(
            BotsV1.ToBot(
                directive: 3,
                body: .cancelTask(BotsV1.CancelTask(taskID: "t", epoch: 2, reason: "no more", returnItems: true))))
        let end = body.advance(to: 300_000)
        guard case .taskAbandoned(let abandoned)? = end.first else {
            Issue.record("something else came")
            return
        }
        #expect(abandoned.returned && abandoned.epoch == 2 && body.returnedStores.isEmpty)
        // It was at store a, where the items are from.
        #expect(body.rangeMm <= body.parameters.fullRangeMm - 10_000)
    }

    @Test func aCancelOfWhatItDoesNotHaveHasAnEnd() throws {
        var body = try newBody()
        body.receive(Self.cancel(returning: true))
        #expect(names(body.advance(to: 1)) == ["TaskAbandoned", "TaskRequest"])
    }

    @Test func pausedItStandsStillUntilResumed() throws {
        var body = try newBody()
        body.receive(BotsV1.ToBot(directive: 1, body: .pause(BotsV1.Pause(reason: "cleaning"))))
        #expect(names(body.advance(to: 60_000)) == ["Paused"])
        body.receive(Self.task())
        #expect(body.advance(to: 120_000).isEmpty)
        body.receive(BotsV1.ToBot(directive: 3, body: .resume(BotsV1.Resume())))
        #expect(names(body.advance(to: 400_000)) == ["Resumed"] + Self.wholeTrip)
    }

    /// The power went between the report and its note: the note that is there says that it is paused.
    @Test func aReportKnowsBetterThanAnOlderNote() throws {
        var paused = try newBody()
        paused.receive(BotsV1.ToBot(directive: 1, body: .pause(BotsV1.Pause(reason: "cleaning"))))
        #expect(names(paused.advance(to: 1_000)) == ["Paused"])
        var journal = RecoveredJournal(journal: "j")
        for kind: BotsV1.JournalRecord.Kind in [
            .directive(BotsV1.ToBot(directive: 1, body: .pause(BotsV1.Pause(reason: "cleaning")))),
            .report(BotsV1.FromBot(report: 1, body: .paused(BotsV1.Paused()))), .note(paused.bodyNote().protobuf()),
            .directive(BotsV1.ToBot(directive: 2, body: .resume(BotsV1.Resume()))),
            .report(BotsV1.FromBot(report: 2, body: .resumed(BotsV1.Resumed()))),
        ] {
            journal.add(BotsV1.JournalRecord(kind: kind))
        }
        let smaller = try #require(RecoveredJournal(journal.compacted { _ in false }.records))
        for journal in [journal, smaller] {
            var body = try newBody()
            body.recover(journal)
            #expect(names(body.advance(to: 1_000)) == ["TaskRequest"])
        }
    }

    /// Its storage was lost while it was paused: for the depot it is paused until it says otherwise.
    @Test func aResumeIsAnsweredAlsoByWhoKnowsOfNoPause() throws {
        var body = try newBody()
        #expect(names(body.advance(to: 1)) == ["TaskRequest"])
        body.receive(BotsV1.ToBot(directive: 1, body: .resume(BotsV1.Resume())))
        #expect(names(body.advance(to: 1_000)) == ["Resumed"])
        #expect(body.advance(to: 2_000).isEmpty, "once")
    }

    @Test func aLowBatteryIsChargedBeforeMoreWork() throws {
        var body = try newBody()
        body.rangeMm = body.parameters.fullRangeMm / 10
        #expect(body.advance(to: 60_000).isEmpty)
        #expect(body.state == "charging")
        #expect(names(body.advance(to: 20 * 60_000)) == ["TaskRequest"])
    }

    @Test func aStaleTaskIsDropped() throws {
        var body = try newBody()
        body.receive(Self.task())
        let accepted = body.advance(to: 1)
        body.rejected(BotsV1.Rejected(report: 1, code: .staleEpoch), report: accepted.first)
        #expect(body.taskID == nil)
        #expect(!names(body.advance(to: 300_000)).contains("ItemPicked"))
    }

    @Test func aRobotThatWaitsAsksAgainInANewSession() throws {
        var body = try newBody()
        _ = body.advance(to: 1)
        body.sessionBegan()
        #expect(names(body.advance(to: 10_000)) == ["TaskRequest"])
    }
}
