/// How long to wait between attempts to connect: gRPC's exponential backoff.
///
/// See https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md.
public struct WireBackoff: Hashable, Sendable {
    public var initial = Duration.seconds(1)
    public var multiplier = 1.6
    public var maximum = Duration.seconds(120)
    /// Each wait is varied at random by up to this part of itself, in both directions.
    public var jitter = 0.2

    public init() {}

    /// The wait before attempt number `attempt` (1: the first after a failure). `random` is in -1...1.
    public func delay(attempt: Int, random: Double) -> Duration {
        let base = initial / .seconds(1)
        let limit = maximum / .seconds(1)
        var delay = base
        for _ in 1..<max(attempt, 1) where delay < limit { delay *= multiplier }
        return .seconds(min(delay, limit) * (1 + jitter * random))
    }
}
