import Messages
import NIOCore
import Web

/// What kind of thing a topic has.
enum EntityKind: Hashable, Sendable {
    case order, bot, task, list, store, product, alert, sighting
}

/// Names one thing in a topic.
struct EntityKey: Hashable, Sendable {
    var kind: EntityKind
    var id: String
}

/// Who sees it: pickup codes are for those who hand orders over.
enum Audience: Int, Hashable, Sendable, CaseIterable {
    case viewer = 0
    case clerk = 1
}

/// One thing in a topic, whole.
enum LiveEntity: Hashable, Sendable {
    case order(OrdersV1.Order)
    case bot(DepotV1.Bot)
    case task(DepotV1.Task)
    case list(DepotV1.ShoppingList)
    case store(StoresV1.Store)
    case product(StoresV1.Product)
    case alert(Alert)
    case sighting(RobotSighting)

    var key: EntityKey {
        switch self {
        case .order(let order): EntityKey(kind: .order, id: order.orderID)
        case .bot(let bot): EntityKey(kind: .bot, id: bot.botID)
        case .task(let task): EntityKey(kind: .task, id: task.taskID)
        case .list(let list): EntityKey(kind: .list, id: list.listID)
        case .store(let store): EntityKey(kind: .store, id: store.storeID)
        case .product(let product): EntityKey(kind: .product, id: product.productID)
        case .alert(let alert): EntityKey(kind: .alert, id: alert.alertId)
        case .sighting(let sighting): EntityKey(kind: .sighting, id: sighting.botID)
        }
    }

    /// Whether this is the last that is told of it: it is gone then without being told so.
    var isLastWord: Bool {
        switch self {
        case .task(let task): task.state.isFinal
        case .list(let list): list.state == .canceled
        default: false
        }
    }

    /// As a JSON object; a sighting without its closing brace, because its age follows.
    func json(for audience: Audience) throws -> ByteBuffer {
        switch self {
        case .order(let order):
            var document = OrderDocument(order)
            if audience == .viewer { document.pickupCode = nil }
            return try JSON.encode(document)
        case .bot(let bot): return try JSON.encode(BotDocument(bot))
        case .task(let task): return try JSON.encode(TaskDocument(task))
        case .list(let list): return try JSON.encode(ListDocument(list))
        case .store(let store): return try JSON.encode(StaffStoreDocument(store))
        case .product(let product): return try JSON.encode(ProductDocument(product))
        case .alert(let alert): return try JSON.encode(alert)
        case .sighting(let sighting): return sighting.openJSON
        }
    }

    /// Whether audiences see it differently.
    var differsByAudience: Bool {
        if case .order = self { true } else { false }
    }
}

extension RobotSighting {
    /// A robot's telemetry as staff see it, but for its age and the closing brace.
    ///
    /// Put together by hand: of all that is sent, this is what is sent most.
    var openJSON: ByteBuffer {
        var text = ByteBuffer()
        text.reserveCapacity(224)
        text.writeString("{\"bot_id\":\(botID.quoted)")
        if let place = telemetry.place {
            text.writeString(",\"place\":{\"floor\":\(place.floor),\"x_mm\":\(place.xMm),\"y_mm\":\(place.yMm)}")
        }
        text.writeString(",\"heading_degrees\":\(telemetry.headingDegrees)")
        text.writeString(",\"speed_mm_per_s\":\(telemetry.speedMmPerS)")
        text.writeString(",\"battery_percent\":\(telemetry.batteryPercent)")
        if !telemetry.taskID.isEmpty { text.writeString(",\"task_id\":\(telemetry.taskID.quoted)") }
        text.writeString(",\"distance_left_mm\":\(telemetry.distanceLeftMm)")
        return text
    }
}
