import Kernel
import Messages
import OrderedCollections
import Testing

@testable import Depot

/// What becomes of items in a robot that lost its lease.
@Suite struct CustodyTests {
    /// "b" has two units of store 0 of task "o/1" in custody; the one of store 1 is task "o/2".
    static func depot() -> TestDepot {
        var depot = ReportTests.depot(in: .shopping)
        depot.listen(seconds: 60)
        return depot
    }

    private func units(_ stops: [TypesV1.Stop]?) -> [UInt32] { stops?.flatMap(\.items).map(\.quantity) ?? [] }

    @Test func whatWasNotPickedIsAnotherTaskAsOldAsThisOne() throws {
        var depot = Self.depot()
        let kept = try #require(depot.core.tasks["o/1"])
        let rest = try #require(depot.core.tasks["o/2"])
        #expect(kept.state == .inCustody && kept.custodian == "b" && kept.botID == "")
        #expect(units(kept.pickedStops) == [2] && kept.openStops.isEmpty && kept.sizeUnits == 0)
        #expect(rest.state == .queued && units(rest.openStops) == [1] && rest.stops.map(\.wanted.storeID) == ["s-1"])
        #expect(rest.queuedUnixMs == kept.queuedUnixMs)
        #expect(depot.core.lists["o"]?.taskIDs == ["o/1", "o/2"] && depot.core.lists["o"]?.openTasks == 2)
        let view = depot.core.view(of: kept)
        #expect(view.custodyBotID == "b" && view.custodyUntilUnixMs == depot.now + 600_000 && view.picked == ["p-0": 2])
        #expect(depot.core.bots["b"].map(depot.core.view)?.custodyTaskID == "o/1")
        // Nobody is sent for what is in custody.
        depot.connect("c")
        depot.ask("c")
        depot.connect("d")
        depot.ask("d")
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued"])
        #expect(depot.core.tasks["o/2"]?.botID == "c")
    }

    @Test func aRobotThatIsBackDeliversWhatItHas() throws {
        var depot = Self.depot()
        depot.take(.sessionOpened(.init(botID: "b", session: 2, capacityUnits: 10)))
        let events = depot.dispatch()
        #expect(events.names == ["TaskAssigned", "DirectiveIssued"])
        guard case .directiveIssued(let issued) = events[1], case .assignTask(let assign)? = issued.message?.body else {
            Issue.record("no AssignTask")
            return
        }
        // The same task with a newer epoch, so that it replaces what the robot has at hand.
        #expect(issued.botID == "b" && assign.taskID == "o/1" && assign.epoch == 2 && assign.stops.isEmpty)
        #expect(units(assign.custody) == [2] && assign.custody[0].node == "n-1-0" && assign.depotNode == "n-0-0")
        #expect(depot.report("b", .taskAccepted(.init(taskID: "o/1", epoch: 2))).names == ["TaskAccepted"])
        #expect(depot.core.tasks["o/1"]?.state == .returning)
        let end = depot.report("b", .taskDelivered(.init(taskID: "o/1", epoch: 2)))
        #expect(end.names == ["TaskDelivered"])
        guard case .taskDelivered(let delivered) = end[0] else { return }
        #expect(units(delivered.delivered) == [2])
        #expect(depot.core.bots["b"]?.custodyTaskID == "" && depot.core.bots["b"]?.state == .idle)
        // The rest makes the list ready.
        depot.ask("b")
        depot.dispatch()
        depot.report("b", .taskAccepted(.init(taskID: "o/2", epoch: 1)))
        depot.report("b", .stopReached(.init(taskID: "o/2", epoch: 1, storeID: "s-1")))
        #expect(depot.report("b", .taskDelivered(.init(taskID: "o/2", epoch: 1))).names.last == "ListReady")
    }

    @Test func aRobotWithCustodyGetsNoOtherTask() {
        var depot = Self.depot()
        depot.order("other", [(0, 1)])
        depot.take(.sessionOpened(.init(botID: "b", session: 2, capacityUnits: 10)))
        // Its own idea is that it is free: it was told that its task is lost.
        #expect(depot.ask("b").names == ["BotWaiting"])
        depot.dispatch()
        #expect(depot.core.bots["b"]?.taskID == "o/1")
    }

    @Test func oneThatDoesNotComeBackIsNotWaitedForForEver() throws {
        var depot = Self.depot()
        #expect(depot.core.nextDeadline(after: .init(unixMs: depot.now))?.unixMs == depot.now + 600_000)
        depot.now += 599_999
        #expect(depot.dispatch().isEmpty)
        depot.now += 1
        let events = depot.dispatch()
        #expect(events.names == ["TaskRequeued"])
        guard case .taskRequeued(let requeued) = events[0] else { return }
        #expect(requeued.botID == "b" && units(requeued.missing) == [2] && requeued.returned.isEmpty)
        // It is too late now; others fetch the same again.
        depot.take(.sessionOpened(.init(botID: "b", session: 2, capacityUnits: 10)))
        #expect(depot.dispatch().isEmpty)
        #expect(depot.report("b", .taskDelivered(.init(taskID: "o/1", epoch: 1))).rejection == .staleEpoch)
        depot.ask("b")
        depot.dispatch()
        #expect(depot.core.tasks["o/1"]?.epoch == 2 && depot.core.tasks["o/1"]?.sizeUnits == 2)
        #expect(depot.core.nextDeadline(after: .init(unixMs: depot.now)) == nil)
    }

    @Test func oneThatComesAndGoesGetsNoMoreTimeForIt() {
        var depot = Self.depot()
        let end = depot.now + 600_000
        depot.take(.sessionOpened(.init(botID: "b", session: 2, capacityUnits: 10)))
        depot.dispatch()
        // It has a lease now: it may take its time.
        #expect(depot.core.nextOverdue == nil)
        #expect(depot.listen(seconds: 540, hearing: ["b"]).isEmpty && depot.dispatch().isEmpty)
        #expect(depot.listen(seconds: 60).names == ["BotSilent", "TaskLeftInCustody"])
        #expect(depot.now == end && depot.dispatch().names == ["TaskRequeued"])
    }

    @Test func aRefusalIsAskedAgainAfterAWhile() {
        var depot = Self.depot()
        depot.take(.sessionOpened(.init(botID: "b", session: 2, capacityUnits: 10)))
        depot.dispatch()
        let declined = depot.report("b", .taskDeclined(.init(taskID: "o/1", epoch: 2, reason: "battery")))
        #expect(declined.names == ["TaskLeftInCustody"])
        #expect(depot.dispatch().isEmpty)
        #expect(depot.core.nextDeadline(after: .init(unixMs: depot.now))?.unixMs == depot.now + 30_000)
        depot.now += 30_000
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued"])
        #expect(depot.core.tasks["o/1"]?.epoch == 3)
    }

    @Test func oneThatHasTheItemsNoMoreSaysSo() {
        for (returned, units) in [(true, "returned"), (false, "missing")] {
            var depot = Self.depot()
            depot.take(.sessionOpened(.init(botID: "b", session: 2, capacityUnits: 10)))
            depot.dispatch()
            let end = depot.report(
                "b", .taskAbandoned(.init(taskID: "o/1", epoch: 2, reason: "not here", returned: returned)))
            #expect(end.names == ["TaskRequeued"])
            guard case .taskRequeued(let requeued) = end[0] else { continue }
            #expect(self.units(returned ? requeued.returned : requeued.missing) == [2], "\(units)")
            #expect(depot.core.bots["b"]?.custodyTaskID == "" && depot.core.tasks["o/1"]?.custodian == "")
        }
    }

    @Test func aRobotThatCannotComeIsNotSent() {
        var depot = Self.depot()
        depot.take(.sessionOpened(.init(botID: "b", session: 2, capacityUnits: 10)))
        depot.report("b", .fault(.init(code: "wheel", needsHelp: true)))
        #expect(depot.dispatch().isEmpty)
        depot.report("b", .faultCleared(.init(code: "wheel")))
        depot.report("b", .paused(.init()))
        #expect(depot.dispatch().isEmpty)
        depot.report("b", .resumed(.init()))
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued"])
    }

    // MARK: Cancels

    @Test func aCancelDoesNotWaitForCustody() {
        var depot = Self.depot()
        let events = depot.take(.orderCancelRequested(.init(orderID: "o")))
        #expect(
            events.names
                == ["ListCancelRequested", "DirectiveIssued", "TaskCanceled", "TaskCanceled", "ListCanceled"])
        guard case .taskCanceled(let canceled) = events[2] else { return }
        #expect(canceled.botID == "b" && units(canceled.missing) == [2])
        #expect(depot.core.bots["b"]?.custodyTaskID == "" && depot.core.inCustody.isEmpty)
    }

    @Test func aRobotOnItsWayWithCustodyBringsItBack() {
        var depot = Self.depot()
        depot.take(.sessionOpened(.init(botID: "b", session: 2, capacityUnits: 10)))
        depot.dispatch()
        let events = depot.take(.orderCancelRequested(.init(orderID: "o")))
        #expect(events.names == ["ListCancelRequested", "DirectiveIssued", "TaskCanceled"])
        let end = depot.report(
            "b", .taskAbandoned(.init(taskID: "o/1", epoch: 2, reason: "cancelled", returned: true)))
        #expect(end.names == ["TaskCanceled", "ListCanceled"])
        guard case .taskCanceled(let canceled) = end[0] else { return }
        #expect(units(canceled.returned) == [2])
    }

    // MARK: Restarts

    @Test func custodyOutlivesARestart() {
        var depot = Self.depot()
        depot.core = DepotCore(depot.core.record)
        #expect(depot.core.record == depot.replayed.record)
        #expect(depot.core.nextOverdue == depot.now + 600_000)
        depot.now += 300_000
        depot.record(depot.core.renewCustody())
        #expect(depot.core.nextOverdue == depot.now + 600_000)
        depot.take(.sessionOpened(.init(botID: "b", session: 2, capacityUnits: 10)))
        depot.core = DepotCore(depot.core.record)
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued"])
        #expect(depot.core.renewCustody().isEmpty)
    }
}
