import APIs
import Logging
import Messages
import RobotLink
import Wire

/// One emulated robot: its client library and its body between one start and the next crash.
actor Robot {
    private let botID: String
    private let client: RobotClient
    private var mind: RobotMind
    private let speed: Double
    private let started = ContinuousClock.now
    private var lastTelemetry: ContinuousClock.Instant?
    private var tally = FleetSummary()
    private var trouble: String?
    private var journalFailure: JournalError?

    /// - Parameter body: at simulated time 0, before anything of the journal.
    init(botID: String, client: RobotClient, body: Body, speed: Double) {
        self.botID = botID
        self.client = client
        self.speed = speed
        mind = RobotMind(body: body, recovered: client.recovered)
    }

    /// Lives until it is cancelled (a crash), or its journal cannot be written.
    func live() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen() }
            defer { group.cancelAll() }
            while !Task.isCancelled {
                step()
                if let journalFailure { throw journalFailure }
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    private func listen() async {
        for await incoming in client.incoming { hear(incoming) }
    }

    private func hear(_ incoming: RobotClient.Incoming) {
        mind.hear(incoming)
        switch incoming {
        case .directive:
            tally.directives += 1
            step()
        case .sessionBegan: trouble = nil
        case .rejected: break
        case .sessionEnded(let status): trouble = status?.description
        case .notConnected(let reason): trouble = reason
        case .journalFailed(let error): journalFailure = error
        }
    }

    private func step() {
        let elapsed = (ContinuousClock.now - started) / .milliseconds(1)
        for report in mind.live(to: Int64(elapsed * speed), saying: client) { count(report) }
        sendTelemetry()
    }

    private func sendTelemetry() {
        let telemetryInterval = Duration.milliseconds(Int64(mind.telemetryIntervalMs))
        guard telemetryInterval > .zero else { return }
        let now = ContinuousClock.now
        if let lastTelemetry, now - lastTelemetry < telemetryInterval { return }
        lastTelemetry = now
        client.telemetry(mind.body.telemetry())
    }

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
            botID: botID, isConnected: counters.isConnected, state: body.state, taskID: body.taskID, stop: body.stop,
            batteryPercent: Int(body.batteryPercent), unacknowledged: counters.unacknowledged, trouble: trouble)
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
