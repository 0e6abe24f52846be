import Messages

/// Robots and tasks for a person to read.
enum FleetText {
    // MARK: Robots

    static func table(_ bots: [DepotV1.Bot]) -> Table {
        var table = Table(columns: columns)
        table.rows = bots.map(row)
        return table
    }

    private static let columns: [Table.Column] = [
        .init("ROBOT"), .init("STATE"), .init("TASK"), .init("BATTERY", .right), .init("CARRIES", .right),
        .init("DELIVERED", .right), .init("DOCK"), .init("NOTES"),
    ]

    private static func row(_ bot: DepotV1.Bot) -> [Table.Cell] {
        [
            .init(bot.botID), state(bot), .init(bot.taskID), battery(bot), .init("\(bot.capacityUnits)"),
            .init("\(bot.tasksDelivered)"), .init(bot.dockID), .init(notes(bot).joined(separator: "; "), .dim),
        ]
    }

    /// For lines one after the other: what the table says, without a heading.
    static func line(_ bot: DepotV1.Bot) -> String {
        ([bot.botID, BotStateName.word(bot.state), bot.taskID, battery(bot).text] + notes(bot))
            .filter { !$0.isEmpty }.joined(separator: "  ")
    }

    private static func state(_ bot: DepotV1.Bot) -> Table.Cell {
        let word = BotStateName.word(bot.state)
        return switch bot.state {
        case .working: Table.Cell(word, .active)
        case .waiting, .idle: Table.Cell(word, .good)
        case .faulted, .lost: Table.Cell(word, .bad)
        case .offline, .paused: Table.Cell(word, .warning)
        default: Table.Cell(word)
        }
    }

    /// As it was when the robot last asked for a task; one that never did has said nothing.
    private static func battery(_ bot: DepotV1.Bot) -> Table.Cell {
        guard bot.batteryPercent > 0 else { return .init("-") }
        return .init("\(bot.batteryPercent) %", bot.batteryPercent < 20 ? .bad : .plain)
    }

    private static func notes(_ bot: DepotV1.Bot) -> [String] {
        var notes: [String] = []
        if bot.retiring { notes.append("to be retired") }
        if !bot.custodyTaskID.isEmpty { notes.append("has items of \(bot.custodyTaskID)") }
        if !bot.fault.isEmpty { notes.append(bot.fault) }
        return notes
    }

    static func card(_ bot: DepotV1.Bot) -> String {
        var rows = [
            ("robot", bot.botID), ("state", BotStateName.word(bot.state) + (bot.retiring ? ", to be retired" : "")),
        ]
        func add(_ name: String, _ text: String) { if !text.isEmpty { rows.append((name, text)) } }
        add("model", bot.model)
        add("carries", "\(bot.capacityUnits) units")
        add("task", bot.taskID)
        add("custody", bot.custodyTaskID.isEmpty ? "" : "items of \(bot.custodyTaskID)")
        add("fault", bot.fault)
        add("battery", battery(bot).text)
        add("place", bot.place.map { "floor \($0.floor), x \(metres($0.xMm)), y \(metres($0.yMm))" } ?? "")
        add("dock", bot.dockID)
        add("delivered", "\(bot.tasksDelivered) \(bot.tasksDelivered == 1 ? "task" : "tasks")")
        return text(rows)
    }

    private static func metres(_ millimetres: Int32) -> String {
        let tenths = (Int(millimetres) + (millimetres < 0 ? -50 : 50)) / 100
        return "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10).\(tenths.magnitude % 10) m"
    }

    // MARK: Tasks

    static func table(_ tasks: [DepotV1.Task]) -> String {
        guard !tasks.isEmpty else { return "no tasks" }
        var table = Table(columns: [
            .init("TASK"), .init("STATE"), .init("ROBOT"), .init("STOPS", .right), .init("UNITS", .right),
            .init("PICKED", .right),
        ])
        table.rows = tasks.map { task in
            [
                .init(task.taskID), .init(state(task)), .init(robot(task)), .init("\(task.stops.count)"),
                .init("\(units(task))"), .init("\(task.picked.values.reduce(0) { $0 + Int($1) })"),
            ]
        }
        return table.lines().joined(separator: "\n")
    }

    static func card(_ task: DepotV1.Task) -> String {
        var rows = [("task", task.taskID), ("state", state(task))]
        if !robot(task).isEmpty { rows.append(("robot", robot(task))) }
        let picked = task.picked.values.reduce(0) { $0 + Int($1) }
        rows.append(("units", "\(units(task))" + (picked > 0 ? ", \(picked) picked" : "")))
        rows.append(
            ("stops", task.stops.map { $0.storeName.isEmpty ? $0.storeID : $0.storeName }.joined(separator: ", ")))
        return text(rows)
    }

    private static func state(_ task: DepotV1.Task) -> String {
        TaskStateName.word(task.state) + (task.canceling ? ", to be cancelled" : "")
    }

    private static func robot(_ task: DepotV1.Task) -> String {
        task.botID.isEmpty ? task.custodyBotID : task.botID
    }

    private static func units(_ task: DepotV1.Task) -> Int {
        task.stops.reduce(0) { $0 + $1.items.reduce(0) { $0 + Int($1.quantity) } }
    }

    private static func text(_ rows: [(name: String, text: String)]) -> String {
        let width = rows.reduce(0) { max($0, $1.name.count) } + 3
        return rows.map { $0.name + String(repeating: " ", count: width - $0.name.count) + $0.text }
            .joined(separator: "\n")
    }
}
