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

    /// At most the end of time. `nanoseconds` is not negative.
    func advanced(by nanoseconds: Int64) -> MonotonicTime {
        let (sum, overflows) = self.nanoseconds.addingReportingOverflow(nanoseconds)
        return MonotonicTime(nanoseconds: overflows ? .max : sum)
    }

    static func - (left: MonotonicTime, right: MonotonicTime) -> Duration {
        .nanoseconds(left.nanoseconds - right.nanoseconds)
    }
}

/// Counts events in windows of fixed length: a limit on how often a peer may do what costs us more than it costs the
/// peer. Up to twice the limit can fall within one window's length, across a boundary.
struct RateWindow: Hashable, Sendable {
    private var start = MonotonicTime(nanoseconds: 0)
    private var count = 0

    /// Counts one; false when that is over the limit. The limit and the window's length are the same each time.
    mutating func allow(_ limit: Int, perSeconds seconds: Int64 = 1, now: MonotonicTime) -> Bool {
        if now.nanoseconds - start.nanoseconds >= seconds * 1_000_000_000 {
            start = now
            count = 0
        }
        count += 1
        return count <= limit
    }
}
