import Kernel
import Messages

/// What becomes of a list.
extension DepotAudit {
    mutating func create(_ event: DepotV1.ListCreated, _ recorded: RecordedEvent) throws(Violation) {
        guard lists[event.listID] == nil else {
            throw Violation(.units, recorded, expected: "a new list", found: "\(event.listID), which exists")
        }
        lists[event.listID] = List(wanted: Units(event.stops))
    }

    mutating func change(
        _ id: String, _ from: [List.State], to state: List.State, _ recorded: RecordedEvent
    ) throws(Violation) {
        guard let list = lists[id], from.contains(list.state) else {
            throw Violation(
                .endings, recorded, expected: "a list that is \(from.map { "\($0)" }.joined(separator: " or "))",
                found: "\(id), which \(lists[id].map { "is \($0.state)" } ?? "does not exist")")
        }
        lists[id]?.state = state
    }

    mutating func ready(_ event: DepotV1.ListReady, _ recorded: RecordedEvent) throws(Violation) {
        try change(event.listID, [.available], to: .ready, recorded)
        guard let list = lists[event.listID] else { return }
        try checkNothingOpen(list, event.listID, recorded)
        let rest = list.wanted.without(list.delivered).without(list.unavailable)
        guard rest.isEmpty else {
            throw Violation(
                .units, recorded, expected: "each unit of \(event.listID) delivered or unavailable",
                found: "that this is neither: \(rest)")
        }
    }

    /// An order's cancel is answered in any case, also when there is no list or it was cancelled before.
    mutating func cancel(_ event: DepotV1.ListCanceled, _ recorded: RecordedEvent) throws(Violation) {
        guard let list = lists[event.listID] else { return }
        try checkNothingOpen(list, event.listID, recorded)
        lists[event.listID]?.state = .canceled
    }

    private func checkNothingOpen(_ list: List, _ id: String, _ recorded: RecordedEvent) throws(Violation) {
        if list.openTasks == 0 { return }
        throw Violation(
            .endings, recorded, expected: "a list of which every task has ended",
            found: "\(list.openTasks) open of \(id)")
    }

    /// Each unit once, and none more than is wanted.
    mutating func count(
        _ id: String, delivered: Units = Units(), unavailable: Units = Units(), _ recorded: RecordedEvent
    ) throws(Violation) {
        guard var list = lists[id] else {
            throw Violation(.units, recorded, expected: "an event of a list that exists", found: "one of '\(id)'")
        }
        list.delivered.add(delivered)
        list.unavailable.add(unavailable)
        var ended = list.delivered
        ended.add(list.unavailable)
        let tooMany = ended.without(list.wanted)
        guard tooMany.isEmpty else {
            throw Violation(
                .units, recorded, expected: "at most what \(id) wants", found: "this beyond it: \(tooMany)")
        }
        lists[id] = list
    }

    /// A task is over: of its units nothing more is told.
    mutating func end(_ taskID: String) {
        guard let task = tasks[taskID] else { return }
        tasks[taskID]?.state = .ended
        tasks[taskID]?.botID = ""
        tasks[taskID]?.custodian = ""
        tasks[taskID]?.wanted = Units()
        tasks[taskID]?.picked = Units()
        tasks[taskID]?.unavailable = Units()
        lists[task.listID]?.openTasks -= 1
    }
}
