import Kernel
import Messages
import OrderedCollections
import Testing

@testable import Depot

/// When a lease ends, and what that comes to in each state of a task.
@Suite struct LeaseTests {
    /// What follows when robot "b" of `ReportTests` is not heard from for the length of a lease.
    static let silence: [ReportTests.State: [String]] = [
        .queued: [], .delivered: [], .canceled: [],
        .assigned: ["TaskRequeued"], .accepted: ["TaskRequeued"], .atStore: ["TaskRequeued"],
        .shopping: ["TaskLeftInCustody", "TaskQueued"], .returning: ["TaskLeftInCustody"],
        .canceling: ["TaskCanceled", "ListCanceled"],
    ]

    @Test(arguments: ReportTests.State.allCases)
    func aSilentRobotLosesWhatItHolds(state: ReportTests.State) throws {
        var depot = ReportTests.depot(in: state)
        #expect(depot.listen(seconds: 59.9).isEmpty)
        #expect(depot.listen(seconds: 0.1).names == ["BotSilent"] + Self.silence[state, default: []])
        #expect(depot.core.bots["b"]?.taskID == "" && depot.core.bots["b"]?.state == .offline)
        #expect(depot.listen(seconds: 500).isEmpty)
        // Nothing that it says later is about a task that it holds.
        for report in ReportTests.Report.allCases where Self.silence[state] != [] {
            #expect(depot.report("b", ReportTests.body(report)).rejection != nil)
        }
    }

    @Test func aSignOfLifeKeepsALease() {
        var depot = ReportTests.depot(in: .shopping)
        #expect(depot.listen(seconds: 600, hearing: ["b"]).isEmpty)
        #expect(depot.listen(seconds: 59).isEmpty)
        #expect(depot.core.tasks["o/1"]?.botID == "b")
        // Without a connection the lease goes on just as long.
        depot.take(.sessionClosed(.init(botID: "b", session: 1)))
        #expect(depot.listen(seconds: 1).names.first == "BotSilent")
    }

    @Test func aNewProcessGivesEachLeaseAFreshTerm() {
        var depot = ReportTests.depot(in: .shopping)
        depot.listen(seconds: 50)
        depot.core = DepotCore(depot.core.record)
        depot.liveness = Liveness(now: depot.now)
        #expect(depot.listen(seconds: 59).isEmpty)
        #expect(depot.listen(seconds: 1).names.first == "BotSilent")
    }

    @Test func timeInWhichNobodyListensDoesNotCount() {
        var liveness = Liveness(now: 1_000)
        liveness.advance(to: 5_000)
        liveness.heard("b")
        #expect(liveness.silentMs("b") == 0 && liveness.silentMs("never") == 4_000)
        // The machine slept for an hour; then its clock was set back a day.
        liveness.advance(to: 3_605_000)
        #expect(liveness.silentMs("b") == Liveness.longestStretchMs)
        liveness.advance(to: -80_000_000)
        #expect(liveness.silentMs("b") == Liveness.longestStretchMs)
        liveness.advance(to: -79_999_000)
        #expect(liveness.silentMs("b") == Liveness.longestStretchMs + 1_000)
        liveness.forget(silentForMs: 5_000)
        #expect(liveness.silentMs("b") == liveness.silentMs("never"))
    }

    @Test func aSilentRobotIsOfferedNothingUntilItIsHeard() {
        var depot = TestDepot()
        depot.connect("b")
        depot.ask("b")
        #expect(depot.listen(seconds: 60).names == ["BotSilent"])
        depot.order("o", [(0, 1)])
        #expect(depot.dispatch().isEmpty)
        #expect(depot.listen(seconds: 5, hearing: ["b"]).names == ["BotHeard"])
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued"])
    }

    @Test func aReportIsASignOfLife() {
        var depot = TestDepot()
        depot.connect("b")
        depot.listen(seconds: 60)
        #expect(depot.ask("b").names == ["BotHeard", "BotWaiting"])
        depot.listen(seconds: 60)
        depot.take(.sessionOpened(.init(botID: "b", session: 2, capacityUnits: 10)))
        #expect(depot.core.bots["b"]?.silent == false)
    }

    @Test func tasksOfOneListThatEndTogetherEndTheListOnce() {
        var depot = TestDepot()
        for bot in ["a", "b"] {
            depot.connect(bot, capacity: 1)
            depot.ask(bot)
        }
        depot.order("o", [(0, 2)])
        depot.dispatch()
        depot.report("a", .taskAccepted(.init(taskID: "o/1", epoch: 1)))
        depot.report("b", .taskAccepted(.init(taskID: "o/2", epoch: 1)))
        depot.take(.orderCancelRequested(.init(orderID: "o")))
        let names = depot.listen(seconds: 60).names
        #expect(names.filter { !$0.hasPrefix("Bot") } == ["TaskCanceled", "TaskCanceled", "ListCanceled"])
    }

    // MARK: Cancels

    @Test func aCancelEndsThoughItsRobotDoesNotAnswer() throws {
        var depot = ReportTests.depot(in: .shopping)
        depot.take(.orderCancelRequested(.init(orderID: "o")))
        let end = depot.now + 1_800_000
        #expect(depot.core.nextDeadline(after: .init(unixMs: depot.now))?.unixMs == end)
        #expect(DepotCore(depot.core.record).nextDeadline(after: .init(unixMs: depot.now))?.unixMs == end)
        #expect(depot.listen(seconds: 1_799, hearing: ["b"]).isEmpty && depot.dispatch().isEmpty)
        depot.listen(seconds: 1, hearing: ["b"])
        let events = depot.dispatch()
        #expect(events.names == ["TaskCanceled", "ListCanceled"])
        guard case .taskCanceled(let canceled) = events[0] else { return }
        #expect(canceled.missing.first?.items.first?.quantity == 2)
        #expect(depot.report("b", ReportTests.body(.abandon)).rejection == .wrongState)
        #expect(depot.core.nextDeadline(after: .init(unixMs: depot.now)) == nil)
    }

    @Test func anAnswerEndsTheWaitForIt() {
        var depot = ReportTests.depot(in: .shopping)
        depot.take(.orderCancelRequested(.init(orderID: "o")))
        depot.report("b", ReportTests.body(.abandon))
        #expect(depot.core.nextDeadline(after: .init(unixMs: depot.now)) == nil)
        #expect(depot.core.canceling.isEmpty)
    }
}
