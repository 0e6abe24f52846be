import Kernel
import Messages
import OrderedCollections
import Testing

@testable import Depot

/// Robots and the two docks of `TestMall.grid`.
@Suite struct ChargingTests {
    /// Which robots were sent to which dock.
    private static func charges(_ events: [DepotV1.Event.Kind]) -> [String] {
        events.compactMap { event in
            guard case .directiveIssued(let issued) = event, case .goCharge(let charge)? = issued.message?.body,
                charge.place != nil
            else { return nil }
            return "\(issued.botID) \(charge.dockID)"
        }
    }

    /// "a" is at dock d-0 and "b" at d-1; "c" and then "d" wait for one.
    private static func crowd() -> TestDepot {
        var depot = TestDepot()
        var sent: [String] = []
        for (bot, x) in [("a", 1), ("b", 1), ("c", 4), ("d", 4)] {
            depot.connect(bot)
            depot.ask(bot, x: x, battery: 10)
            sent += charges(depot.dispatch())
        }
        #expect(sent == ["a d-0", "b d-1"])
        return depot
    }

    @Test func lowRobotsGoToTheNearestFreeDockAndThenWait() {
        var depot = Self.crowd()
        #expect(depot.core.bots["a"]?.state == .idle && depot.core.bots["c"]?.state == .waiting)
        // However much work there is, it is not for them.
        depot.order("o", [(0, 1)])
        #expect(depot.dispatch().isEmpty)
        depot.core = DepotCore(depot.core.record)
        #expect(Array(depot.core.low.names) == ["c", "d"] && depot.dispatch().isEmpty)
    }

    /// What may happen to a robot at a dock, each of which makes room.
    static let departures: [(String, @Sendable (inout TestDepot) -> Void)] = [
        ("charged", { $0.ask("a", battery: 100) }),
        ("silent", { $0.listen(seconds: 60, hearing: ["b", "c", "d"]) }),
        (
            "gone and silent",
            {
                $0.take(.sessionClosed(.init(botID: "a", session: 1)))
                $0.listen(seconds: 60, hearing: ["b", "c", "d"])
            }
        ),
        ("retired", { $0.record([.botRetired(.init(botID: "a"))]) }),
        ("lost", { $0.record([.botLost(.init(botID: "a"))]) }),
        ("still low", { $0.ask("a", battery: 15) }),
    ]

    @Test(arguments: departures.indices)
    func aDockIsFreeAgainWhateverHappensToItsRobot(index: Int) {
        let (name, happen) = Self.departures[index]
        var depot = Self.crowd()
        happen(&depot)
        #expect(Self.charges(depot.dispatch()) == ["c d-0"], "\(name)")
        #expect(depot.replayed.record == depot.core.record)
    }

    @Test func aRobotOfflineForAMomentKeepsItsDock() {
        var depot = Self.crowd()
        depot.take(.sessionClosed(.init(botID: "a", session: 1)))
        depot.listen(seconds: 30, hearing: ["b", "c", "d"])
        #expect(depot.dispatch().isEmpty)
        depot.connect("a", session: 2)
        #expect(depot.dispatch().isEmpty && depot.core.bots["a"]?.dockID == "d-0")
    }

    @Test func oneThatGetsATaskMakesRoom() {
        var depot = Self.crowd()
        depot.ask("a", battery: 100)
        depot.order("o", [(0, 1)])
        #expect(depot.dispatch().names == ["DirectiveIssued", "TaskAssigned", "DirectiveIssued"])
        #expect(depot.core.tasks["o/1"]?.botID == "a" && depot.core.bots["c"]?.dockID == "d-0")
    }

    @Test func oneThatParksMakesRoomWhenThereIsNoOtherDock() throws {
        var depot = TestDepot()
        for bot in ["a", "b", "c", "d"] { depot.connect(bot) }
        depot.record(try depot.core.sendToDock(.init(botID: "a")))
        depot.record(try depot.core.sendToDock(.init(botID: "b")))
        #expect(depot.core.bots["a"]?.dockID == "d-0" && depot.core.bots["b"]?.dockID == "d-1")
        depot.core = DepotCore(depot.core.record)
        for (bot, x) in [("c", 1), ("d", 1)] { depot.ask(bot, x: x, battery: 10) }
        #expect(Self.charges(depot.dispatch()) == ["c d-0", "d d-1"])
        // But not for a third one that parks, and not while another dock is free.
        depot.ask("d", battery: 100)
        depot.connect("e")
        depot.record(try depot.core.sendToDock(.init(botID: "e", dockID: "d-0")))
        depot.ask("b", battery: 100)
        depot.connect("f")
        depot.ask("f", x: 1, battery: 10)
        #expect(Self.charges(depot.dispatch()) == ["f d-1"])
        #expect(depot.replayed.record == depot.core.record)
    }

    @Test func aRobotThatWaitsUntilItsBatteryIsLowGoesToCharge() {
        var depot = TestDepot()
        depot.connect("b")
        depot.ask("b", battery: 25)
        depot.liveness.heard("b", battery: 20)
        #expect(depot.listen(seconds: 5, hearing: ["b"]).isEmpty)
        depot.liveness.heard("b", battery: 19)
        #expect(depot.listen(seconds: 5, hearing: ["b"]).names == ["BotLow"])
        depot.order("o", [(0, 1)])
        #expect(Self.charges(depot.dispatch()) == ["b d-0"])
        #expect(depot.core.bots["b"]?.batteryPercent == 19)
        // It is at the dock and does not wait: nothing is said again.
        #expect(depot.listen(seconds: 50, hearing: ["b"]).isEmpty)
        #expect(depot.replayed.record == depot.core.record)
    }

    @Test func whatAWaitingRobotLosesCountsWithItsRange() {
        var depot = TestDepot()
        depot.connect("b")
        depot.ask("b", battery: 80, range: 16_000)
        depot.liveness.heard("b", battery: 71)
        #expect(depot.listen(seconds: 5, hearing: ["b"]).isEmpty)
        depot.liveness.heard("b", battery: 40)
        #expect(depot.listen(seconds: 5, hearing: ["b"]).names == ["BotLow"])
        #expect(depot.listen(seconds: 5, hearing: ["b"]).isEmpty)
        #expect(depot.core.bots["b"]?.request?.rangeMm == 8_000)
        // Five metres there and back would have been near enough before.
        depot.order("o", [(4, 1)])
        #expect(Self.charges(depot.dispatch()) == ["b d-0"])
        #expect(depot.replayed.record == depot.core.record)
    }

    @Test func aRobotAtWorkIsNotSentToCharge() {
        var depot = ReportTests.depot(in: .shopping)
        depot.liveness.heard("b", battery: 3)
        #expect(depot.listen(seconds: 5, hearing: ["b"]).isEmpty)
    }

    @Test func aMallWithoutDocksSendsNobody() {
        var mall = TestMall.grid(6, 6)
        mall.docks = []
        var depot = TestDepot(mall: mall)
        depot.connect("b")
        depot.ask("b", battery: 10)
        depot.order("o", [(0, 1)])
        #expect(depot.dispatch().isEmpty)
    }
}
