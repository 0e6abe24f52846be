import Kernel
import Messages
import OrderedCollections

/// What staff do with tasks.
extension DepotCore {
    func task(_ id: String) throws(ServiceError) -> ShoppingTask {
        if id.isEmpty { throw .invalidArgument("task_id is empty") }
        guard let task = tasks[id] else { throw .notFound("there is no task '\(id)', or its list ended long ago") }
        return task
    }

    /// Gives a queued task to this robot, whoever else would have been nearer.
    func assign(_ request: DepotV1.AssignTaskRequest) throws(ServiceError) -> [Kind] {
        let task = try task(request.taskID)
        return try give(task, to: try bot(request.botID))
    }

    private func give(_ task: ShoppingTask, to bot: FleetBot) throws(ServiceError) -> [Kind] {
        switch task.state {
        case .queued: break
        case .inCustody:
            throw .failedPrecondition(
                "task '\(task.id)' is in custody of robot '\(task.custodian)', which has its items: it is to bring them"
            )
        case .assigned, .accepted, .shopping, .returning:
            throw .failedPrecondition(
                "task '\(task.id)' is \(task.state.word), with robot '\(task.botID)': to take it away use ReassignTask")
        default: throw .failedPrecondition("task '\(task.id)' is \(task.state.word)")
        }
        if let obstacle = obstacle(to: bot) { throw .failedPrecondition("robot '\(bot.id)' \(obstacle)") }
        let (size, capacity) = (task.sizeUnits, Int(bot.capacityUnits))
        guard size <= capacity else {
            throw .failedPrecondition("task '\(task.id)' takes \(size) units; robot '\(bot.id)' carries \(capacity)")
        }
        guard let graph, let trip = plans[task.id]?.trip else {
            throw .failedPrecondition("the mall has no node for a store of task '\(task.id)'")
        }
        try checkBattery(of: bot, for: trip, graph)
        return assign(task.id, trip, to: bot.id, at: bot.node, graph)
    }

    /// One that never said how full its battery is is taken at its word that it works.
    private func checkBattery(of bot: FleetBot, for trip: Trip, _ graph: MallGraph) throws(ServiceError) {
        guard bot.batteryPercent > 0 else { return }
        let needed = Dispatcher.rangeNeeded(
            forTrip: trip.length(from: bot.node), toDock: graph.distanceToDock(from: graph.depot),
            marginPercent: policy.rangeMarginPercent)
        if bot.batteryPercent < policy.minimumBatteryPercent || bot.range(policy) < needed {
            throw .failedPrecondition(
                "robot '\(bot.id)' has \(bot.batteryPercent) % battery, too little for this trip and the way to a dock, "
                    + "\((needed + 999) / 1_000) m with the margin: send it to a dock first")
        }
    }

    /// Why a robot cannot be given a task by hand now; nil: it can.
    private func obstacle(to bot: FleetBot) -> String? {
        if bot.retired || bot.lost { return "is \(bot.state.word)" }
        if bot.retiring { return "is being retired" }
        if !bot.taskID.isEmpty { return "has task '\(bot.taskID)'" }
        if !bot.custodyTaskID.isEmpty { return "has to bring its items of task '\(bot.custodyTaskID)' first" }
        if !bot.online { return "is offline" }
        if bot.silent { return "is not heard from" }
        if bot.needsHelp { return "is faulted and needs help" }
        if bot.paused || bot.pauseOrdered { return "is paused" }
        return nil
    }

    /// Takes what is still to be fetched of a task from its robot, for another one or for the queue.
    /// - Returns: The events, and which task the rest is now: the same one when nothing was picked of it.
    func reassign(
        _ request: DepotV1.ReassignTaskRequest, now unixMs: Int64
    ) throws(ServiceError) -> (events: [Kind], taskID: String) {
        let task = try task(request.taskID)
        try checkReason(request.reason)
        let target = request.botID.isEmpty ? nil : try bot(request.botID)
        try checkReassigning(task)
        if target?.id == task.botID {
            throw .failedPrecondition("robot '\(task.botID)' has task '\(task.id)' already")
        }
        var draft = Draft(self, now: unixMs)
        let why = request.reason.isEmpty ? "given to another robot" : request.reason
        draft.add(draft.core.takeBack(task, reason: why))
        let rest = draft.core.tasks[task.id]?.state == .queued ? task.id : draft.core.lists[task.listID]?.taskIDs.last
        guard let rest, let open = draft.core.tasks[rest] else { return (draft.events, task.id) }
        if let target { draft.add(try draft.core.give(open, to: target)) }
        return (draft.events, rest)
    }

    private func checkReassigning(_ task: ShoppingTask) throws(ServiceError) {
        switch task.state {
        case .assigned, .accepted, .shopping, .returning: break
        case .queued:
            throw .failedPrecondition("task '\(task.id)' is queued, with no robot: to choose one use AssignTask")
        case .inCustody:
            throw .failedPrecondition(
                "task '\(task.id)' is in custody of robot '\(task.custodian)': declare that robot lost to have its "
                    + "items fetched again")
        default: throw .failedPrecondition("task '\(task.id)' is \(task.state.word)")
        }
        if task.canceling {
            throw .failedPrecondition("task '\(task.id)' is being cancelled; robot '\(task.botID)' brings things back")
        }
        if task.openStops.isEmpty {
            throw .failedPrecondition(
                "task '\(task.id)' has nothing left to fetch: robot '\(task.botID)' brings everything to the depot")
        }
    }
}
