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

    init(_ row: FleetRow) {
        bot = row.botID
        connected = row.isConnected
        state = row.state
        task = row.taskID
        stop = row.stop
        batteryPercent = row.batteryPercent
        reportsUnacknowledged = row.unacknowledged
        trouble = row.trouble
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
    let drops: Int
    let crashes: Int
    let robotsFailed: Int

    init(_ summary: FleetSummary) {
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
        drops = summary.drops
        crashes = summary.crashes
        robotsFailed = summary.failedRobots
    }
}
