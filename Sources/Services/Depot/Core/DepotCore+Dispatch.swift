import Messages
import OrderedCollections

/// Who gets which task, and who goes to charge for want of range.
extension DepotCore {
    /// How many tasks at least are looked at together.
    private static let smallestWindow = 64

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
        guard let graph, !waiting.isEmpty, !queued.isEmpty else { return [] }
        var events: [Kind] = []
        var free = waiting.names.compactMap { bots[$0].map(dispatcherBot) }

        var smallestBlocked = Int.max
        var names = queued.names.makeIterator()
        while !free.isEmpty {
            let window = nextWindow(&names, for: free, now: unixMs)
            if window.ids.isEmpty { break }
            let outcome = Dispatcher.match(
                bots: free, jobs: window.jobs, graph: graph, marginPercent: policy.rangeMarginPercent)
            for match in outcome.matches {
                events += assign(window.ids[match.job], window.jobs[match.job].trip, to: free[match.bot], graph)
            }
            for job in outcome.blocked { smallestBlocked = min(smallestBlocked, window.jobs[job].size) }
            let taken = Set(outcome.matches.map(\.bot))
            free = free.indices.filter { !taken.contains($0) }.map { free[$0] }
        }

        // Who is left and could carry a task that nobody could take lacks the range for it.
        for bot in free where bot.capacity >= smallestBlocked {
            guard let robot = bots[bot.id], robot.batteryPercent < policy.chargedPercent else { continue }
            guard let charge = docks.charge(robot) else { break }
            events.append(directive(.goCharge(charge), to: bot.id))
        }
        return events
    }

    func dispatcherBot(_ bot: FleetBot) -> Dispatcher.Bot {
        Dispatcher.Bot(id: bot.id, node: bot.node, capacity: Int(bot.capacityUnits), range: bot.range(policy))
    }

    /// The next tasks of the queue, oldest first: twice as many as robots, so that there is a choice of near ones.
    private func nextWindow(
        _ names: inout some IteratorProtocol<String>, for free: [Dispatcher.Bot], now unixMs: Int64
    ) -> (ids: [String], jobs: [Dispatcher.Job]) {
        let limit = max(DepotCore.smallestWindow, free.count * 2)
        let largest = free.reduce(0) { max($0, $1.capacity) }
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
        return declineTimes.lazy.map { $0 + policy.declineSeconds * 1_000 }.first { $0 > unixMs }
    }

    func assign(
        _ taskID: String, _ trip: Trip, to bot: Dispatcher.Bot, _ graph: MallGraph
    ) -> [Kind] {
        guard let task = tasks[taskID], let best = trip.best(from: bot.node) else { return [] }
        let open = task.openStops
        let assigned = DepotV1.TaskAssigned(
            taskID: taskID, listID: task.listID, botID: bot.id, epoch: task.epoch + 1,
            stops: best.entry.order.map { placed(open[$0], in: graph) })
        return [.taskAssigned(assigned), directive(.assignTask(order(for: assigned, in: graph)), to: bot.id)]
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
