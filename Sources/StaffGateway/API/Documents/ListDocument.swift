import Messages

/// What one order needs, as staff see it.
struct ListDocument: Encodable, Hashable, Sendable {
    /// The order's id.
    var listId: String
    var state: String
    var stops: [StopDocument]
    var taskIds: [String]
    /// Only where one list is asked for.
    var tasks: [TaskDocument]?

    init(_ list: DepotV1.ShoppingList, tasks: [DepotV1.Task]? = nil) {
        listId = list.listID
        state = list.state.word
        stops = list.stops.map(StopDocument.init)
        taskIds = list.taskIds
        self.tasks = tasks?.map(TaskDocument.init)
    }
}

extension DepotV1.ListState {
    /// The state as the API names it.
    var word: String {
        switch self {
        case .created: "created"
        case .available: "available"
        case .ready: "ready"
        case .canceling: "canceling"
        case .canceled: "canceled"
        case .unspecified, .unrecognized: "unknown"
        }
    }
}
