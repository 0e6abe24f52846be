import BotEmulator
import Foundation

/// Shows a fleet while it works: a live table on a terminal, a line now and then or JSON lines elsewhere.
struct FleetView: Sendable {
    let fleet: Fleet
    let server: HostPort
    let json: Bool

    private static let lineEvery = Duration.seconds(5)

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

    private func showTable(_ terminal: Terminal) async {
        var screen = LiveScreen(terminal: terminal)
        repeat {
            let (width, height) = terminal.size
            let rows = await fleet.rows()
            let heading = Table.paint("\(rows.count) robots at \(server)", .bold, terminal.hasColour) + "  Ctrl-C stops"
            let lines = Self.table(rows).lines(width: width, height: max(3, height - 3), colour: terminal.hasColour)
            screen.draw([heading, ""] + lines)
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

    static func table(_ rows: [FleetRow]) -> Table {
        var table = Table(columns: [
            .init("ROBOT"), .init("LINK"), .init("STATE"), .init("TASK"), .init("STOP"), .init("BATTERY", .right),
            .init("UNACKED", .right), .init("TROUBLE"),
        ])
        table.rows = rows.map { row in
            [
                .init(row.botID), row.isConnected ? .init("up", .good) : .init("down", .warning),
                .init(row.state, row.hasGivenUp ? .bad : row.taskID == nil ? .plain : .active),
                .init(row.taskID ?? ""), .init(row.stop ?? ""),
                .init("\(row.batteryPercent) %", row.batteryPercent < 20 ? .bad : .plain),
                .init("\(row.unacknowledged)"), .init(row.isConnected ? "" : row.trouble ?? "", .dim),
            ]
        }
        return table
    }

    static func line(_ rows: [FleetRow]) -> String {
        let connected = rows.count { $0.isConnected }
        let working = rows.count { $0.taskID != nil }
        let unacknowledged = rows.reduce(0) { $0 + $1.unacknowledged }
        var line =
            "\(connected) of \(rows.count) robots connected, \(working) with a task, \(unacknowledged) reports unacknowledged"
        // One says why; the others' reasons are likely the same.
        if let row = rows.first(where: \.hasGivenUp) ?? rows.first(where: { !$0.isConnected && $0.trouble != nil }) {
            line += "; \(row.botID): \(row.trouble ?? row.state)"
        }
        return line
    }

    static func text(_ summary: FleetSummary) -> String {
        """
        \(summary.robots) robots delivered \(summary.tasksDelivered) tasks (\(summary.tasksDeclined) declined, \
        \(summary.tasksAbandoned) abandoned); picked \(summary.itemsPicked) items, \(summary.itemsUnavailable) not to be had
        \(summary.reportsMade) reports made, \(summary.unacknowledged) unacknowledged, \(summary.reportsRejected) rejected; \
        \(summary.reconnects) reconnects, \(summary.drops) drops, \(summary.crashes) crashes\
        \(summary.failedRobots > 0 ? "; \(summary.failedRobots) robots FAILED" : "")
        """
    }
}

extension FleetRow {
    /// It will not come back by itself.
    fileprivate var hasGivenUp: Bool { state == "failed" || state == "refused" }
}
