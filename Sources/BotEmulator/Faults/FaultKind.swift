/// What can go wrong with an emulated robot. The raw value is its name in scenario files and in results.
public enum FaultKind: String, CaseIterable, Sendable, Hashable {
    /// The connection is cut, and none is made for as long as it lasts.
    case drop
    /// All but the journal is lost; the robot starts again when it is over.
    case crash
    /// The robot's software hangs: its connection stays, nothing is said, the body stands still.
    case stall
    /// A product is not on its shelf.
    case outOfStock = "out-of-stock"
    /// The battery is nearly empty at once. A robot whose battery is flat stands silent until it is fetched.
    case battery
    /// A second robot with the same name and certificate connects.
    case duplicate
    /// The robot's clock is wrong from now on, also when it checks certificates.
    case clockSkew = "clock-skew"
    /// The next task is declined.
    case decline
    /// The robot stands still and calls for help.
    case needsHelp = "needs-help"
    /// The task is given up, with what was picked still in the robot.
    case abandon

    /// How long it lasts when nothing else is said, in real milliseconds; nil: it is over at once, or never.
    public var usualMs: Int64? {
        switch self {
        case .drop: 0
        case .crash: 5_000
        // Longer than a lease.
        case .stall: 90_000
        case .battery: 60_000
        case .duplicate: 10_000
        case .needsHelp: 30_000
        case .outOfStock, .clockSkew, .decline, .abandon: nil
        }
    }

    /// How often it strikes a robot in a minute of its time at `--fail-rate 1`; 0: not by the minute. What is missing from
    /// shelves is drawn for each product instead, by the body.
    var usualRate: Double {
        switch self {
        case .drop: 1
        case .crash: 1 / 4
        case .decline, .needsHelp: 1 / 8
        case .abandon, .duplicate: 1 / 16
        case .stall, .battery: 1 / 32
        case .outOfStock, .clockSkew: 0
        }
    }
}

/// One fault that strikes now.
public struct Fault: Sendable, Hashable {
    public var kind: FaultKind
    /// In real milliseconds; 0: over at once.
    public var lastsMs: Int64 = 0
    /// What is left in the battery, in percent.
    public var percent: Int64 = 1
    /// How far the clock is ahead, in milliseconds.
    public var skewMs: Int64 = 0

    public init(_ kind: FaultKind, lastsMs: Int64? = nil) {
        self.kind = kind
        self.lastsMs = lastsMs ?? kind.usualMs ?? 0
    }
}
