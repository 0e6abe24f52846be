import Messages

/// What one order needs, and the tasks that fetch it.
struct ShoppingList: Hashable, Sendable {
    /// The order's id.
    let id: String
    var state = DepotV1.ListState.created
    var stops: [TypesV1.Stop]
    var taskIDs: [String] = []
    /// How many of the tasks have not ended. Follows from them.
    var openTasks = 0

    init(id: String, stops: [TypesV1.Stop]) {
        self.id = id
        self.stops = stops
    }

    var hasEnded: Bool { state == .ready || state == .canceled }
}
