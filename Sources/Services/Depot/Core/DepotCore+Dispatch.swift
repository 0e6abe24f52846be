import Kernel
import Messages
import OrderedCollections

/// Who gets which task, and who goes to charge for want of range.
extension DepotCore {
    /// How many tasks are looked at together: at least, and at most.
    private static let smallestWindow = 64
    private static let largestWindow = 1_024

    /// All that is to be done by now, of itself: what is overdue, and then what can be given to whom.
    func whatIsDue(now unixMs: Int64) -> [Kind] {
        let before = overdue(now: unixMs) + cutAnew(now: unixMs)
        if before.isEmpty { return dispatch(now: unixMs) }
        var draft = Draft(self, now: unixMs)
        draft.add(before)
        return draft.events + draft.core.dispatch(now: unixMs)
    }

    private func dispatch(now unixMs: Int64) -> [Kind] {
        var docks = DockPlan(of: self)
        return retireDrained() + collectCustody(now: unixMs) + charge(&docks) + match(now: unixMs, &docks)
    }

    /// Gives queued tasks to waiting robots, as many as fit.
    ///
    /// Each assignment comes with its directive. Costs nothing while no robot or no task waits.
    private func match(now unixMs: Int64, _ docks: inout DockPlan) -> [Kind] {
        guard let graph, waitingPlaces.count > 0, !queued.isEmpty else { return [] }
        var events: [Kind] = []
        var dispatcher = Dispatcher(waitingPlaces, graph: graph, marginPercent: policy.rangeMarginPercent)
        var smallestBlocked = Int.max
        var names = queued.names.makeIterator()
        // A queue of nothing but tasks that are too large is not gone through.
        while dispatcher.free > 0, plans.smallest ?? .max <= dispatcher.largestCapacity {
            let window = nextWindow(&names, for: dispatcher, now: unixMs)
            if window.ids.isEmpty { break }
            let outcome = dispatcher.match(window.jobs)
            for match in outcome.matches {
                events += assign(
                    window.ids[match.job], window.jobs[match.job].trip, to: match.robot.id, at: match.node, graph)
            }
            for job in outcome.blocked { smallestBlocked = min(smallestBlocked, window.jobs[job].size) }
        }
        if smallestBlocked == .max { return events }

        // Who is left and could carry a task that nobody could take lacks the range for it.
        let charged = Int(policy.chargedPercent)
        for robot in dispatcher.left(where: { $0.capacity >= smallestBlocked && $0.batteryPercent < charged }) {
            guard let bot = bots[robot.id] else { continue }
            guard let charge = docks.charge(bot) else { break }
            events.append(directive(.goCharge(charge), to: bot.id))
        }
        return events
    }

    /// The next tasks of the queue, oldest first: twice as many as robots, so that there is a choice of near ones.
    private func nextWindow(
        _ names: inout some IteratorProtocol<String>, for dispatcher: Dispatcher, now unixMs: Int64
    ) -> (ids: [String], jobs: [Dispatcher.Job]) {
        let limit = min(max(DepotCore.smallestWindow, dispatcher.free * 2), DepotCore.largestWindow)
        let largest = dispatcher.largestCapacity
        var ids: [String] = []
        var jobs: [Dispatcher.Job] = []
        while jobs.count < limit, let id = names.next() {
            guard let plan = plans[id], plan.size <= largest, let trip = plan.trip, let task = tasks[id] else {
                continue
            }
            let ageMs = Int(max(0, unixMs - task.queuedUnixMs))
            ids.append(id)
            jobs.append(
                Dispatcher.Job(
                    trip: trip, size: plan.size, credit: ageMs * policy.ageCreditMmPerSecond / 1_000,
                    excluded: recentDeclines(of: task, now: unixMs).map(\.botID)))
        }
        return (ids, jobs)
    }

    /// The robots that are not to be offered a task at present.
    func recentDeclines(of task: ShoppingTask, now unixMs: Int64) -> [ShoppingTask.Decline] {
        task.declines.filter { unixMs - $0.unixMs < policy.declineSeconds * 1_000 }
    }

    /// When a robot that waits may be offered again a task that it refused; nil when none does.
    func nextReoffer(after unixMs: Int64) -> Int64? {
        if waiting.isEmpty, returning.isEmpty { return nil }
        let past = declineTimes.countUpTo(unixMs - policy.declineSeconds * 1_000)
        return past < declineTimes.count ? declineTimes[past] + policy.declineSeconds * 1_000 : nil
    }

    func assign(
        _ taskID: String, _ trip: Trip, to botID: String, at node: Int, _ graph: MallGraph
    ) -> [Kind] {
        guard let task = tasks[taskID], let best = trip.best(from: node) else { return [] }
        let open = task.openStops
        let assigned = DepotV1.TaskAssigned(
            taskID: taskID, listID: task.listID, botID: botID, epoch: task.epoch + 1,
            stops: best.entry.order.map { placed(open[$0], in: graph) })
        return [.taskAssigned(assigned), directive(.assignTask(order(for: assigned, in: graph)), to: botID)]
    }

    /// The stop where its store is now.
    func placed(_ stop: TypesV1.Stop, in graph: MallGraph) -> TypesV1.Stop {
        var stop = stop
        stop.node = node(of: stop)
        stop.place = graph.index(of: stop.node).flatMap(graph.place) ?? stop.place
        return stop
    }

    /// What the robot is told of an assignment.
    func order(for assigned: DepotV1.TaskAssigned, in graph: MallGraph) -> BotsV1.AssignTask {
        BotsV1.AssignTask(
            taskID: assigned.taskID, epoch: assigned.epoch, leaseSeconds: policy.leaseSeconds,
            orderID: assigned.listID, stops: assigned.stops, depotNode: graph.mall.depotNode,
            depotPlace: graph.place(of: graph.depot), custody: assigned.custody)
    }
}

extension [Int64] {
    /// How many elements of an array that rises are no more than `limit`.
    func countUpTo(_ limit: Int64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] <= limit { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
