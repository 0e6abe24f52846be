/// How often a kind of fault has struck, and how many robots.
public struct FaultCount: Sendable, Hashable {
    public var times: Int
    public var robots: Int
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
    public var failedRobots = 0
    /// What went wrong on purpose.
    public var faults: [FaultKind: FaultCount] = [:]
    /// How often each of the scenario's rules has struck, in their order.
    public var rulesStruck: [Int] = []

    public init() {}

    mutating func add(_ other: FleetSummary) {
        robots += other.robots
        tasksDelivered += other.tasksDelivered
        tasksDeclined += other.tasksDeclined
        tasksAbandoned += other.tasksAbandoned
        itemsPicked += other.itemsPicked
        itemsUnavailable += other.itemsUnavailable
        reportsMade += other.reportsMade
        unacknowledged += other.unacknowledged
        reportsRejected += other.reportsRejected
        directives += other.directives
        reconnects += other.reconnects
        failedRobots += other.failedRobots
        faults.merge(other.faults) { FaultCount(times: $0.times + $1.times, robots: $0.robots + $1.robots) }
        if rulesStruck.isEmpty { rulesStruck = other.rulesStruck.map { _ in 0 } }
        for (rule, times) in other.rulesStruck.enumerated() { rulesStruck[rule] += times }
    }
}
