/// A point in time of a clock that only goes forward, as whoever runs a machine passes it in.
struct MonotonicTime: Hashable, Comparable, Sendable {
    /// Since an origin that does not matter.
    var nanoseconds: Int64

    static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.nanoseconds < right.nanoseconds }

    static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
        let (seconds, attoseconds) = duration.components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return MonotonicTime(nanoseconds: seconds < 0 ? 0 : .max) }
        let (sum, overflows) = time.nanoseconds.addingReportingOverflow(product + attoseconds / 1_000_000_000)
        return MonotonicTime(nanoseconds: overflows ? .max : sum)
    }

    static func - (left: MonotonicTime, right: MonotonicTime) -> Duration {
        .nanoseconds(left.nanoseconds - right.nanoseconds)
    }
}

/// Counts events in windows of fixed length: a limit on how often a peer may do what costs us more than it costs the
/// peer. Up to twice the limit can fall within one window's length, across a boundary.
struct RateWindow: Hashable, Sendable {
    private let length: Duration
    private let limit: Int
    private var start = MonotonicTime(nanoseconds: 0)
    private var count = 0

    init(_ limit: Int, per length: Duration) {
        self.limit = limit
        self.length = length
    }

    /// Counts one; false when that is over the limit.
    mutating func allow(now: MonotonicTime) -> Bool {
        if now >= start + length {
            start = now
            count = 0
        }
        count += 1
        return count <= limit
    }
}
