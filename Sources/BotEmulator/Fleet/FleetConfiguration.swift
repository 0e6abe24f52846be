public import Wire

/// What a fleet of emulated robots is to be.
public struct FleetConfiguration: Sendable {
    /// The robots' names, as their certificates have them.
    public var botIDs: [String]
    /// Where the robots' journals are: each in a folder `DIRECTORY/ID`.
    public var directory: String
    /// Makes a robot's own client with its own certificate; called again for each of its connections.
    public var makeClient: @Sendable (_ botID: String) throws -> WireClient
    /// The same seed gives the same luck.
    public var seed: UInt64 = 1
    /// How many times faster than real the robots live.
    public var speed = 1.0
    /// How often things go wrong, 0 to 1: the chance that a product is missing, and for each robot and minute of its
    /// time the chance that its connection drops; it crashes, losing all but its journal, a quarter as often.
    public var failRate = 0.0
    public var model = "emulated-1"
    public var body = BodyParameters()

    public init(
        botIDs: [String], directory: String, makeClient: @escaping @Sendable (_ botID: String) throws -> WireClient
    ) {
        self.botIDs = botIDs
        self.directory = directory
        self.makeClient = makeClient
    }
}

/// One robot of a fleet at one moment.
public struct FleetRow: Sendable, Hashable {
    public var botID: String
    public var isConnected = false
    /// For people: "waiting", "to store", "picking", …; "starting" before it has a map, "refused" when the gateway will not
    /// have it, "failed" when it gave up for another reason.
    public var state = "starting"
    public var taskID: String?
    /// A store's id, or "depot".
    public var stop: String?
    public var batteryPercent = 0
    /// Reports made and not acknowledged.
    public var unacknowledged = 0
    /// Why it gave up, why it has no connection, or why its last session ended; nil when all is well.
    public var trouble: String?
}

/// What a fleet has done since it was started.
public struct FleetSummary: Sendable, Hashable {
    public var robots = 0
    public var tasksDelivered = 0
    public var tasksDeclined = 0
    public var tasksAbandoned = 0
    public var itemsPicked: UInt64 = 0
    public var itemsUnavailable: UInt64 = 0
    public var reportsMade: UInt64 = 0
    /// Reports made and not acknowledged.
    public var unacknowledged = 0
    public var reportsRejected = 0
    public var directives = 0
    /// Sessions after each robot's first.
    public var reconnects = 0
    public var drops = 0
    public var crashes = 0
    public var failedRobots = 0
}
