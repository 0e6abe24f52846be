import Messages
import Web

/// One trip of one robot, as staff see it.
struct TaskDocument: Encodable, Hashable, Sendable {
    var taskId: String
    var listId: String
    /// What follows the list's id in the task's.
    var number: UInt32
    var state: String
    var epoch: UInt64
    var botId: String?
    var stops: [StopDocument]
    /// Units by product.
    var picked: [String: UInt32]
    var unavailable: [String: UInt32]
    var queuedAt: String?
    var canceling: Bool
    var custodyBotId: String?
    var custodyUntil: String?

    init(_ task: DepotV1.Task) {
        taskId = task.taskID
        listId = task.listID
        number = task.taskID.split(separator: "/").last.flatMap { UInt32($0) } ?? 0
        state = task.state.word
        epoch = task.epoch
        botId = task.botID.nonEmpty
        stops = task.stops.map(StopDocument.init)
        picked = task.picked
        unavailable = task.unavailable
        queuedAt = timeText(task.queuedUnixMs)
        canceling = task.canceling
        custodyBotId = task.custodyBotID.nonEmpty
        custodyUntil = timeText(task.custodyUntilUnixMs)
    }
}

/// One store to visit and what to fetch there.
struct StopDocument: Encodable, Hashable, Sendable {
    struct Item: Encodable, Hashable, Sendable {
        var productId: String
        var name: String
        var quantity: UInt32
    }

    var node: String
    var storeId: String
    var storeName: String
    var items: [Item]

    init(_ stop: TypesV1.Stop) {
        node = stop.node
        storeId = stop.storeID
        storeName = stop.storeName
        items = stop.items.map { Item(productId: $0.productID, name: $0.name, quantity: $0.quantity) }
    }
}

extension DepotV1.TaskState {
    /// The state as the API names it.
    var word: String {
        switch self {
        case .queued: "queued"
        case .assigned: "assigned"
        case .accepted: "accepted"
        case .shopping: "shopping"
        case .returning: "returning"
        case .delivered: "delivered"
        case .canceled: "canceled"
        case .inCustody: "in-custody"
        case .unspecified, .unrecognized: "unknown"
        }
    }

    /// Whether nothing can change any more.
    var isFinal: Bool { self == .delivered || self == .canceled }
}
