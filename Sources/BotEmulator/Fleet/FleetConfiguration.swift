public import Wire

/// What a fleet of emulated robots is to be.
public struct FleetConfiguration: Sendable {
    /// The robots' names, as their certificates have them.
    public var botIDs: [String]
    /// Where the robots' journals are: each in a folder `DIRECTORY/ID`.
    public var directory: String
    /// Makes a robot's own client with its own certificate; called again for each of its connections. The robot's clock
    /// is ahead by `clockSkew`.
    public var makeClient: @Sendable (_ botID: String, _ clockSkew: Duration) throws -> WireClient
    /// The same seed gives the same luck.
    public var seed: UInt64 = 1
    /// How many times faster than real the robots live.
    public var speed = 1.0
    /// How often things go wrong at random, 0 to 1: the chance that a product is missing, and how often each robot's
    /// connection drops in a minute of its time; other faults come less often.
    public var failRate = 0.0
    /// What goes wrong besides.
    public var scenario = Scenario()
    public var model = "emulated-1"
    public var body = BodyParameters()

    public init(
        botIDs: [String], directory: String,
        makeClient: @escaping @Sendable (_ botID: String, _ clockSkew: Duration) throws -> WireClient
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
    /// For people: "waiting", "to store", "picking", …; "starting" before it has a map, "down" after a crash, "stalled",
    /// "flat" and "needs help" for what these say, "refused" when the gateway will not have it, "failed" when it gave up for
    /// another reason.
    public var state = "starting"
    public var taskID: String?
    /// A store's id, or "depot".
    public var stop: String?
    public var batteryPercent = 0
    /// Reports made and not acknowledged.
    public var unacknowledged = 0
    /// Why it gave up, why it has no connection, or why its last session ended; nil when all is well.
    public var trouble: String?
    /// How often something went wrong on purpose.
    public var faults = 0
}
