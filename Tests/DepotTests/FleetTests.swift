import Messages
import OrderedCollections
import Testing

@testable import Depot

@Suite struct FleetTests {
    @Test func anOldSessionsLateEndDoesNotMarkANewerOneOffline() {
        var depot = TestDepot()
        #expect(
            depot.take(.sessionOpened(.init(botID: "b", session: 1, capacityUnits: 9))).names
                == ["BotRegistered", "BotOnline"])
        #expect(depot.take(.sessionOpened(.init(botID: "b", session: 2, capacityUnits: 9))).names == ["BotOnline"])
        #expect(depot.take(.sessionClosed(.init(botID: "b", session: 1))).isEmpty)
        #expect(depot.core.bots["b"]?.online == true)
        #expect(depot.take(.sessionClosed(.init(botID: "b", session: 2))).names == ["BotOffline"])
        #expect(depot.take(.sessionClosed(.init(botID: "b", session: 2))).isEmpty)
    }

    @Test func aGatewaysStartPutsAllOffline() {
        var depot = TestDepot()
        depot.connect("a")
        depot.connect("b")
        #expect(depot.take(.gatewayStarted(.init(life: 2))).names == ["BotOffline", "BotOffline"])
        #expect(depot.core.bots.values.allSatisfy { !$0.online })
    }

    @Test func aRequestOutlivesABreak() {
        var depot = TestDepot()
        depot.connect("b")
        depot.ask("b")
        depot.take(.gatewayStarted(.init(life: 2)))
        depot.order("o", [(0, 1)])
        #expect(depot.dispatch().isEmpty)
        depot.connect("b", session: 2)
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued"])
    }

    @Test func aHolderThatStaysAwayIsSeen() throws {
        var depot = ReportTests.depot(in: .shopping)
        depot.take(.sessionClosed(.init(botID: "b", session: 1)))
        let view = try #require(depot.core.bots["b"].map(depot.core.view))
        #expect(view.state == .offline && !view.online && view.taskID == "o/1")
    }

    @Test func aRobotThatNeedsHelpOrIsPausedGetsNoTask() {
        var depot = TestDepot()
        depot.connect("b")
        depot.order("o", [(0, 1)])
        depot.ask("b")
        depot.report("b", .fault(.init(code: "motor", message: "hot", needsHelp: true)))
        #expect(depot.core.bots["b"]?.state == .faulted && depot.dispatch().isEmpty)
        depot.report("b", .faultCleared(.init(code: "motor")))
        depot.report("b", .paused(.init(reason: "button")))
        #expect(depot.core.bots["b"]?.state == .paused && depot.dispatch().isEmpty)
        depot.report("b", .resumed(.init()))
        depot.report("b", .fault(.init(code: "blocked", message: "")))
        #expect(depot.core.bots["b"].map(depot.core.view)?.fault == "blocked")
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued"])
    }

    @Test func aRobotThatCannotReachAnyTaskGoesToCharge() {
        var depot = TestDepot()
        depot.connect("b")
        depot.order("o", [(4, 1)])
        // Ten metres there and back, and a quarter more.
        depot.ask("b", battery: 40, range: 12_000)
        #expect(depot.dispatch().names == ["DirectiveIssued"])
        #expect(depot.core.bots["b"]?.dockID == "d-0")
        depot.ask("b", battery: 90, range: 12_000)
        #expect(depot.dispatch().isEmpty)
        depot.ask("b", battery: 90, range: 12_500)
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued"])
    }

    @Test func aTaskGoesOnlyToARobotThatCanCarryIt() {
        var depot = TestDepot()
        depot.connect("large", capacity: 10)
        depot.connect("small", capacity: 2)
        depot.order("o", [(0, 5)])
        depot.ask("small")
        #expect(depot.dispatch().isEmpty)
        depot.ask("large")
        depot.dispatch()
        #expect(depot.core.tasks["o/1"]?.botID == "large")
    }

    @Test func aMovedStoreMovesTheStopsOfWaitingTasks() {
        var depot = TestDepot()
        depot.connect("b")
        depot.order("o", [(0, 1)])
        depot.take(.init(kind: .storeMoved(.init(storeID: "s-0", node: "n-3-3", place: TestMall.place(3, 3)))))
        depot.ask("b")
        depot.dispatch()
        #expect(depot.core.tasks["o/1"]?.stops[0].wanted.node == "n-3-3")
        #expect(depot.core.tasks["o/1"]?.stops[0].wanted.place == TestMall.place(3, 3))
    }

    @Test func aMallWithoutAStoresNodeLetsItsTasksWait() {
        var depot = TestDepot()
        depot.connect("b")
        depot.order("o", [(4, 1)])
        depot.ask("b")
        depot.record([.mallOpened(.init(mall: TestMall.grid(3, 3)))])
        #expect(depot.dispatch().isEmpty)
        depot.take(.init(kind: .storeMoved(.init(storeID: "s-4", node: "n-1-1"))))
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued"])
    }
}

extension FleetTests {
    @Test func aRobotThatGaveATaskUpIsNotOfferedItAtOnce() {
        var depot = ReportTests.depot(in: .shopping)
        depot.report("b", ReportTests.body(.abandon))
        depot.ask("b")
        #expect(depot.dispatch().isEmpty)
        depot.now += 30_000
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued"])
    }
}
