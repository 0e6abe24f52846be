import Messages
import Web

/// A robot as staff see it.
struct BotDocument: Encodable, Hashable, Sendable {
    var botId: String
    var state: String
    var online: Bool
    var model: String
    var capacityUnits: UInt32
    var batteryPercent: UInt32
    /// Where it was when it last asked for a task or reached a stop.
    var place: PlaceDocument?
    var taskId: String?
    var custodyTaskId: String?
    var dockId: String?
    var fault: String?
    var retiring: Bool
    var tasksDelivered: UInt64
    /// 0: it has never been here.
    var session: UInt64

    init(_ bot: DepotV1.Bot) {
        botId = bot.botID
        state = bot.state.word
        online = bot.online
        model = bot.model
        capacityUnits = bot.capacityUnits
        batteryPercent = bot.batteryPercent
        place = bot.place.map(PlaceDocument.init)
        taskId = bot.taskID.nonEmpty
        custodyTaskId = bot.custodyTaskID.nonEmpty
        dockId = bot.dockID.nonEmpty
        fault = bot.fault.nonEmpty
        retiring = bot.retiring
        tasksDelivered = bot.tasksDelivered
        session = bot.session
    }
}

extension DepotV1.BotState {
    /// The state as the API names it.
    var word: String {
        switch self {
        case .offline: "offline"
        case .idle: "idle"
        case .waiting: "waiting"
        case .working: "working"
        case .faulted: "faulted"
        case .paused: "paused"
        case .retired: "retired"
        case .lost: "lost"
        case .unspecified, .unrecognized: "unknown"
        }
    }
}
