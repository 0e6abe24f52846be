import Messages
import OrderedCollections
import Testing

@testable import Depot

/// Tasks that are too large for the robots there are now.
@Suite struct CuttingTests {
    /// A task of 18 units, from before any robot was known, and robot "b" that carries 7 and waits.
    private static func depot() -> TestDepot {
        var depot = TestDepot()
        depot.order("o", [(0, 6), (1, 6), (2, 6)])
        depot.connect("b", capacity: 7)
        depot.ask("b")
        return depot
    }

    private static func sizes(_ events: [DepotV1.Event.Kind]) -> [Int] {
        events.compactMap { event in
            guard case .taskQueued(let queued) = event else { return nil }
            return queued.stops.flatMap(\.items).reduce(0) { $0 + Int($1.quantity) }
        }
    }

    @Test func oneThatNobodyCarriesIsCutAfterAWhile() {
        var depot = Self.depot()
        #expect(depot.dispatch().isEmpty)
        depot.now += 59_999
        #expect(depot.dispatch().isEmpty)
        depot.now += 1
        let events = depot.dispatch()
        #expect(
            events.names == [
                "TaskQueued", "TaskQueued", "TaskQueued", "TaskCanceled", "TaskAssigned", "DirectiveIssued",
            ])
        #expect(Self.sizes(events) == [7, 7, 4])
        #expect(depot.core.tasks["o/1"]?.state == .canceled && depot.core.tasks["o/2"]?.botID == "b")
        #expect(depot.core.lists["o"]?.state == .available && depot.core.lists["o"]?.openTasks == 3)
        // They are as old as what they were cut from.
        #expect(depot.core.tasks["o/4"]?.queuedUnixMs == 1_000_000)
        #expect(depot.dispatch().isEmpty)
        #expect(depot.replayed.record == depot.core.record)
        #expect(DepotCore(depot.core.record).record == depot.core.record)
    }

    @Test func aLargeRobotThatIsOnlineIsWaitedFor() {
        var depot = Self.depot()
        depot.connect("large", capacity: 18)
        depot.now += 600_000
        #expect(depot.dispatch().isEmpty)
        depot.take(.sessionClosed(.init(botID: "large", session: 1)))
        #expect(Self.sizes(depot.dispatch()) == [7, 7, 4])
    }

    @Test func theFleetCanDoWhatItsLargestRobotLeaves() throws {
        for leaves in [true, false] {
            var depot = TestDepot()
            depot.connect("large", capacity: 18)
            depot.connect("b", capacity: 7)
            depot.order("o", [(0, 6), (1, 6), (2, 6)])
            depot.ask("b")
            if leaves { try depot.retire("large") } else { try depot.lose("large") }
            depot.now += 60_000
            #expect(Self.sizes(depot.dispatch()) == [7, 7, 4])
        }
    }

    @Test func tasksOfOneListAreCutUnderNamesOfTheirOwn() {
        var depot = TestDepot()
        depot.connect("large", capacity: 9)
        depot.order("o", [(0, 6), (1, 6), (2, 6)])
        #expect(depot.core.lists["o"]?.taskIDs == ["o/1", "o/2"])
        depot.take(.sessionClosed(.init(botID: "large", session: 1)))
        depot.connect("b", capacity: 5)
        depot.now += 60_000
        #expect(Self.sizes(depot.dispatch()) == [5, 4, 5, 4])
        #expect(depot.core.lists["o"]?.taskIDs == (1...6).map { "o/\($0)" })
    }

    @Test func aSingleUnitIsNotCut() {
        var depot = TestDepot()
        depot.take(
            .orderPlaced(
                .init(
                    orderID: "o",
                    lines: [.init(storeID: "s-0", productID: "p", name: "Sofa", quantity: 1, sizeUnits: 30)])
            ))
        depot.take(.orderApproved(.init(orderID: "o")))
        depot.connect("b", capacity: 7)
        depot.ask("b")
        depot.now += 600_000
        #expect(depot.dispatch().isEmpty && depot.core.tasks["o/1"]?.state == .queued)
    }

    @Test func aRobotThatNeverSaidWhatItCarriesDoesNotCount() {
        var depot = TestDepot()
        depot.connect("silent", capacity: 0)
        #expect(depot.core.taskCapacity == depot.core.policy.usualCapacityUnits)
    }
}
