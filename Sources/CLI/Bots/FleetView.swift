import BotEmulator
import Foundation
import Synchronization

/// Shows a fleet while it works: a live table on a terminal, a line now and then or JSON lines elsewhere.
final class FleetView: Sendable {
    private let fleet: Fleet
    private let server: HostPort
    private let scenario: Scenario
    private let json: Bool
    private let isStopping = Mutex(false)

    private static let lineEvery = Duration.seconds(5)

    init(fleet: Fleet, server: HostPort, scenario: Scenario, json: Bool) {
        self.fleet = fleet
        self.server = server
        self.scenario = scenario
        self.json = json
    }

    /// Until the task is cancelled.
    func show() async {
        let terminal = Terminal()
        if json {
            await showChanges()
        } else if terminal.isInteractive {
            await showTable(terminal)
        } else {
            Output.line("\(await fleet.rows().count) robots at \(server)")
            while (try? await Task.sleep(for: Self.lineEvery)) != nil { Output.line(Self.line(await fleet.rows())) }
        }
    }

    /// The robots were asked to say goodbye.
    func stopping() {
        isStopping.withLock { $0 = true }
        if !json, !Terminal().isInteractive { Output.line("stopping: the robots say goodbye") }
    }

    /// The end.
    func show(_ summary: FleetSummary) {
        if json { return JSONLine.print(FleetSummaryLine(summary, scenario)) }
        Output.line(Self.text(summary, scenario, colour: Terminal().hasColour))
    }

    private func showTable(_ terminal: Terminal) async {
        var screen = LiveScreen(terminal: terminal)
        repeat {
            let (width, height) = terminal.size
            let rows = await fleet.rows()
            let stops = isStopping.withLock { $0 } ? "  stopping: the robots say goodbye" : "  Ctrl-C stops"
            let heading = String("\(rows.count) robots at \(server)\(stops)".prefix(width))
            let numbers = String(Self.line(rows).prefix(width))
            let lines = Self.table(rows).lines(width: width, height: max(3, height - 4), colour: terminal.hasColour)
            screen.draw([Table.paint(heading, .bold, terminal.hasColour), numbers, ""] + lines)
        } while (try? await Task.sleep(for: .milliseconds(250))) != nil
    }

    private func showChanges() async {
        var shown: [String: FleetRow] = [:]
        var isLast = false
        while true {
            for row in await fleet.rows() where shown[row.botID] != row {
                shown[row.botID] = row
                JSONLine.print(FleetRowLine(row))
            }
            // What a robot came to at the very end is told too.
            if isLast { return }
            isLast = (try? await Task.sleep(for: .milliseconds(250))) == nil
        }
    }

    // MARK: Pure

    static func table(_ rows: [FleetRow]) -> Table {
        var table = Table(columns: [
            .init("ROBOT"), .init("LINK"), .init("STATE"), .init("TASK"), .init("STOP"), .init("BATTERY", .right),
            .init("UNACKED", .right), .init("FAULTS", .right), .init("TROUBLE"),
        ])
        table.rows = rows.map { row in
            [
                .init(row.botID), row.isConnected ? .init("up", .good) : .init("down", .warning), state(row),
                .init(row.taskID ?? ""), .init(row.stop ?? ""),
                .init("\(row.batteryPercent) %", row.batteryPercent < 20 ? .bad : .plain),
                .init("\(row.unacknowledged)"), .init(row.faults > 0 ? "\(row.faults)" : ""),
                .init(row.isConnected ? "" : row.trouble ?? "", .dim),
            ]
        }
        return table
    }

    private static func state(_ row: FleetRow) -> Table.Cell {
        switch row.state {
        case "failed", "refused": .init(row.state, .bad)
        case "down", "stalled", "flat", "needs help", "stuck": .init(row.state, .warning)
        default: .init(row.state, row.taskID == nil ? .plain : .active)
        }
    }

    static func line(_ rows: [FleetRow]) -> String {
        let connected = rows.count { $0.isConnected }
        let working = rows.count { $0.taskID != nil }
        let unacknowledged = rows.reduce(0) { $0 + $1.unacknowledged }
        let faults = rows.reduce(0) { $0 + $1.faults }
        var line =
            "\(connected) of \(rows.count) robots connected, \(working) with a task, \(unacknowledged) reports unacknowledged"
            + (faults > 0 ? ", \(faults) faults" : "")
        // One says why; the others' reasons are likely the same.
        if let row = rows.first(where: \.hasGivenUp) ?? rows.first(where: { !$0.isConnected && $0.trouble != nil }) {
            line += "; \(row.botID): \(row.trouble ?? row.state)"
        }
        return line
    }

    static func text(_ summary: FleetSummary, _ scenario: Scenario = Scenario(), colour: Bool = false) -> String {
        var text = """
            \(summary.robots) robots delivered \(summary.tasksDelivered) tasks (\(summary.tasksDeclined) declined, \
            \(summary.tasksAbandoned) abandoned); picked \(summary.itemsPicked) items, \
            \(summary.itemsUnavailable) not to be had
            \(summary.reportsMade) reports made, \(summary.unacknowledged) unacknowledged, \
            \(summary.reportsRejected) rejected; \(summary.reconnects) reconnects\
            \(summary.failedRobots > 0 ? "; \(summary.failedRobots) robots FAILED" : "")
            """
        if !summary.faults.isEmpty {
            var table = Table(columns: [.init("FAULT"), .init("TIMES", .right), .init("ROBOTS", .right)])
            table.rows = FaultKind.allCases.compactMap { kind in
                summary.faults[kind].map { [.init(kind.rawValue), .init("\($0.times)"), .init("\($0.robots)")] }
            }
            text += "\n\n" + table.lines(colour: colour).joined(separator: "\n")
        }
        let unused = unusedRules(summary, scenario)
        if !unused.isEmpty { text += "\n\nnever struck: fault " + unused.joined(separator: ", fault ") }
        return text
    }

    /// The scenario's rules that never struck, with their numbers from 1: likely not what its author wanted.
    static func unusedRules(_ summary: FleetSummary, _ scenario: Scenario) -> [String] {
        zip(scenario.rules, summary.rulesStruck).enumerated().filter { $0.element.1 == 0 }.map { number, rule in
            "\(number + 1): \(rule.0.name)"
        }
    }
}

extension FleetRow {
    /// It will not come back by itself.
    fileprivate var hasGivenUp: Bool { state == "failed" || state == "refused" }
}
