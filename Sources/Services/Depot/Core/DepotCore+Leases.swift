import Kernel
package import Messages
import OrderedCollections

/// Leases and what is left of a task when one ends.
extension DepotCore {
    /// Ends the lease on a task that a robot holds.
    ///
    /// What was not picked goes back into the queue: the task itself when nothing was picked, else a task of its own.
    /// What was picked is in the robot's custody. A task that is being cancelled is over: its end waits for nobody.
    /// - Parameter isTaken: the robot is not to get the task back at once.
    func endLease(on task: ShoppingTask, reason: String, isTaken: Bool = false) -> [Kind] {
        let picked = task.pickedStops
        if task.canceling || (picked.isEmpty && task.openStops.isEmpty) {
            let end = Kind.taskCanceled(
                .init(taskID: task.id, listID: task.listID, botID: task.botID, reason: reason, missing: picked))
            return [end] + consequences(ofEnding: task)
        }
        if picked.isEmpty {
            return [
                .taskRequeued(
                    .init(
                        taskID: task.id, listID: task.listID, botID: task.botID, reason: reason, declined: isTaken))
            ]
        }
        return [task.leaveInCustody(reason: reason)] + splitOff(from: task)
    }

    /// Takes what is still to be fetched from a robot that is there, and tells it so: what it has picked it is told to
    /// bring by the next dispatch.
    func takeBack(_ task: ShoppingTask, reason: String) -> [Kind] {
        if !task.pickedStops.isEmpty { return endLease(on: task, reason: reason) }
        let cancel = BotsV1.CancelTask(taskID: task.id, epoch: task.epoch, reason: reason, returnItems: true)
        return [directive(.cancelTask(cancel), to: task.botID)] + endLease(on: task, reason: reason, isTaken: true)
    }

    /// A task and all that was picked of it is lost with the robot that holds it: nothing is in custody.
    func lose(_ task: ShoppingTask, reason: String) -> [Kind] {
        let picked = task.pickedStops
        if task.canceling || (picked.isEmpty && task.openStops.isEmpty) { return endLease(on: task, reason: reason) }
        return [
            .taskRequeued(
                .init(taskID: task.id, listID: task.listID, botID: task.botID, reason: reason, missing: picked))
        ]
    }

    /// What is still to be fetched of a task whose robot keeps the rest, as a task of its own and as old.
    func splitOff(from task: ShoppingTask) -> [Kind] {
        let open = task.openStops
        guard !open.isEmpty, let list = lists[task.listID] else { return [] }
        return [
            .taskQueued(
                .init(
                    taskID: "\(list.id)/\(list.taskIDs.count + 1)", listID: list.id, stops: open,
                    queuedUnixMs: task.queuedUnixMs, splitFromTaskID: task.id))
        ]
    }

    // MARK: Signs of life

    /// What follows from who was heard from and who was not.
    package func judge(_ liveness: Liveness, now unixMs: Int64) -> [DepotV1.Event.Kind] {
        let leaseMs = Int64(policy.leaseSeconds) * 1_000
        var draft = Draft(self, now: unixMs)
        for bot in bots.values {
            let isQuiet = liveness.silentMs(bot.id) >= leaseMs
            if bot.silent, !isQuiet {
                draft.add(.botHeard(.init(botID: bot.id)))
            } else if bot.canFallSilent, isQuiet {
                draft.add(.botSilent(.init(botID: bot.id, seconds: policy.leaseSeconds)))
                guard let task = draft.core.tasks[bot.taskID] else { continue }
                let reason = "robot \(bot.id) was not heard from for \(policy.leaseSeconds) seconds"
                draft.add(draft.core.endLease(on: task, reason: reason))
            } else if let battery = liveness.battery(bot.id), hasRunDown(bot, battery) {
                draft.add(.botLow(.init(botID: bot.id, batteryPercent: battery)))
            }
        }
        return draft.events
    }

    /// Whether a robot that waits has lost so much since it asked that what it said of its range is wrong, or has no more
    /// enough for any task.
    private func hasRunDown(_ bot: FleetBot, _ battery: UInt32) -> Bool {
        guard bot.isWaiting, battery < bot.batteryPercent else { return false }
        return battery + policy.batteryStepPercent <= bot.batteryPercent
            || (battery < policy.minimumBatteryPercent && bot.batteryPercent >= policy.minimumBatteryPercent)
    }

    // MARK: Patience

    /// What has waited too long for a robot: items in custody are fetched again, and a cancel ends without an answer.
    func overdue(now unixMs: Int64) -> [Kind] {
        var draft = Draft(self, now: unixMs)
        for taskID in inCustody.upTo(unixMs - policy.custodySeconds * 1_000) {
            guard let task = tasks[taskID] else { continue }
            draft.add(
                draft.core.giveUpCustody(
                    of: task,
                    reason: "robot \(task.custodian) did not bring its items in \(policy.custodySeconds) seconds"))
        }
        for taskID in canceling.upTo(unixMs - policy.cancelSeconds * 1_000) {
            guard let task = tasks[taskID] else { continue }
            let reason = "robot \(task.botID) did not answer its cancel in \(policy.cancelSeconds) seconds"
            draft.add(draft.core.endLease(on: task, reason: reason))
        }
        return draft.events
    }

    /// The items are to be fetched again; the robot that has them is too late from now on.
    func giveUpCustody(of task: ShoppingTask, reason: String) -> [Kind] {
        [
            .taskRequeued(
                .init(
                    taskID: task.id, listID: task.listID, botID: task.custodian, reason: reason,
                    missing: task.pickedStops))
        ]
    }

    /// When the next thing will be overdue; nil when nothing waits.
    var nextOverdue: Int64? {
        let custody = inCustody.earliest.map { $0 + policy.custodySeconds * 1_000 }
        let cancel = canceling.earliest.map { $0 + policy.cancelSeconds * 1_000 }
        return [custody, cancel].compactMap(\.self).min()
    }

    func custodyEnd(of task: ShoppingTask) -> Int64 { task.custodyUnixMs + policy.custodySeconds * 1_000 }

    // MARK: Custody

    /// A new process begins: robots could not come back while there was none.
    func renewCustody() -> [Kind] { inCustody.isEmpty ? [] : [.custodyRenewed(.init())] }

    /// Sends robots that have come back to the depot with what they have in custody.
    func collectCustody(now unixMs: Int64) -> [Kind] {
        guard let graph else { return [] }
        return returning.names.flatMap { botID -> [Kind] in
            guard let bot = bots[botID], let task = tasks[bot.custodyTaskID],
                recentDeclines(of: task, now: unixMs).allSatisfy({ $0.botID != botID })
            else { return [] }
            let custody = task.pickedStops.map { placed($0, in: graph) }
            let assigned = DepotV1.TaskAssigned(
                taskID: task.id, listID: task.listID, botID: botID, epoch: task.epoch + 1, custody: custody)
            return [.taskAssigned(assigned), directive(.assignTask(order(for: assigned, in: graph)), to: botID)]
        }
    }
}
