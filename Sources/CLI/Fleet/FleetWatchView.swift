import Messages
import Wire

/// Shows the fleet while it changes: a table on a terminal, a line for each robot that has changed elsewhere.
struct FleetWatchView: Sendable {
    let asJSON: Bool
    let isWanted: @Sendable (DepotV1.Bot) -> Bool

    /// Until the depot says no more.
    func show(_ updates: some AsyncSequence<DepotV1.FleetUpdate, any Error>) async throws {
        let terminal = Terminal()
        var fleet = WatchedFleet()
        var screen = LiveScreen(terminal: terminal)
        for try await update in updates {
            let changed = fleet.take(update)
            if asJSON {
                for bot in changed where isWanted(bot) { Output.line(bot.json()) }
            } else if !terminal.isInteractive {
                for bot in changed where isWanted(bot) { Output.line(FleetText.line(bot)) }
            } else if fleet.isComplete {
                let (width, height) = terminal.size
                let heading = Table.paint(fleet.summary, .bold, terminal.hasColour) + "  Ctrl-C stops"
                screen.draw(
                    [heading, ""]
                        + FleetText.table(fleet.bots.filter(isWanted)).lines(
                            width: width, height: max(3, height - 3), colour: terminal.hasColour))
            }
        }
    }
}

/// The fleet as a watcher has been told of it. Pure.
struct WatchedFleet {
    private var byID: [String: DepotV1.Bot] = [:]
    private var openTasks: Set<String> = []
    /// Whether all of the beginning is here.
    private(set) var isComplete = false

    /// By id.
    var bots: [DepotV1.Bot] { byID.values.sorted { $0.botID < $1.botID } }

    var summary: String {
        let working = byID.values.count { $0.state == .working }
        let online = byID.values.count(where: \.online)
        return "\(byID.count) robots, \(online) online, \(working) working; open tasks: \(openTasks.count)"
    }

    /// - Returns: The robots that are new or not as they were.
    mutating func take(_ update: DepotV1.FleetUpdate) -> [DepotV1.Bot] {
        if update.complete { isComplete = true }
        for task in update.tasks {
            if task.state == .delivered || task.state == .canceled {
                openTasks.remove(task.taskID)
            } else {
                openTasks.insert(task.taskID)
            }
        }
        return update.bots.filter { bot in byID.updateValue(bot, forKey: bot.botID) != bot }
    }
}
