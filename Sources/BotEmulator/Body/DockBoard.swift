/// Which robot charges at which dock. There is room for one; the others wait beside it.
public struct DockBoard: Sendable {
    private var holders: [String: String] = [:]

    public init() {}

    /// Takes a dock, or keeps it.
    ///
    /// - Returns: whether it is this robot's.
    mutating func claim(_ dock: String, for bot: String) -> Bool {
        let holder = holders[dock, default: bot]
        holders[dock] = holder
        return holder == bot
    }

    /// Gives up whatever dock the robot has.
    public mutating func release(by bot: String) {
        holders = holders.filter { $0.value != bot }
    }
}
