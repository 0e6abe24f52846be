import Messages

/// What one order needs, and the tasks that fetch it.
struct ShoppingList: Hashable, Sendable {
    /// The order's id.
    let id: String
    /// 1 for the first list ever made: a page's token.
    let number: UInt64
    var state = DepotV1.ListState.created
    var stops: [TypesV1.Stop]
    var taskIDs: [String] = []
    /// How many of the tasks have not ended. Follows from them.
    var openTasks = 0

    init(id: String, number: UInt64, stops: [TypesV1.Stop]) {
        self.id = id
        self.number = number
        self.stops = stops
    }

    var hasEnded: Bool { state == .ready || state == .canceled }
}
