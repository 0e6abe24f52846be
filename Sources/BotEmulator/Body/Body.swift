public import Messages
public import RobotLink

/// A simulated robot's body and what it decides, as a pure machine in simulated time.
///
/// What matters is in the journal: the task at hand is a fold over the directives and reports there (`recover`), so a
/// body that lost all else goes on where its last stored report left it. Where it stands and what the battery holds are
/// in the note that is stored with each batch of reports.
public struct Body: Sendable {
    let botID: String
    let graph: MallGraph
    let parameters: BodyParameters
    /// The dock that it calls its own: where it waits.
    var home: (id: String, node: Int)?

    // What the journal and its note say.
    var trip: Trip?
    var hasAsked = false
    var isPaused = false
    var wantsPause: String?
    var mayResume = false
    var declines: [BotsV1.TaskDeclined] = []
    var strayCancels: [BotsV1.CancelTask] = []
    var returnedStores: [String] = []
    /// Sent to a dock, by a directive or by a low battery.
    var dock: (id: String, node: Int)?
    var isUnloaded = false

    // Where it is and what it does now.
    public internal(set) var now: Int64
    var node: Int
    var rangeMm: Int64
    var activity: Activity?
    var ready: [BotsV1.FromBot.Body] = []
    var idleSince: Int64
    var askAgainAt: Int64?
    var identifyUntil: Int64 = 0
    /// The dock that it wants is taken: when it looks again.
    var lookAgainAt: Int64?

    // What is wrong with it, or will be.
    var trouble: Trouble?
    var rescueMs: Int64 = 60_000
    var shortages = 0
    var willDecline = false
    var willAbandon = false

    /// Something that takes time.
    struct Activity: Sendable, Hashable {
        enum Kind: Sendable, Hashable {
            case drive(to: Int, lengthMm: Int64)
            case pick(storeID: String, productID: String, quantity: UInt32)
            case putBack(storeID: String)
            case unload
            case charge
        }
        let kind: Kind
        let start: Int64
        let end: Int64
    }

    /// A body that stands at the dock number `number` (counted around), or at the mall's first node.
    ///
    /// - Parameter now: simulated time in milliseconds.
    public init?(botID: String, number: Int, graph: MallGraph, parameters: BodyParameters, now: Int64) {
        guard !graph.ids.isEmpty else { return nil }
        self.botID = botID
        self.graph = graph
        self.parameters = parameters
        home = graph.docks.isEmpty ? nil : graph.docks[number % graph.docks.count]
        node = home?.node ?? 0
        rangeMm = parameters.fullRangeMm
        self.now = now
        idleSince = now
    }

    // MARK: Inputs

    /// Takes up what a journal says.
    public mutating func recover(_ journal: RecoveredJournal) {
        var note = journal.note.isEmpty ? nil : try? BotsV1.BodyNote(protobuf: journal.note, limits: .unlimited)
        for entry in journal.entries {
            switch entry {
            case .directive(let directive): receive(directive)
            case .report(let report):
                // One that was stored without its note knows better than the note before.
                if report.report > journal.noteReport, let older = note {
                    take(older)
                    note = nil
                }
                if let body = report.body { self.note(report: body) }
            }
        }
        if let note { take(note) }
        identifyUntil = 0
    }

    /// A directive that the journal has.
    public mutating func receive(_ directive: BotsV1.ToBot) {
        switch directive.body {
        case .assignTask(let assign): receive(assign)
        case .reviseTask(let revise):
            guard trip?.isMeant(revise.taskID, revise.epoch) == true else { break }
            trip?.revise(revise)
            // What it was taking from a shelf may be another robot's now.
            if case .pick = activity?.kind { activity = nil }
        case .cancelTask(let cancel):
            if trip?.isMeant(cancel.taskID, cancel.epoch) == true {
                trip?.cancel(cancel)
            } else {
                strayCancels.append(cancel)
            }
        case .pause(let pause): (wantsPause, mayResume) = (pause.reason, false)
        case .resume: (wantsPause, mayResume) = (nil, true)
        case .returnToDock(let order): sendTo(dock: order.dockID, node: order.node)
        case .goCharge(let order):
            // The depot takes a robot that it sends to charge off its list: charged, it asks again.
            hasAsked = false
            sendTo(dock: order.dockID, node: order.node)
        case .identify: identifyUntil = now + 10_000
        case .welcome, .rejected, .superseded, nil: break
        }
    }

    private mutating func receive(_ assign: BotsV1.AssignTask) {
        hasAsked = false
        if let trip, trip.isMeant(assign.taskID, assign.epoch) { return }
        // The same task again with a newer epoch: the older one was lost, with all that was done under it.
        if let trip, trip.taskID != assign.taskID {
            let reason = "busy with \(trip.taskID)"
            declines.append(
                BotsV1.TaskDeclined(taskID: assign.taskID, epoch: assign.epoch, reason: reason))
            return
        }
        begin(Trip(assign))
    }

    private mutating func begin(_ trip: Trip?) {
        self.trip = trip
        returnedStores = []
        isUnloaded = false
        idleSince = now
        ready = []
        // What was being done was for the trip before; a way that was begun is driven to its end.
        switch activity?.kind {
        case .pick, .putBack, .unload: activity = nil
        case .drive, .charge, nil: break
        }
    }

    private mutating func sendTo(dock id: String, node name: String) {
        if let node = graph.node(name) { dock = (id, node) }
    }

    /// A report of this robot changed nothing.
    public mutating func rejected(_ rejected: BotsV1.Rejected, report: BotsV1.FromBot.Body?) {
        switch (rejected.code, report) {
        case (_, .taskRequest):
            hasAsked = false
            askAgainAt = now + 15_000
        case (.unknownTask, let report?), (.staleEpoch, let report?):
            guard let trip, let (task, epoch) = report.task, trip.isMeant(task, epoch) else { return }
            begin(nil)
        default: break
        }
    }

    /// A session has begun. The depot may have taken a robot that was away off its list, so one that waits asks again,
    /// after the directives that it missed.
    public mutating func sessionBegan() {
        if hasAsked { askAgainAt = now + 3_000 }
    }

    // MARK: Time

    /// Lives until `target` as if no other robot ever needed a dock.
    public mutating func advance(to target: Int64) -> [BotsV1.FromBot.Body] {
        var docks = DockBoard()
        return advance(to: target, docks: &docks)
    }

    /// Lives until `target`; returns what it has to report, in order. Each counts as said.
    ///
    /// - Parameter docks: the mall's, shared with the other robots.
    public mutating func advance(to target: Int64, docks: inout DockBoard) -> [BotsV1.FromBot.Body] {
        var reports: [BotsV1.FromBot.Body] = []
        while true {
            if let activity {
                guard activity.end <= target else { break }
                now = max(now, activity.end)
                self.activity = nil
                finish(activity)
                if case .charge = activity.kind { docks.release(by: botID) }
            }
            switch plan(&docks) {
            case .report(let report):
                note(report: report)
                reports.append(report)
            case .begin(let kind, let duration):
                activity = Activity(kind: kind, start: now, end: now + max(1, duration))
            case .rest:
                guard let wake = nextWake, wake <= target else {
                    now = max(now, target)
                    return reports
                }
                now = wake
            }
        }
        now = max(now, target)
        return reports
    }

    /// When something happens to it next, if nothing comes in; nil: nothing does.
    var nextChange: Int64? { activity?.end ?? nextWake }

    /// When a body at rest thinks again by itself.
    private var nextWake: Int64? {
        if let trouble { return trouble.until > now ? trouble.until : nil }
        guard trip == nil, !isPaused else { return nil }
        return [askAgainAt, lookAgainAt, idleSince + parameters.patienceMs].compactMap { $0 }.filter { $0 > now }.min()
    }

    private mutating func finish(_ activity: Activity) {
        switch activity.kind {
        case .drive(let to, let length):
            node = to
            rangeMm = max(0, rangeMm - length)
        case .pick(let store, let product, let quantity): finishPick(store, product, quantity)
        case .putBack(let store): returnedStores.append(store)
        case .unload: isUnloaded = true
        case .charge:
            let gained = (activity.end - activity.start) * parameters.fullRangeMm / parameters.fullChargeMs
            rangeMm = min(parameters.fullRangeMm, rangeMm + gained)
        }
    }

    private mutating func finishPick(_ store: String, _ product: String, _ quantity: UInt32) {
        guard let trip else { return }
        let there = unitsThere(of: product, at: store, wanted: quantity, trip: trip)
        if there > 0 {
            ready.append(
                .itemPicked(
                    BotsV1.ItemPicked(
                        taskID: trip.taskID, epoch: trip.epoch, storeID: store, productID: product, quantity: there)))
        }
        if there < quantity {
            ready.append(
                .itemUnavailable(
                    BotsV1.ItemUnavailable(
                        taskID: trip.taskID, epoch: trip.epoch, storeID: store, productID: product,
                        quantity: quantity - there, reason: .outOfStock)))
        }
    }

    private mutating func unitsThere(of product: String, at store: String, wanted: UInt32, trip: Trip) -> UInt32 {
        // What was reported as missing before a crash is not looked for again: all that is left is then missing.
        let line = trip.lines.first { $0.storeID == store && $0.productID == product }
        if let line, line.picked > 0 { return 0 }
        if shortages > 0 {
            shortages -= 1
            return 0
        }
        let luck = Chance.draw(seed: parameters.seed, trip.taskID, "\(trip.epoch)", store, product)
        guard luck < parameters.outOfStockRate else { return wanted }
        let part = Chance.draw(seed: parameters.seed, trip.taskID, "\(trip.epoch)", store, product, "some")
        return UInt32(part * Double(wanted))
    }

    /// What a report, made now or found in the journal, says of this robot.
    private mutating func note(report: BotsV1.FromBot.Body) {
        switch report {
        case .taskRequest: (hasAsked, askAgainAt) = (true, nil)
        case .taskDeclined(let declined):
            declines.removeAll { $0.taskID == declined.taskID && $0.epoch == declined.epoch }
            if trip?.isMeant(declined.taskID, declined.epoch) == true { willDecline = false }
            endTrip(declined.taskID, declined.epoch)
        case .taskDelivered(let delivered): endTrip(delivered.taskID, delivered.epoch)
        case .taskAbandoned(let abandoned):
            strayCancels.removeAll { $0.taskID == abandoned.taskID && $0.epoch == abandoned.epoch }
            if trip?.isMeant(abandoned.taskID, abandoned.epoch) == true { willAbandon = false }
            endTrip(abandoned.taskID, abandoned.epoch)
        case .fault(let fault): note(fault: fault)
        case .faultCleared(let cleared): note(cleared: cleared.code)
        case .paused: isPaused = true
        case .resumed: (isPaused, mayResume) = (false, false)
        default:
            if let trip, let (task, epoch) = report.task, trip.isMeant(task, epoch) { self.trip?.note(report) }
        }
    }

    private mutating func endTrip(_ task: String, _ epoch: UInt64) {
        if trip?.isMeant(task, epoch) == true { begin(nil) }
    }

    // MARK: The journal's needs

    /// What a restart could not know from the reports.
    public func bodyNote() -> BotsV1.BodyNote {
        BotsV1.BodyNote(
            node: graph.ids[node], rangeMm: UInt64(rangeMm), paused: isPaused, returnedStoreIds: returnedStores,
            dockID: dock?.id ?? "")
    }

    private mutating func take(_ note: BotsV1.BodyNote) {
        node = graph.node(note.node) ?? node
        rangeMm = min(parameters.fullRangeMm, Int64(clamping: note.rangeMm))
        isPaused = note.paused
        if trip?.cancel != nil { returnedStores = note.returnedStoreIds }
        if let dock = graph.docks.first(where: { $0.id == note.dockID }) { self.dock = dock }
    }

    /// Whether the journal can forget all that it holds and that is acknowledged.
    public var isForgetful: Bool {
        trip == nil && declines.isEmpty && strayCancels.isEmpty && ready.isEmpty && trouble == nil
    }
}
