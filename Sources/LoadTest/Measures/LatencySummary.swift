/// A histogram in the numbers that people ask for: microseconds.
public struct LatencySummary: Hashable, Sendable, Encodable {
    public var count: UInt64
    public var min: UInt64
    public var mean: Double
    public var p50: UInt64
    public var p90: UInt64
    public var p99: UInt64
    public var p999: UInt64
    public var p9999: UInt64
    public var max: UInt64

    public init(_ histogram: LatencyHistogram) {
        let percentiles = histogram.percentiles([50, 90, 99, 99.9, 99.99])
        count = histogram.count
        min = histogram.minimum
        mean = (histogram.mean * 10).rounded() / 10
        p50 = percentiles[0]
        p90 = percentiles[1]
        p99 = percentiles[2]
        p999 = percentiles[3]
        p9999 = percentiles[4]
        max = histogram.maximum
    }

    enum CodingKeys: String, CodingKey {
        case count, min, mean, p50, p90, p99
        case p999 = "p99.9"
        case p9999 = "p99.99"
        case max
    }
}

/// One point of a latency curve: so many per cent of the values are not above so many microseconds.
public struct LatencyPoint: Hashable, Sendable {
    public var percent: Double
    public var microseconds: UInt64
}

extension LatencyHistogram {
    /// The whole distribution in points that stand evenly where "nines" are a scale: 0, half of what is left, and so on,
    /// five between a half and the next, down to the last single value.
    public var curve: [LatencyPoint] {
        guard count > 0 else { return [] }
        var percents: [Double] = []
        var left = 100.0
        let last = 100.0 / Double(count)
        while left > last {
            for step in 0..<5 { percents.append(100 - left * (1 - Double(step) / 10)) }
            left /= 2
        }
        percents.append(100)
        return zip(percents, percentiles(percents)).map { LatencyPoint(percent: $0, microseconds: $1) }
    }
}
