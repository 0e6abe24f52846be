import Kernel
import Messages

/// Depot's log: who holds which task under which epoch, and what became of each unit.
struct DepotAudit: Sendable {
    typealias Report = GatewayAudit.Report

    /// One task, as its events have it.
    struct Task: Sendable {
        enum State: Sendable { case queued, held, inCustody, ended }

        var listID: String
        var state = State.queued
        var isAccepted = false
        /// Who holds it; empty: nobody.
        var botID = ""
        /// Who has picked units of it without a right to it, or has a right again to bring just these.
        var custodian = ""
        var epoch: UInt64 = 0
        var wanted: Units
        var picked = Units()
        var unavailable = Units()

        /// What is still to be fetched.
        var open: Units { wanted.without(picked).without(unavailable) }
    }

    struct List: Sendable {
        enum State: Sendable { case created, available, ready, canceling, canceled }

        var state = State.created
        var wanted: Units
        var delivered = Units()
        var unavailable = Units()
        var openTasks = 0
    }

    var tasks: [String: Task] = [:]
    var lists: [String: List] = [:]
    /// The task that a robot holds.
    var held: [String: String] = [:]
    private var directives: [String: UInt64] = [:]
    // An assignment whose directive is to be the very next event.
    private var unsent: DepotV1.TaskAssigned?

    func lastDirective(of bot: String) -> UInt64 { directives[bot] ?? 0 }

    /// - parameter report: the robot's report that led to the event; nil: none did.
    mutating func take(
        _ event: DepotV1.Event, _ recorded: RecordedEvent, report: Report?
    ) throws(Violation) {
        if let assigned = unsent {
            unsent = nil
            try check(assigned, isSentBy: event, recorded)
        }
        if let report { try check(event, recorded, against: report) }
        switch event.kind {
        case .listCreated(let event): try create(event, recorded)
        case .listAvailable(let event): try change(event.listID, [.created], to: .available, recorded)
        case .listReady(let event): try ready(event, recorded)
        case .listCancelRequested(let event):
            try change(event.listID, [.created, .available, .ready], to: .canceling, recorded)
        case .listCanceled(let event): try cancel(event, recorded)
        case .taskQueued(let event): try queue(event, recorded)
        case .taskAssigned(let event):
            try assign(event, recorded)
            unsent = event
        case .taskAccepted(let event): try accept(event, recorded, report)
        case .stopReached(let event): try checkHolder(event.taskID, event.botID, recorded, report)
        case .stopDone(let event): try checkHolder(event.taskID, event.botID, recorded, report)
        case .itemPicked(let event): try pick(event, recorded, report)
        case .itemUnavailable(let event): try miss(event, recorded, report)
        case .taskDelivered(let event): try deliver(event, recorded, report)
        case .taskRequeued(let event): try requeue(event, recorded)
        case .taskLeftInCustody(let event): try leaveInCustody(event, recorded)
        case .taskCanceled(let event): try cancel(event, recorded)
        case .directiveIssued(let event): try issue(event, recorded)
        default: break
        }
    }

    /// Everything has come to its end.
    func finish() throws(Violation) {
        if let assigned = unsent {
            throw Violation(
                .directives, service: "depot", expected: "a directive that tells \(assigned.botID) of its task",
                found: "the log's end")
        }
        for (id, list) in lists.sorted(by: { $0.key < $1.key }) where list.state != .ready && list.state != .canceled {
            throw Violation(
                .endings, service: "depot", stream: "list/\(id)",
                expected: "the shopping list \(id) delivered or cancelled",
                found: "it \(list.state)")
        }
        for (bot, task) in held.sorted(by: { $0.key < $1.key }) {
            throw Violation(
                .endings, service: "depot", stream: "task/\(task)", expected: "that robot \(bot) has no task",
                found: "that it holds \(task)")
        }
    }

    // MARK: Directives

    private mutating func issue(_ event: DepotV1.DirectiveIssued, _ recorded: RecordedEvent) throws(Violation) {
        let number = lastDirective(of: event.botID) + 1
        guard let message = event.message, message.directive == number else {
            throw Violation(
                .directives, recorded, expected: "directive \(number) of robot \(event.botID)",
                found: "directive \(event.message?.directive ?? 0)")
        }
        directives[event.botID] = number
        guard case .assignTask(let order) = message.body else { return }
        guard let task = tasks[order.taskID], task.state == .held, task.botID == event.botID, task.epoch == order.epoch
        else {
            throw Violation(
                .directives, recorded, expected: "an order about a task that was just assigned to \(event.botID)",
                found: "one about \(order.taskID) under epoch \(order.epoch)")
        }
        let missing = task.open.without(Units(order.stops))
        guard missing.isEmpty, Units(order.custody) == task.picked else {
            throw Violation(
                .directives, recorded, expected: "an order to fetch \(task.open) and to bring \(task.picked)",
                found: "\(Units(order.stops)), and \(Units(order.custody))")
        }
    }

    private func check(
        _ assigned: DepotV1.TaskAssigned, isSentBy event: DepotV1.Event, _ recorded: RecordedEvent
    ) throws(Violation) {
        if case .directiveIssued(let issued) = event.kind, issued.botID == assigned.botID,
            case .assignTask(let order) = issued.message?.body, order.taskID == assigned.taskID,
            order.epoch == assigned.epoch
        {
            return
        }
        throw Violation(
            .directives, recorded,
            expected: "the directive that tells \(assigned.botID) of \(assigned.taskID) under epoch \(assigned.epoch)",
            found: "another event")
    }
}
