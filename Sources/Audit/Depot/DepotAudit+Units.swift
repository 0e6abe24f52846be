import Kernel
import Messages

/// What becomes of a task's units.
extension DepotAudit {
    mutating func pick(_ event: DepotV1.ItemPicked, _ recorded: RecordedEvent, _ report: Report?) throws(Violation) {
        try checkHolder(event.taskID, event.botID, recorded, report)
        let line = Units.Line(storeID: event.storeID, productID: event.productID)
        try checkOpen(event.taskID, line, event.quantity, recorded)
        tasks[event.taskID]?.picked.add(UInt64(event.quantity), of: line)
    }

    mutating func miss(
        _ event: DepotV1.ItemUnavailable, _ recorded: RecordedEvent, _ report: Report?
    ) throws(Violation) {
        try checkHolder(event.taskID, event.botID, recorded, report)
        let line = Units.Line(storeID: event.storeID, productID: event.productID)
        try checkOpen(event.taskID, line, event.quantity, recorded)
        tasks[event.taskID]?.unavailable.add(UInt64(event.quantity), of: line)
        var units = Units()
        units.add(UInt64(event.quantity), of: line)
        try count(event.listID, unavailable: units, recorded)
    }

    mutating func deliver(
        _ event: DepotV1.TaskDelivered, _ recorded: RecordedEvent, _ report: Report?
    ) throws(Violation) {
        try checkHolder(event.taskID, event.botID, recorded, report)
        let task = try release(event.taskID, from: event.botID, recorded)
        let delivered = Units(event.delivered)
        guard delivered == task.picked, task.open.isEmpty else {
            throw Violation(
                .units, recorded, expected: "what was picked, \(task.picked), and nothing left open",
                found: "\(delivered), and \(task.open) open")
        }
        try count(event.listID, delivered: delivered, recorded)
        end(event.taskID)
    }

    mutating func requeue(_ event: DepotV1.TaskRequeued, _ recorded: RecordedEvent) throws(Violation) {
        var task = try release(event.taskID, from: event.botID, recorded)
        try checkGivenUp(event.returned, event.missing, of: task, recorded)
        task.state = .queued
        task.botID = ""
        task.custodian = ""
        task.picked = Units()
        tasks[event.taskID] = task
    }

    mutating func leaveInCustody(_ event: DepotV1.TaskLeftInCustody, _ recorded: RecordedEvent) throws(Violation) {
        var task = try release(event.taskID, from: event.botID, recorded)
        guard event.epoch == task.epoch else {
            throw Violation(
                .fencing, recorded, expected: "that epoch \(task.epoch) of \(event.taskID) ends",
                found: "epoch \(event.epoch)")
        }
        let custody = Units(event.custody)
        guard custody == task.picked, !custody.isEmpty else {
            throw Violation(
                .units, recorded, expected: "what was picked in custody: \(task.picked)", found: "\(custody)")
        }
        // What was still to be fetched is another task's from now on.
        task.wanted = task.wanted.without(task.open)
        task.state = .inCustody
        task.custodian = event.botID
        task.botID = ""
        tasks[event.taskID] = task
    }

    mutating func cancel(_ event: DepotV1.TaskCanceled, _ recorded: RecordedEvent) throws(Violation) {
        let task = try release(event.taskID, from: event.botID, recorded)
        try checkGivenUp(event.returned, event.missing, of: task, recorded)
        // Only a list that is being cancelled has tasks that end with something left to fetch.
        let isLeft = !task.open.isEmpty || !task.picked.isEmpty
        if isLeft, lists[event.listID]?.state != .canceling {
            throw Violation(
                .units, recorded, expected: "that everything of \(event.taskID) is delivered or unavailable",
                found: "\(task.open) never fetched, and \(task.picked) picked")
        }
        end(event.taskID)
    }

    private func checkGivenUp(
        _ returned: [TypesV1.Stop], _ missing: [TypesV1.Stop], of task: Task, _ recorded: RecordedEvent
    ) throws(Violation) {
        var units = Units(returned)
        units.add(Units(missing))
        guard units == task.picked else {
            throw Violation(
                .units, recorded, expected: "what was picked, \(task.picked), returned or missing", found: "\(units)")
        }
    }

    private func checkOpen(
        _ taskID: String, _ line: Units.Line, _ quantity: UInt32, _ recorded: RecordedEvent
    ) throws(Violation) {
        let open = tasks[taskID]?.open[line] ?? 0
        guard quantity > 0, UInt64(quantity) <= open else {
            throw Violation(
                .units, recorded, expected: "1 to \(open) units, as many as \(taskID) still wants of \(line.productID)",
                found: "\(quantity)")
        }
    }
}
