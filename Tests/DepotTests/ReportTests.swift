import Messages
import OrderedCollections
import Testing

@testable import Depot

/// Each state of a task against each report.
@Suite struct ReportTests {
    enum State: String, CaseIterable {
        case queued, assigned, accepted, atStore, shopping, returning, delivered, canceled, canceling
    }

    enum Report: String, CaseIterable {
        case accept, decline, reach, pick, miss, leave, deliver, abandon
    }

    /// What is answered where it is not refused with WRONG_STATE.
    static let allowed: [State: [Report: [String]]] = [
        .assigned: [.accept: ["TaskAccepted"], .decline: ["TaskRequeued"], .abandon: ["TaskRequeued"]],
        .accepted: [.reach: ["StopReached"], .decline: ["TaskRequeued"], .abandon: ["TaskRequeued"]],
        .atStore: [
            .reach: [], .pick: ["ItemPicked"], .miss: ["ItemUnavailable"], .leave: ["StopDone"],
            .deliver: ["ItemUnavailable", "ItemUnavailable", "TaskDelivered", "ListReady"],
            .decline: ["TaskRequeued"], .abandon: ["TaskRequeued"],
        ],
        // Store 0 is done, store 1 is not reached.
        .shopping: [
            .deliver: ["ItemUnavailable", "TaskDelivered", "ListReady"],
            .decline: ["TaskLeftInCustody", "TaskQueued"], .abandon: ["TaskRequeued"],
        ],
        .returning: [
            .deliver: ["TaskDelivered", "ListReady"], .decline: ["TaskLeftInCustody"], .abandon: ["TaskRequeued"],
        ],
        // As accepted, with a cancel on its way to the robot.
        .canceling: [
            .reach: ["StopReached"], .decline: ["TaskCanceled", "ListCanceled"],
            .abandon: ["TaskCanceled", "ListCanceled"],
        ],
    ]

    /// A depot with task "o/1" of two units at store 0 and one at store 1 in a state, as robot "b" sees it.
    static func depot(in state: State) -> TestDepot {
        var depot = TestDepot()
        depot.connect("b")
        depot.order("o", [(0, 2), (1, 1)])
        if state == .queued { return depot }
        depot.ask("b")
        depot.dispatch()
        if state == .assigned { return depot }
        if state == .canceled {
            depot.take(.orderCancelRequested(.init(orderID: "o")))
            return depot
        }
        depot.report("b", .taskAccepted(.init(taskID: "o/1", epoch: 1)))
        if state == .accepted { return depot }
        if state == .canceling {
            depot.take(.orderCancelRequested(.init(orderID: "o")))
            return depot
        }
        depot.report("b", .stopReached(.init(taskID: "o/1", epoch: 1, storeID: "s-0")))
        if state == .atStore { return depot }
        depot.report(
            "b", .itemPicked(.init(taskID: "o/1", epoch: 1, storeID: "s-0", productID: "p-0", quantity: 2)))
        depot.report("b", .stopDone(.init(taskID: "o/1", epoch: 1, storeID: "s-0")))
        if state == .shopping { return depot }
        depot.report("b", .stopReached(.init(taskID: "o/1", epoch: 1, storeID: "s-1")))
        depot.report(
            "b", .itemUnavailable(.init(taskID: "o/1", epoch: 1, storeID: "s-1", productID: "p-1", quantity: 1)))
        depot.report("b", .stopDone(.init(taskID: "o/1", epoch: 1, storeID: "s-1")))
        if state == .returning { return depot }
        depot.report("b", .taskDelivered(.init(taskID: "o/1", epoch: 1)))
        return depot
    }

    static func body(_ report: Report, task: String = "o/1", epoch: UInt64 = 1) -> BotsV1.FromBot.Body {
        switch report {
        case .accept: .taskAccepted(.init(taskID: task, epoch: epoch))
        case .decline: .taskDeclined(.init(taskID: task, epoch: epoch, reason: "busy"))
        case .reach: .stopReached(.init(taskID: task, epoch: epoch, storeID: "s-0"))
        case .pick: .itemPicked(.init(taskID: task, epoch: epoch, storeID: "s-0", productID: "p-0", quantity: 1))
        case .miss: .itemUnavailable(.init(taskID: task, epoch: epoch, storeID: "s-0", productID: "p-0", quantity: 1))
        case .leave: .stopDone(.init(taskID: task, epoch: epoch, storeID: "s-0"))
        case .deliver: .taskDelivered(.init(taskID: task, epoch: epoch))
        case .abandon: .taskAbandoned(.init(taskID: task, epoch: epoch, reason: "stuck", returned: true))
        }
    }

    @Test(arguments: State.allCases, Report.allCases)
    func answers(state: State, report: Report) throws {
        var depot = Self.depot(in: state)
        let before = depot.core.record
        let events = depot.report("b", Self.body(report))
        if let expected = Self.allowed[state]?[report] {
            #expect(events.names == expected)
        } else {
            #expect(events.names == ["ReportRejected"])
            #expect(events.rejection == (state == .queued ? .staleEpoch : .wrongState))
            #expect(depot.core.record == before)
        }
    }

    @Test(arguments: State.allCases, Report.allCases)
    func refusesOtherRobotsEpochsAndTasks(state: State, report: Report) {
        var depot = Self.depot(in: state)
        depot.connect("other")
        let before = depot.core.record
        #expect(depot.report("other", Self.body(report)).rejection == .staleEpoch)
        #expect(depot.report("b", Self.body(report, epoch: 2)).rejection == .staleEpoch)
        #expect(depot.report("b", Self.body(report, epoch: 0)).rejection == .staleEpoch)
        #expect(depot.report("b", Self.body(report, task: "o/2")).rejection == .unknownTask)
        #expect(depot.core.record == before)
    }

    static let notInTask: [BotsV1.FromBot.Body] = [
        .stopReached(.init(taskID: "o/1", epoch: 1, storeID: "s-4")),
        .stopDone(.init(taskID: "o/1", epoch: 1, storeID: "s-4")),
        .itemPicked(.init(taskID: "o/1", epoch: 1, storeID: "s-4", productID: "p-0", quantity: 1)),
        .itemPicked(.init(taskID: "o/1", epoch: 1, storeID: "s-0", productID: "p-1", quantity: 1)),
        .itemPicked(.init(taskID: "o/1", epoch: 1, storeID: "s-0", productID: "p-0", quantity: 0)),
        .itemPicked(.init(taskID: "o/1", epoch: 1, storeID: "s-0", productID: "p-0", quantity: 3)),
        .itemUnavailable(.init(taskID: "o/1", epoch: 1, storeID: "s-0", productID: "p-0", quantity: 3)),
    ]

    @Test(arguments: notInTask)
    func refusesWhatIsNotInTheTask(body: BotsV1.FromBot.Body) {
        var depot = Self.depot(in: .atStore)
        #expect(depot.report("b", body).rejection == .notInTask)
    }

    @Test func aUnitIsCountedOnce() {
        var depot = Self.depot(in: .atStore)
        #expect(depot.report("b", Self.body(.pick)).names == ["ItemPicked"])
        #expect(depot.report("b", Self.body(.miss)).names == ["ItemUnavailable"])
        #expect(depot.report("b", Self.body(.pick)).rejection == .notInTask)
        #expect(depot.report("b", Self.body(.miss)).rejection == .notInTask)
    }

    @Test func aRejectionNamesTheReportAndItsJournal() throws {
        var depot = Self.depot(in: .accepted)
        let events = depot.take(
            .reportReceived(
                .init(botID: "b", session: 1, journal: "j-9", report: .init(report: 77, body: Self.body(.accept)))))
        guard case .reportRejected(let rejected)? = events.first else {
            Issue.record("not rejected")
            return
        }
        #expect(rejected.botID == "b" && rejected.journal == "j-9" && rejected.rejected?.report == 77)
        #expect(rejected.rejected?.why.contains("accepted") == true)
    }
}
