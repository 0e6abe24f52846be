import Foundation
import Kernel
import Messages
import NIOCore

@testable import StaffGateway

/// Things of a mall for the tests, and a client as a page is one.
enum Make {
    static let now = Timestamp(unixMs: 1_700_000_000_000)

    static func bot(_ id: String, _ state: DepotV1.BotState = .idle, task: String = "", fault: String = "")
        -> LiveEntity
    {
        .bot(
            DepotV1.Bot(
                botID: id, state: state, model: "m", capacityUnits: 10, online: state != .offline, taskID: task,
                session: 1, fault: fault))
    }

    static func task(_ id: String, _ state: DepotV1.TaskState = .queued, bot: String = "") -> LiveEntity {
        let list = String(id.prefix { $0 != "/" })
        return .task(DepotV1.Task(taskID: id, listID: list, state: state, epoch: 1, botID: bot))
    }

    static func list(_ id: String, _ state: DepotV1.ListState = .available) -> LiveEntity {
        .list(DepotV1.ShoppingList(listID: id, state: state, taskIds: ["\(id)/1"]))
    }

    static func order(
        _ id: String, _ state: OrdersV1.OrderState = .placed, paid: Bool = false, version: UInt64 = 1
    ) -> LiveEntity {
        .order(
            OrdersV1.Order(
                orderID: id, state: state, paid: paid, pickupCode: "ABC234", placedUnixMs: now.unixMs,
                readyUnixMs: state == .ready ? now.unixMs : 0, version: version))
    }

    static func store(_ id: String, _ name: String = "Bakery") -> LiveEntity {
        .store(StoresV1.Store(storeID: id, name: name, category: "Food", node: "n1", participating: true))
    }

    static func product(_ id: String, stock: UInt32 = 3) -> LiveEntity {
        .product(StoresV1.Product(productID: id, storeID: "bakery", name: "Bread", stock: stock, sizeUnits: 1))
    }
}

extension ByteBuffer {
    var object: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(readableBytesView))) as? [String: Any] ?? [:]
    }
}

/// A client that folds what it gets, as docs/staff-live.md tells it to.
struct FoldingClient {
    /// By section and id, each as JSON with sorted keys.
    private(set) var things: [String: [String: String]] = [:]
    private(set) var position: String?
    private(set) var isWhole = false
    private(set) var counts: [String: Int] = [:]
    private(set) var telemetry: [[String: Any]] = []
    private(set) var problems: [String] = []

    mutating func take(_ message: ByteBuffer) {
        let object = message.object
        let type = object["type"] as? String ?? "not JSON"
        counts[type, default: 0] += 1
        switch type {
        case "telemetry":
            telemetry.append(object)
            return
        case "error":
            problems.append((object["problem"] as? [String: Any])?["type"] as? String ?? "")
            return
        case "resumed": isWhole = true
        case "snapshot":
            // Of its topic everything; a client may follow several.
            if object["part"] as? Int == 1 {
                for section in (object["data"] as? [String: Any] ?? [:]).keys { things[section] = nil }
            }
            isWhole = object["last"] as? Bool ?? false
        default: break
        }
        position = object["position"] as? String ?? position
        for (field, value) in object["data"] as? [String: Any] ?? [:] {
            if field.hasPrefix("removed") {
                for id in value as? [String] ?? [] {
                    for section in Self.sections(of: field, in: object["data"]) { things[section]?[id] = nil }
                }
            } else {
                for entity in value as? [[String: Any]] ?? [] { put(entity, in: field) }
            }
        }
    }

    private mutating func put(_ entity: [String: Any], in section: String) {
        let names = [
            "orders": "order_id", "bots": "bot_id", "tasks": "task_id", "lists": "list_id", "stores": "store_id",
            "products": "product_id", "alerts": "alert_id",
        ]
        guard let name = names[section], let id = entity[name] as? String else { return }
        let state = entity["state"] as? String
        let isLast =
            section == "tasks" && (state == "delivered" || state == "canceled")
            || section == "lists" && state == "canceled"
        let text = try? JSONSerialization.data(withJSONObject: entity, options: [.sortedKeys, .withoutEscapingSlashes])
        things[section, default: [:]][id] = isLast ? nil : String(decoding: text ?? Data(), as: UTF8.self)
    }

    private static func sections(of field: String, in data: Any?) -> [String] {
        if field != "removed" { return [String(field.dropFirst("removed_".count))] }
        return ((data as? [String: Any])?.keys).map { $0.filter { !$0.hasPrefix("removed") } } ?? []
    }
}

extension TopicBoard {
    /// What a client should have, by section and id.
    func expected(_ topic: BoardTopic, for audience: Audience) throws -> [String: [String: String]] {
        var found: [String: [String: String]] = [:]
        for entity in present {
            guard let section = topic.sections.first(where: { $0.kind == entity.key.kind }) else { continue }
            let object = try entity.json(for: audience).object
            let text = try JSONSerialization.data(
                withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
            found[section.name, default: [:]][entity.key.id] = String(decoding: text, as: UTF8.self)
        }
        return found
    }
}
