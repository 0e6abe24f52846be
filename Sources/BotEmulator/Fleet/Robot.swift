import APIs
import Logging
import Messages
import RobotLink
import Synchronization
import Wire

/// One emulated robot: its client library and its body between one start and the next crash.
actor Robot {
    private let botID: String
    private let client: RobotClient
    private var mind: RobotMind
    private let speed: Double
    private let started = ContinuousClock.now
    private let faults: FaultBox
    private let docks: DockBox
    /// Is told of faults that concern the whole robot: they are its lives' business.
    private let strike: @Sendable (Fault) -> Void
    private let ticks: AsyncStream<Void>
    private let tick: AsyncStream<Void>.Continuation
    private var timer: Task<Void, Never>?
    private var lastTelemetry: ContinuousClock.Instant?
    private var tally = FleetSummary()
    private var trouble: String?
    private var journalFailure: JournalError?
    /// Its software hangs until then; its body has stood still for so long in all.
    private var stall: (from: ContinuousClock.Instant, until: ContinuousClock.Instant)?
    private var standstill = Duration.zero
    private var isSilent = false

    /// - Parameter body: at simulated time 0, before anything of the journal.
    init(
        botID: String, client: RobotClient, body: Body, speed: Double, faults: FaultBox, docks: DockBox,
        strike: @escaping @Sendable (Fault) -> Void
    ) {
        self.botID = botID
        self.client = client
        self.speed = speed
        self.faults = faults
        self.docks = docks
        self.strike = strike
        (ticks, tick) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        mind = RobotMind(body: body, recovered: client.recovered)
        docks.board.withLock { $0.release(by: botID) }
    }

    /// Lives until it is cancelled (a crash), or its journal cannot be written.
    func live() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen() }
            defer {
                timer?.cancel()
                group.cancelAll()
            }
            tick.yield()
            for await _ in ticks {
                step()
                if let journalFailure { throw journalFailure }
                wake(after: pause)
            }
        }
    }

    // MARK: What comes in

    private func listen() async {
        for await incoming in client.incoming { hear(incoming) }
    }

    private func hear(_ incoming: RobotClient.Incoming) {
        mind.hear(incoming)
        switch incoming {
        case .directive(let directive):
            tally.directives += 1
            if let moment = directive.body.flatMap(FaultMoment.init) { faults.note(moment) }
        case .sessionBegan:
            trouble = nil
            faults.note(.connected)
        case .rejected: break
        case .sessionEnded(let status): trouble = status?.description
        case .notConnected(let reason): trouble = reason
        case .journalFailed(let error): journalFailure = error
        }
        tick.yield()
    }

    // MARK: Time

    private func step() {
        let now = ContinuousClock.now
        while let fault = faults.take() { suffer(fault, now) }
        if let stall {
            guard now >= stall.until else { return }
            standstill += stall.until - stall.from
            self.stall = nil
        }
        let target = simulated(now)
        let reports = docks.board.withLock { mind.body.advance(to: target, docks: &$0) }
        for report in reports {
            count(report)
            if let moment = FaultMoment(report) { faults.note(moment) }
        }
        mind.say(reports, by: client)
        sendTelemetry(now)
        // With the last of its power it says so; then it is silent.
        silence(mind.body.isFlat && (isSilent || client.counters.unacknowledged == 0))
    }

    private func suffer(_ fault: Fault, _ now: ContinuousClock.Instant) {
        switch fault.kind {
        case .stall:
            stall = (now, now + .milliseconds(fault.lastsMs))
            silence(true)
        case .drop, .crash, .duplicate, .clockSkew: strike(fault)
        case .outOfStock, .battery, .decline, .needsHelp, .abandon:
            mind.body.suffer(fault, lastsMs: Int64(Double(fault.lastsMs) * speed))
        }
    }

    private func silence(_ silent: Bool) {
        guard silent != isSilent else { return }
        isSilent = silent
        client.silence(silent)
    }

    private func simulated(_ now: ContinuousClock.Instant) -> Int64 {
        Int64((now - started - standstill) / .milliseconds(1) * speed)
    }

    /// Until the next step, if nothing comes in.
    private var pause: Duration {
        let now = ContinuousClock.now
        if let stall { return stall.until - now }
        var pause = Duration.seconds(1)
        if let change = mind.body.nextChange {
            pause = min(pause, .milliseconds(Double(change - simulated(now)) / speed))
        }
        if let due = faults.untilNext { pause = min(pause, due) }
        if let lastTelemetry, telemetryInterval > .zero { pause = min(pause, lastTelemetry + telemetryInterval - now) }
        return pause
    }

    private func wake(after pause: Duration) {
        timer?.cancel()
        timer = Task { [tick] in
            // A robot a hundred times a second is enough for any eye.
            guard (try? await Task.sleep(for: max(pause, .milliseconds(10)))) != nil else { return }
            tick.yield()
        }
    }

    private var telemetryInterval: Duration { .milliseconds(Int64(mind.telemetryIntervalMs)) }

    private func sendTelemetry(_ now: ContinuousClock.Instant) {
        guard telemetryInterval > .zero else { return }
        if let lastTelemetry, now - lastTelemetry < telemetryInterval { return }
        lastTelemetry = now
        client.telemetry(mind.body.telemetry())
    }

    // MARK: How it goes

    private func count(_ report: BotsV1.FromBot.Body) {
        switch report {
        case .taskDelivered: tally.tasksDelivered += 1
        case .taskDeclined: tally.tasksDeclined += 1
        case .taskAbandoned: tally.tasksAbandoned += 1
        case .itemPicked(let item): tally.itemsPicked += UInt64(item.quantity)
        case .itemUnavailable(let item): tally.itemsUnavailable += UInt64(item.quantity)
        default: break
        }
    }

    var row: FleetRow {
        let counters = client.counters
        let body = mind.body
        return FleetRow(
            botID: botID, isConnected: counters.isConnected, state: stall == nil ? body.state : "stalled",
            taskID: body.taskID, stop: body.stop, batteryPercent: Int(body.batteryPercent),
            unacknowledged: counters.unacknowledged, trouble: trouble)
    }

    /// What it has done in this life, and how many sessions it had.
    var work: (tally: FleetSummary, sessions: Int) {
        let counters = client.counters
        var tally = tally
        tally.reportsMade = counters.reports
        tally.unacknowledged = counters.unacknowledged
        tally.reportsRejected = counters.rejected
        return (tally, counters.sessions)
    }
}
