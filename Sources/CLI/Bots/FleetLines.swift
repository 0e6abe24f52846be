import BotEmulator

/// A robot's row as JSON.
struct FleetRowLine: Encodable {
    let bot: String
    let connected: Bool
    let state: String
    let task: String?
    let stop: String?
    let batteryPercent: Int
    let reportsUnacknowledged: Int
    let trouble: String?
    let faults: Int

    init(_ row: FleetRow) {
        bot = row.botID
        connected = row.isConnected
        state = row.state
        task = row.taskID
        stop = row.stop
        batteryPercent = row.batteryPercent
        reportsUnacknowledged = row.unacknowledged
        trouble = row.trouble
        faults = row.faults
    }
}

/// The summary as JSON.
struct FleetSummaryLine: Encodable {
    let robots: Int
    let tasksDelivered: Int
    let tasksDeclined: Int
    let tasksAbandoned: Int
    let itemsPicked: UInt64
    let itemsUnavailable: UInt64
    let reportsMade: UInt64
    let reportsUnacknowledged: Int
    let reportsRejected: Int
    let directives: Int
    let reconnects: Int
    let robotsFailed: Int
    /// What went wrong on purpose; kinds that did not strike are left out.
    let faults: [FaultLine]
    /// The scenario's rules that never struck, as "1: crash at picked".
    let rulesUnused: [String]

    struct FaultLine: Encodable {
        let fault: String
        let times: Int
        let robots: Int
    }

    init(_ summary: FleetSummary, _ scenario: Scenario) {
        robots = summary.robots
        tasksDelivered = summary.tasksDelivered
        tasksDeclined = summary.tasksDeclined
        tasksAbandoned = summary.tasksAbandoned
        itemsPicked = summary.itemsPicked
        itemsUnavailable = summary.itemsUnavailable
        reportsMade = summary.reportsMade
        reportsUnacknowledged = summary.unacknowledged
        reportsRejected = summary.reportsRejected
        directives = summary.directives
        reconnects = summary.reconnects
        robotsFailed = summary.failedRobots
        faults = FaultKind.allCases.compactMap { kind in
            summary.faults[kind].map { FaultLine(fault: kind.rawValue, times: $0.times, robots: $0.robots) }
        }
        rulesUnused = FleetView.unusedRules(summary, scenario)
    }
}
