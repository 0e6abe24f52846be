/// How a load test goes, for who watches it.
public struct LoadProgress: Hashable, Sendable {
    public enum Phase: Hashable, Sendable {
        case connecting, measuring
        /// Nothing more is due; what is on its way may arrive.
        case finishing
    }

    public var phase: Phase
    /// Seconds since this phase began, and how long it will take.
    public var elapsed: Double
    public var length: Double
    /// Robots with a session, and how many are to have one.
    public var connected: Int
    public var robots: Int
    /// The newest whole second; nil in the first.
    public var second: LoadSecond?
    /// From due to answered, so far: microseconds; nil: nothing was answered.
    public var p50: UInt64?
    public var p99: UInt64?
    public var errors: UInt64
}

/// Why a load test cannot be, or what kept it from being one.
public struct LoadFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// For people: what is wrong and what to do.
    public var description: String
    init(_ description: String) { self.description = description }
}
