/// How much of a robot's telemetry is let through: a pure rule.
///
/// Telemetry is live, so it is the first to give way: when the gateway's threads fall behind, each robot's is let through
/// less often, long before a report waits for lack of time.
struct TelemetryThinning: Sendable, Hashable {
    /// How often robots are asked for it, in milliseconds; 0: not at all.
    let intervalMs: UInt32
    /// An event loop that is later than this has too much to do.
    let lagLimit: Duration

    init(_ limits: GatewayLimits) {
        intervalMs = limits.telemetryIntervalMs
        lagLimit = limits.telemetryLagLimit
    }

    /// The least time between two of one robot that are let through; nil: none is wanted.
    ///
    /// - Parameter lag: how late the robot's event loop is.
    func gap(lag: Duration) -> Duration? {
        guard intervalMs > 0 else { return nil }
        guard lag > lagLimit else { return .zero }
        let interval = Duration.milliseconds(Int64(intervalMs))
        // Every second one, and half as many again each time that the lag doubles, down to one of 32.
        var (skipped, limit) = (2, lagLimit * 2)
        while lag > limit, skipped < 32 { (skipped, limit) = (skipped * 2, limit * 2) }
        // Robots are not on time to the millisecond: one in time for its turn is let through.
        return interval * skipped - interval / 2
    }
}
