import Kernel
import Messages

/// Reads Depot's log as an outsider: who holds what, what each unit came to, and whether each report that was acted on was
/// a right one.
final class DepotHistory {
    var fail: (String) -> Void = { _ in }
    // Set by the auditor, which has both.
    var reports = ReportLedger()

    private struct Task {
        var listID: String
        var wanted: [String: UInt32]
        var picked: [String: UInt32] = [:]
        var epoch: UInt64 = 0
        var holder: String?
        var custodian: String?
        var isOver = false
    }

    private var tasks: [String: Task] = [:]
    private var taskOf: [String: String] = [:]
    /// Units wanted, and units that have ended: delivered, unavailable, or named at a cancel.
    private(set) var wanted: [String: [String: UInt32]] = [:]
    private(set) var ended: [String: [String: UInt32]] = [:]
    private(set) var listEnds: [String: String] = [:]
    private(set) var cancelAsked: Set<String> = []
    private(set) var approved: Set<String> = []
    /// The last one of each journal.
    private(set) var rejections: [String: (report: UInt64, time: Int64)] = [:]
    /// Units that came to the depot, by list.
    private var brought: [String: [String: UInt32]] = [:]
    private(set) var stock = StockLedger()
    /// By robot, in order.
    private(set) var directives: [String: [BotsV1.ToBot]] = [:]
    /// When the last messages of each robot came to the server, in the mall's milliseconds; and the time now.
    private var heard: [String: [Int64]] = [:]
    var now: () -> Int64 = { 0 }
    /// Whether the server's disk and clock are such that nothing excuses a lease that ends early.
    var isPunctual = false
    private var leaving: Set<String> = []
    private var gone: Set<String> = []
    /// Once or now: the gateway learns of it, and of the contrary, a little later.
    private(set) var wasRetired: Set<String> = []
    /// The places in the gateway's log that were acted on.
    private var acted: Set<UInt64> = []
    private var lastCause: UInt64 = 0
    private var lastCauseAt: UInt64 = 0

    private func require(_ holds: Bool, _ what: @autoclosure () -> String) {
        if !holds { fail(what()) }
    }

    func take(_ event: DepotV1.Event, _ recorded: RecordedEvent) {
        guard let kind = event.kind else {
            return fail("an event of no kind at position \(recorded.position) of Depot's log")
        }
        var report: ReportLedger.Entry?
        if case .event(let service, let position) = recorded.cause, service == "gateway" {
            checkCause(position, at: recorded.position)
            report = reports.entries[position]
        }
        if case .event("orders", _) = recorded.cause { checkGrace(kind) }
        stock.take(kind, at: recorded.position)
        takeTask(kind, report)
        takeRest(kind)
    }

    /// A robot that has picked something is asked to bring it back; a cancel does not just forget it.
    private func checkGrace(_ event: DepotV1.Event.Kind) {
        guard case .taskCanceled(let event) = event, let task = tasks[event.taskID] else { return }
        require(task.holder == nil || task.picked.isEmpty, "\(event.taskID) is cancelled while its robot has items")
    }

    /// Each event of the gateway is acted on once, in their order.
    private func checkCause(_ position: UInt64, at own: UInt64) {
        require(
            position <= reports.lastPosition, "Depot acts on the gateway's position \(position), which is not there")
        require(position >= lastCause, "Depot acts on the gateway's position \(position) after \(lastCause)")
        if position == lastCause {
            require(own == lastCauseAt + 1, "Depot acts twice on the gateway's position \(position)")
        }
        (lastCause, lastCauseAt) = (position, own)
        acted.insert(position)
    }

    /// Reports in the gateway's log that came to nothing, not even a refusal. A stop reached twice may.
    var forgotten: [UInt64] {
        reports.entries.keys.sorted().filter { position in
            if case .stopReached = reports.entries[position]?.body { return false }
            return !acted.contains(position)
        }
    }

    // MARK: Tasks

    private func takeTask(_ event: DepotV1.Event.Kind, _ report: ReportLedger.Entry?) {
        switch event {
        case .taskQueued(let event): queued(event)
        case .taskAssigned(let event): assigned(event)
        case .taskAccepted(let event): held(event.taskID, event.botID, report)
        case .stopReached(let event): held(event.taskID, event.botID, report)
        case .stopDone(let event): held(event.taskID, event.botID, report)
        case .itemPicked(let event):
            held(event.taskID, event.botID, report)
            tasks[event.taskID]?.picked[key(event.storeID, event.productID), default: 0] += event.quantity
        case .itemUnavailable(let event):
            held(event.taskID, event.botID, report)
            let units = [key(event.storeID, event.productID): event.quantity]
            count(units, event.listID)
            unwant(units, event.taskID)
        case .taskDelivered(let event):
            held(event.taskID, event.botID, report)
            let task = tasks[event.taskID]
            require(units(event.delivered) == task?.picked, "\(event.taskID) delivers other things than were picked")
            require(units(event.delivered) == task?.wanted, "\(event.taskID) leaves something open")
            count(units(event.delivered), event.listID)
            for (unit, quantity) in units(event.delivered) {
                brought[event.listID, default: [:]][unit, default: 0] += quantity
            }
            release(event.taskID, event.botID, ends: true)
        case .taskRequeued(let event):
            hadOrHeld(event.taskID, event.botID, report)
            require(
                units(event.returned + event.missing) == tasks[event.taskID]?.picked, "\(event.taskID) loses things")
            release(event.taskID, event.botID, ends: false)
        case .taskLeftInCustody(let event): leftInCustody(event, report)
        case .taskCanceled(let event):
            if !event.botID.isEmpty { hadOrHeld(event.taskID, event.botID, report) }
            require(
                units(event.returned + event.missing) == tasks[event.taskID]?.picked,
                "\(event.taskID) is cancelled and loses things")
            count(units(event.returned + event.missing), event.listID)
            release(event.taskID, event.botID, ends: true)
        default: break
        }
    }

    private func queued(_ event: DepotV1.TaskQueued) {
        require(tasks[event.taskID] == nil, "\(event.taskID) is made twice")
        tasks[event.taskID] = Task(listID: event.listID, wanted: units(event.stops))
        if event.splitFromTaskID.isEmpty { return }
        // Of what a robot has lost, or of a queued task that is too large for any.
        let origin = tasks[event.splitFromTaskID]
        require(
            origin.map { $0.custodian != nil || $0.holder == nil && !$0.isOver } == true,
            "\(event.taskID) is split from a task that a robot has, or none")
        unwant(units(event.stops), event.splitFromTaskID)
    }

    private func assigned(_ event: DepotV1.TaskAssigned) {
        guard var task = tasks[event.taskID] else { return fail("\(event.taskID) is assigned and was not made") }
        let (id, bot) = (event.taskID, event.botID)
        require(task.holder == nil, "\(id) has two holders")
        require(taskOf[bot] == nil, "\(bot) has two tasks")
        require(!task.isOver, "\(id) is assigned after its end")
        require(event.epoch == task.epoch + 1, "\(id): epoch \(event.epoch) after \(task.epoch)")
        // What is in custody is fetched by nobody, and brought by the one that has it.
        require(task.custodian == nil || task.custodian == bot, "\(id) is in \(task.custodian ?? "")'s custody")
        require(units(event.custody) == task.picked, "\(id) is assigned with other custody")
        require(task.custodian == nil || event.stops.isEmpty, "\(id) in custody is fetched again")
        require(!gone.contains(bot), "\(bot) gets \(id) after its end")
        require(task.custodian != nil || !leaving.contains(bot), "\(bot) gets more when it is to be retired")
        task.epoch = event.epoch
        task.holder = bot
        tasks[id] = task
        taskOf[bot] = id
    }

    private func leftInCustody(_ event: DepotV1.TaskLeftInCustody, _ report: ReportLedger.Entry?) {
        held(event.taskID, event.botID, report)
        let task = tasks[event.taskID]
        require(event.epoch == task?.epoch, "\(event.taskID): epoch \(event.epoch) is in custody")
        require(units(event.custody) == task?.picked, "\(event.taskID): other things in custody")
        require(!event.custody.isEmpty, "\(event.taskID): nothing in custody")
        release(event.taskID, event.botID, ends: false)
        tasks[event.taskID]?.picked = task?.picked ?? [:]
        tasks[event.taskID]?.custodian = event.botID
    }

    private func held(_ id: String, _ bot: String, _ report: ReportLedger.Entry?) {
        require(tasks[id]?.holder == bot, "\(id) is not \(bot)'s")
        checkReport(report, id, bot)
    }

    private func hadOrHeld(_ id: String, _ bot: String, _ report: ReportLedger.Entry?) {
        let task = tasks[id]
        require(task?.holder == bot || (task?.holder == nil && task?.custodian == bot), "\(id) is not \(bot)'s")
        checkReport(report, id, bot)
    }

    /// What changes a task because of a report is that robot's, of that task, and of its present epoch.
    private func checkReport(_ report: ReportLedger.Entry?, _ id: String, _ bot: String) {
        guard let report else { return }
        require(report.botID == bot, "\(id) of \(bot) is changed by a report of \(report.botID)")
        guard let (task, epoch) = report.body.about else { return }
        require(task == id, "\(id) is changed by a report about \(task)")
        require(
            epoch == tasks[id]?.epoch,
            "\(id) at epoch \(tasks[id]?.epoch ?? 0) is changed by a report of epoch \(epoch)")
    }

    private func release(_ id: String, _ bot: String, ends: Bool) {
        if let holder = tasks[id]?.holder { taskOf[holder] = nil }
        tasks[id]?.holder = nil
        tasks[id]?.custodian = nil
        tasks[id]?.picked = [:]
        guard ends else { return }
        require(tasks[id]?.isOver == false, "\(id) ends twice")
        tasks[id]?.isOver = true
    }

    // MARK: Lists, robots, directives

    private func takeRest(_ event: DepotV1.Event.Kind) {
        switch event {
        case .listCreated(let event):
            require(wanted[event.listID] == nil, "\(event.listID) is made twice")
            wanted[event.listID] = units(event.stops)
        case .listAvailable(let event): approved.insert(event.listID)
        case .listCancelRequested(let event): cancelAsked.insert(event.listID)
        case .listReady(let event): end(event.listID, "ready")
        case .listCanceled(let event): end(event.listID, "canceled")
        // What was heard in the last seconds may not have been told to the depot.
        case .botSilent(let event):
            guard isPunctual, let last = heard[event.botID]?.last(where: { $0 < now() - 10_000 }) else { break }
            require(last < now() - 45_000, "\(event.botID) counts as silent, and was heard \(now() - last) ms ago")
        case .reportRejected(let event):
            rejections[event.journal] = (event.rejected?.report ?? 0, now())
        case .botRetiring(let event): leaving.insert(event.botID)
        case .botRetired(let event):
            gone.insert(event.botID)
            wasRetired.insert(event.botID)
            require(taskOf[event.botID] == nil, "\(event.botID) is retired with \(taskOf[event.botID] ?? "")")
            require(!tasks.values.contains { $0.custodian == event.botID }, "\(event.botID) is retired with custody")
        case .botLost(let event): gone.insert(event.botID)
        case .botReinstated(let event):
            leaving.remove(event.botID)
            gone.remove(event.botID)
        case .directiveIssued(let event):
            guard let message = event.message else { return fail("\(event.botID): an empty directive") }
            let last = directives[event.botID]?.count ?? 0
            require(
                message.directive == UInt64(last) + 1, "\(event.botID): directive \(message.directive) after \(last)")
            directives[event.botID, default: []].append(message)
        default: break
        }
    }

    private func end(_ list: String, _ how: String) {
        let before = listEnds[list]
        // A cancel of what is cancelled already is answered too, as is one of what was ready.
        require(before == nil || how == "canceled", "\(list) is \(how) after \(before ?? "")")
        let open = tasks.contains { $0.value.listID == list && !$0.value.isOver }
        require(!open, "\(list) is \(how) with a task that has not ended")
        listEnds[list] = how
        if how == "ready" { require(ended[list] == wanted[list], "\(list) is ready, and not every unit has ended") }
    }

    /// The gateway sends a directive: it is what the log has.
    func sent(_ message: BotsV1.ToBot, to bot: String) {
        let issued = directives[bot] ?? []
        guard message.directive <= UInt64(issued.count) else {
            return fail("\(bot): directive \(message.directive) is sent, and on disk are those up to \(issued.count)")
        }
        require(
            issued[Int(message.directive) - 1].body == message.body,
            "\(bot): directive \(message.directive) is sent changed")
    }

    /// A message of a robot has come to the server.
    func hear(_ bot: String) {
        heard[bot, default: []].append(now())
        if heard[bot, default: []].count > 64 { heard[bot]?.removeFirst(32) }
    }

    // MARK: Units

    /// How many units came to the depot for a list.
    func brought(_ product: String, of store: String, for list: String) -> UInt32 {
        brought[list]?[key(store, product)] ?? 0
    }

    private func key(_ store: String, _ product: String) -> String { "\(store) \(product)" }

    private func units(_ stops: [TypesV1.Stop]) -> [String: UInt32] {
        var units: [String: UInt32] = [:]
        for stop in stops {
            for item in stop.items { units[key(stop.storeID, item.productID), default: 0] += item.quantity }
        }
        return units
    }

    private func count(_ units: [String: UInt32], _ list: String) {
        for (unit, quantity) in units {
            let sum = (ended[list]?[unit] ?? 0) + quantity
            ended[list, default: [:]][unit] = sum
            let most = wanted[list]?[unit] ?? 0
            require(sum <= most, "\(list): \(sum) units of \(unit) have ended, and \(most) were wanted")
        }
    }

    private func unwant(_ units: [String: UInt32], _ id: String) {
        for (unit, quantity) in units {
            let left = tasks[id]?.wanted[unit] ?? 0
            require(quantity <= left, "\(id) has \(left) of \(unit), not \(quantity)")
            tasks[id]?.wanted[unit] = left > quantity ? left - quantity : nil
        }
    }
}

extension BotsV1.FromBot.Body {
    /// The task and epoch that a report is about.
    var about: (id: String, epoch: UInt64)? {
        switch self {
        case .taskAccepted(let report): (report.taskID, report.epoch)
        case .taskDeclined(let report): (report.taskID, report.epoch)
        case .stopReached(let report): (report.taskID, report.epoch)
        case .itemPicked(let report): (report.taskID, report.epoch)
        case .itemUnavailable(let report): (report.taskID, report.epoch)
        case .stopDone(let report): (report.taskID, report.epoch)
        case .taskDelivered(let report): (report.taskID, report.epoch)
        case .taskAbandoned(let report): (report.taskID, report.epoch)
        case .telemetry, .hello, .taskRequest, .fault, .faultCleared, .paused, .resumed, .goodbye: nil
        }
    }
}
