/// An instant, in milliseconds since 1970-01-01T00:00Z.
public struct Timestamp: Hashable, Comparable, Sendable {
    public var unixMs: Int64

    public init(unixMs: Int64) {
        self.unixMs = unixMs
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.unixMs < right.unixMs
    }

    /// Rounds down to whole milliseconds.
    public static func + (left: Timestamp, right: Duration) -> Timestamp {
        Timestamp(unixMs: left.unixMs + right.wholeMilliseconds)
    }

    public static func - (left: Timestamp, right: Duration) -> Timestamp {
        Timestamp(unixMs: left.unixMs - right.wholeMilliseconds)
    }

    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .milliseconds(left.unixMs - right.unixMs)
    }
}

extension Duration {
    var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
