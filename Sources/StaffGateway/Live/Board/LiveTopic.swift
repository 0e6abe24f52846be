import HTTPTypes
import Web

/// What a client can subscribe to.
enum LiveTopic: Hashable, Sendable {
    /// Many things at a glance; all its subscribers see the same.
    case board(BoardTopic)
    case order(String)
    case bot(String)

    /// - Throws: a `Problem` that says which topics there are.
    init(_ text: String) throws(Problem) {
        if let topic = BoardTopic(rawValue: text) {
            self = .board(topic)
            return
        }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        switch (parts.first, parts.count == 2 ? String(parts[1]) : "") {
        case ("order", let id) where !id.isEmpty: self = .order(id)
        case ("bot", let id) where !id.isEmpty: self = .bot(id)
        default:
            let all = BoardTopic.allCases.map(\.rawValue) + ["order/ID", "bot/ID"]
            throw Problem(
                kind: "unknown-topic", status: .notFound, title: "There is no such topic",
                detail: "'\(text)' is no topic; there are \(all.joined(separator: ", ")).")
        }
    }

    /// Whether it has telemetry.
    var hasTelemetry: Bool {
        switch self {
        case .board(let topic): topic == .fleet
        case .bot: true
        case .order: false
        }
    }
}

/// A topic with many things in it.
enum BoardTopic: String, Hashable, Sendable, CaseIterable {
    case orders
    case fleet
    case lists
    case stores
    case alerts

    /// What is in it, in the order in which a message has it.
    var sections: [Section] {
        switch self {
        case .orders: [Section(kind: .order, name: "orders", removed: "removed")]
        case .fleet:
            [
                Section(kind: .bot, name: "bots", removed: "removed_bots"),
                Section(kind: .task, name: "tasks", removed: "removed_tasks"),
            ]
        case .lists: [Section(kind: .list, name: "lists", removed: "removed")]
        case .stores:
            [
                Section(kind: .store, name: "stores", removed: "removed_stores"),
                Section(kind: .product, name: "products", removed: "removed_products"),
            ]
        case .alerts: [Section(kind: .alert, name: "alerts", removed: "removed")]
        }
    }

    /// One kind of things in a message, and its fields there.
    struct Section: Hashable, Sendable {
        var kind: EntityKind
        var name: String
        /// Where the ids are of those that are gone.
        var removed: String
    }
}
