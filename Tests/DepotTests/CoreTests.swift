import Kernel
import Messages
import OrderedCollections
import Testing

@testable import Depot

@Suite struct CoreTests {
    // MARK: Lists

    @Test func anOrderBecomesAListAndThenTasks() {
        var depot = TestDepot()
        depot.connect("b", capacity: 10)
        #expect(depot.place("o", [(2, 3), (0, 1), (2, 1)]).names == ["ListCreated"])
        #expect(depot.core.lists["o"]?.stops.map(\.storeID) == ["s-2", "s-0"])
        #expect(depot.core.lists["o"]?.stops[0].items.map(\.quantity) == [4])
        #expect(depot.dispatch().isEmpty)
        let approved = depot.take(.orderApproved(.init(orderID: "o")))
        #expect(approved.names == ["ListAvailable", "TaskQueued"])
        // On a line the nearest store comes last or first alike; each is visited once.
        #expect(Set(depot.core.tasks["o/1"]?.stops.map(\.wanted.storeID) ?? []) == ["s-0", "s-2"])
        // Heard again, neither makes anything.
        #expect(depot.take(.orderApproved(.init(orderID: "o"))).isEmpty)
        #expect(depot.place("o", [(0, 1)]).isEmpty)
    }

    @Test func aListLargerThanARobotIsSeveralTasks() {
        var depot = TestDepot()
        depot.connect("b", capacity: 10)
        let events = depot.order("o", [(0, 12), (1, 13)])
        #expect(events.names == ["ListCreated", "ListAvailable", "TaskQueued", "TaskQueued", "TaskQueued"])
        #expect(depot.core.lists["o"]?.taskIDs == ["o/1", "o/2", "o/3"])
        #expect(depot.core.tasks.values.allSatisfy { $0.sizeUnits <= 10 })
    }

    @Test func aListThatCannotBeMadeIsRefused() throws {
        var depot = TestDepot()
        depot.connect("b", capacity: 10)
        #expect(depot.place("a", []).names == ["ListRefused"])
        #expect(depot.place("b", [(7, 1)]).names == ["ListRefused"])
        let large = OrdersV1.Line(storeID: "s-0", productID: "piano", quantity: 1, sizeUnits: 11)
        let events = depot.take(.orderPlaced(.init(orderID: "c", lines: [large])))
        guard case .listRefused(let refused)? = events.first else {
            Issue.record("not refused")
            return
        }
        #expect(refused.reason.contains("piano") && refused.reason.contains("11"))
        #expect(depot.core.lists.isEmpty)
        // A refused list's rejected order asks for nothing.
        #expect(depot.take(.orderRejected(.init(orderID: "c"))).isEmpty)
        var moved = TestDepot()
        moved.take(.init(kind: .storeMoved(.init(storeID: "s-0", node: "nowhere"))))
        #expect(moved.place("d", [(0, 1)]).names == ["ListRefused"])
    }

    // MARK: A whole trip

    @Test func aListIsFetchedAndReady() throws {
        var depot = TestDepot()
        depot.connect("b")
        depot.order("o", [(0, 2), (1, 1)])
        #expect(depot.ask("b", x: 3).names == ["BotWaiting"])
        let events = depot.dispatch()
        #expect(events.names == ["TaskAssigned", "DirectiveIssued"])
        guard case .directiveIssued(let issued) = events[1], case .assignTask(let assign)? = issued.message?.body else {
            Issue.record("no AssignTask")
            return
        }
        #expect(issued.botID == "b" && issued.message?.directive == 1)
        #expect(assign.taskID == "o/1" && assign.epoch == 1 && assign.orderID == "o" && assign.depotNode == "n-0-0")
        // It stands beyond the farther store: that one first.
        #expect(assign.stops.map(\.storeID) == ["s-1", "s-0"])
        #expect(assign.stops[0].node == "n-2-0" && assign.stops[0].place == TestMall.place(2, 0))
        #expect(depot.core.bots["b"]?.state == .working)
        #expect(depot.ask("b").rejection == .wrongState)
        depot.report("b", .taskAccepted(.init(taskID: "o/1", epoch: 1)))
        for store in 0..<2 {
            depot.report("b", .stopReached(.init(taskID: "o/1", epoch: 1, storeID: "s-\(store)")))
            let pick = BotsV1.ItemPicked(
                taskID: "o/1", epoch: 1, storeID: "s-\(store)", productID: "p-\(store)", quantity: 1)
            depot.report("b", .itemPicked(pick))
            depot.report("b", .stopDone(.init(taskID: "o/1", epoch: 1, storeID: "s-\(store)")))
        }
        #expect(depot.core.tasks["o/1"]?.state == .returning)
        let end = depot.report("b", .taskDelivered(.init(taskID: "o/1", epoch: 1)))
        #expect(end.names == ["ItemUnavailable", "TaskDelivered", "ListReady"])
        let view = try #require(depot.core.tasks["o/1"].map(depot.core.view))
        #expect(view.picked == ["p-0": 1, "p-1": 1] && view.unavailable == ["p-0": 1])
        #expect(depot.core.bots["b"]?.tasksDelivered == 1 && depot.core.bots["b"]?.state == .idle)
        #expect(depot.core.lists["o"]?.state == .ready)
    }

    @Test func theListIsReadyOnlyWhenEveryTaskHasEnded() {
        var depot = TestDepot()
        depot.connect("b", capacity: 1)
        depot.order("o", [(0, 2)])
        for task in 1...2 {
            depot.ask("b")
            depot.dispatch()
            depot.report("b", .taskAccepted(.init(taskID: "o/\(task)", epoch: 1)))
            depot.report("b", .stopReached(.init(taskID: "o/\(task)", epoch: 1, storeID: "s-0")))
            let end = depot.report("b", .taskDelivered(.init(taskID: "o/\(task)", epoch: 1)))
            #expect(end.names == ["ItemUnavailable", "TaskDelivered"] + (task == 2 ? ["ListReady"] : []))
        }
    }

    @Test func anAbandonedTaskIsFetchedAgainUnderANewEpoch() throws {
        var depot = ReportTests.depot(in: .shopping)
        let abandon = BotsV1.TaskAbandoned(taskID: "o/1", epoch: 1, reason: "stuck", returned: false)
        // It keeps what it has, and is told to bring that; another fetches the rest.
        let events = depot.report("b", .taskAbandoned(abandon))
        #expect(events.names == ["TaskLeftInCustody", "TaskQueued"])
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued"])
        #expect(depot.core.tasks["o/1"]?.botID == "b" && depot.core.tasks["o/1"]?.epoch == 2)
        // When it cannot do that either, all is fetched again.
        let again = BotsV1.TaskAbandoned(taskID: "o/1", epoch: 2, reason: "dropped it", returned: false)
        let end = depot.report("b", .taskAbandoned(again))
        guard case .taskRequeued(let requeued)? = end.first else {
            Issue.record("not requeued")
            return
        }
        #expect(requeued.returned.isEmpty && requeued.missing.first?.items.first?.quantity == 2)
        depot.connect("c")
        depot.connect("d")
        depot.ask("c")
        depot.ask("d")
        #expect(depot.dispatch().names.count { $0 == "TaskAssigned" } == 2)
        #expect(depot.core.tasks["o/1"]?.epoch == 3 && depot.core.tasks["o/1"]?.sizeUnits == 2)
        #expect(depot.core.tasks["o/2"]?.epoch == 1 && depot.core.tasks["o/2"]?.sizeUnits == 1)
        // The old robot's late reports change nothing.
        #expect(depot.report("b", .taskDelivered(.init(taskID: "o/1", epoch: 2))).rejection == .staleEpoch)
    }

    @Test func aTaskOfWhichNothingIsLeftEndsWhenItIsAbandoned() {
        var depot = TestDepot()
        depot.connect("b")
        depot.order("o", [(0, 1)])
        depot.ask("b")
        depot.dispatch()
        depot.report("b", .taskAccepted(.init(taskID: "o/1", epoch: 1)))
        depot.report("b", .stopReached(.init(taskID: "o/1", epoch: 1, storeID: "s-0")))
        depot.report(
            "b", .itemUnavailable(.init(taskID: "o/1", epoch: 1, storeID: "s-0", productID: "p-0", quantity: 1)))
        #expect(depot.report("b", ReportTests.body(.abandon)).names == ["TaskCanceled", "ListReady"])
    }

    @Test func aDecliningRobotIsNotOfferedTheTaskAtOnce() {
        var depot = ReportTests.depot(in: .assigned)
        depot.report("b", ReportTests.body(.decline))
        depot.ask("b")
        #expect(depot.dispatch().isEmpty)
        #expect(depot.core.nextDeadline(after: .init(unixMs: depot.now))?.unixMs == depot.now + 30_000)
        #expect(
            DepotCore(depot.core.record).nextDeadline(after: .init(unixMs: depot.now))?.unixMs == depot.now + 30_000)
        depot.now += 30_000
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued"])
        #expect(depot.core.nextDeadline(after: .init(unixMs: depot.now)) == nil)
    }

    // MARK: Cancelling

    @Test func aListThatIsNotAvailableIsCanceledAtOnce() {
        var depot = TestDepot()
        depot.place("o", [(0, 1)])
        #expect(depot.take(.orderRejected(.init(orderID: "o"))).names == ["ListCancelRequested", "ListCanceled"])
    }

    @Test func anUnacceptedTaskIsCanceledAtOnceAndTheRobotTold() {
        var depot = ReportTests.depot(in: .assigned)
        let events = depot.take(.orderCancelRequested(.init(orderID: "o", reason: "changed my mind")))
        #expect(events.names == ["ListCancelRequested", "DirectiveIssued", "TaskCanceled", "ListCanceled"])
        #expect(depot.core.bots["b"]?.lastDirective == 2 && depot.core.bots["b"]?.taskID == "")
        #expect(depot.report("b", ReportTests.body(.accept)).rejection == .wrongState)
        #expect(depot.ask("b").names == ["BotWaiting"])
    }

    @Test func aTaskAtWorkIsCanceledWhenItsRobotHasBroughtThingsBack() {
        var depot = ReportTests.depot(in: .shopping)
        let events = depot.take(.orderCancelRequested(.init(orderID: "o")))
        #expect(events.names == ["ListCancelRequested", "DirectiveIssued"])
        #expect(depot.take(.orderCancelRequested(.init(orderID: "o"))).isEmpty)
        let end = depot.report("b", ReportTests.body(.abandon))
        #expect(end.names == ["TaskCanceled", "ListCanceled"])
        guard case .taskCanceled(let canceled) = end[0] else { return }
        #expect(canceled.returned.first?.items.first?.quantity == 2)
    }

    @Test func aDeliveryThatCrossesTheCancelEndsIt() {
        var depot = ReportTests.depot(in: .returning)
        depot.take(.orderCancelRequested(.init(orderID: "o")))
        let end = depot.report("b", ReportTests.body(.deliver))
        #expect(end.names == ["TaskDelivered", "ListCanceled"])
        #expect(depot.report("b", ReportTests.body(.abandon)).rejection == .wrongState)
    }

    @Test func everyCancelOfAnOrderIsAnswered() {
        var depot = ReportTests.depot(in: .delivered)
        let ready = depot.take(.orderCancelRequested(.init(orderID: "o")))
        #expect(ready.names == ["ListCancelRequested", "ListCanceled"])
        #expect(depot.take(.orderCancelRequested(.init(orderID: "o"))).names == ["ListCanceled"])
        #expect(depot.take(.orderCancelRequested(.init(orderID: "unknown"))).names == ["ListCanceled"])
    }
}
