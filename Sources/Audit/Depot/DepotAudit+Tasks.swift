import Kernel
import Messages

/// Who holds a task.
extension DepotAudit {
    mutating func queue(_ event: DepotV1.TaskQueued, _ recorded: RecordedEvent) throws(Violation) {
        guard tasks[event.taskID] == nil else {
            throw Violation(.fencing, recorded, expected: "a new task", found: "\(event.taskID), which exists")
        }
        guard let list = lists[event.listID], list.state == .available else {
            throw Violation(
                .endings, recorded, expected: "a task of a list that robots may fetch",
                found:
                    "one of \(event.listID), which \(lists[event.listID].map { "is \($0.state)" } ?? "does not exist")")
        }
        tasks[event.taskID] = Task(listID: event.listID, wanted: Units(event.stops))
        lists[event.listID]?.openTasks += 1
    }

    mutating func assign(_ event: DepotV1.TaskAssigned, _ recorded: RecordedEvent) throws(Violation) {
        guard var task = tasks[event.taskID] else { throw noTask(event.taskID, recorded) }
        guard task.state == .queued || (task.state == .inCustody && task.custodian == event.botID) else {
            throw Violation(
                .fencing, recorded, expected: "a task that nobody holds, or that is in \(event.botID)'s custody",
                found: "\(event.taskID), which is \(task.standing)")
        }
        guard event.epoch == task.epoch + 1 else {
            throw Violation(
                .fencing, recorded, expected: "epoch \(task.epoch + 1) of \(event.taskID)",
                found: "epoch \(event.epoch)")
        }
        if let other = held[event.botID] {
            throw Violation(
                .fencing, recorded, expected: "a robot without a task", found: "\(event.botID), which holds \(other)")
        }
        guard lists[task.listID]?.state == .available else {
            throw Violation(
                .endings, recorded, expected: "a task of a list that robots may fetch", found: "one of \(task.listID)")
        }
        guard Units(event.stops) == task.open, Units(event.custody) == task.picked else {
            throw Violation(
                .units, recorded, expected: "to fetch \(task.open) and to bring \(task.picked)",
                found: "\(Units(event.stops)), and \(Units(event.custody))")
        }
        task.state = .held
        task.isAccepted = false
        task.botID = event.botID
        task.epoch = event.epoch
        tasks[event.taskID] = task
        held[event.botID] = event.taskID
    }

    mutating func accept(
        _ event: DepotV1.TaskAccepted, _ recorded: RecordedEvent, _ report: Report?
    ) throws(Violation) {
        try checkHolder(event.taskID, event.botID, recorded, report)
        guard tasks[event.taskID]?.epoch == event.epoch, tasks[event.taskID]?.isAccepted == false else {
            throw Violation(
                .fencing, recorded, expected: "\(event.taskID) accepted once, under its epoch",
                found: "it accepted again, or under epoch \(event.epoch)")
        }
        tasks[event.taskID]?.isAccepted = true
    }

    /// That a robot holds a task, and that it is the robot that said what was recorded.
    func checkHolder(
        _ taskID: String, _ botID: String, _ recorded: RecordedEvent, _ report: Report?
    ) throws(Violation) {
        guard let task = tasks[taskID] else { throw noTask(taskID, recorded) }
        guard task.state == .held, task.botID == botID else {
            throw Violation(
                .fencing, recorded, expected: "an event of \(taskID)'s holder",
                found: "\(botID)'s, while it is \(task.standing)")
        }
        guard report != nil else {
            throw Violation(
                .causes, recorded, expected: "a robot's report as the cause",
                found: "\(recorded.cause.map { "\($0)" } ?? "none")")
        }
    }

    /// Takes a task from whoever holds it or has it in custody.
    mutating func release(
        _ taskID: String, from botID: String, _ recorded: RecordedEvent
    ) throws(Violation) -> Task {
        guard let task = tasks[taskID] else { throw noTask(taskID, recorded) }
        let holder = task.botID.isEmpty ? task.custodian : task.botID
        guard task.state != .ended, botID == holder else {
            throw Violation(
                .fencing, recorded, expected: "\(holder.isEmpty ? "nobody" : holder) to lose \(taskID)",
                found: "\(botID.isEmpty ? "nobody" : botID), while it is \(task.standing)")
        }
        if held[holder] == taskID { held[holder] = nil }
        return task
    }

    func noTask(_ id: String, _ recorded: RecordedEvent) -> Violation {
        Violation(.fencing, recorded, expected: "an event of a task that exists", found: "one of '\(id)'")
    }
}

extension DepotAudit.Task {
    /// For people.
    var standing: String {
        switch state {
        case .queued: "queued at epoch \(epoch)"
        case .held: "\(botID)'s under epoch \(epoch)"
        case .inCustody: "in \(custodian)'s custody since epoch \(epoch)"
        case .ended: "over"
        }
    }
}
