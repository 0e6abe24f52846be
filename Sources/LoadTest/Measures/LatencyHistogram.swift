/// How often which latency occurred, in microseconds: an HDR histogram.
///
/// Buckets are logarithmic, so that each value is kept to three significant digits (an error of at most 1 in 1,024),
/// from 1 microsecond to one hour. What is above is counted as an hour; `clamped` says how often. Recording is a few
/// instructions; the memory is at most 190 KiB, and no more than the largest value needs. Two histograms merge without
/// loss. After Gil Tene's HdrHistogram (http://hdrhistogram.org).
public struct LatencyHistogram: Hashable, Sendable {
    /// The longest latency that is told apart, in microseconds: one hour.
    public static let longest: UInt64 = 3_600_000_000

    // A bucket covers a power of two with as many equal parts as three digits need. Of each bucket but the first, the
    // lower half is the bucket before.
    private static let partBits = 11
    private static let half = 1 << (partBits - 1)

    private var counts: [UInt64] = []
    /// How many values there are.
    public private(set) var count: UInt64 = 0
    /// How many of them were above an hour.
    public private(set) var clamped: UInt64 = 0
    /// The smallest and the largest, exactly; 0 when there are none.
    public private(set) var minimum: UInt64 = 0
    public private(set) var maximum: UInt64 = 0
    private var sum: UInt64 = 0

    public init() {}

    public var isEmpty: Bool { count == 0 }

    /// The mean of the values, which were kept exactly for it.
    public var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }

    // MARK: Recording

    /// Counts a latency in microseconds.
    public mutating func record(_ microseconds: UInt64) {
        let value = min(microseconds, Self.longest)
        if value < microseconds { clamped += 1 }
        let index = Self.index(of: value)
        if index >= counts.count { grow(to: index) }
        counts[index] += 1
        minimum = count == 0 ? value : min(minimum, value)
        maximum = max(maximum, value)
        count += 1
        // An hour 2^32 times fits.
        sum &+= value
    }

    /// Counts a latency in nanoseconds; below zero is zero.
    public mutating func record(nanoseconds: Int64) {
        record(UInt64(max(0, nanoseconds)) / 1_000)
    }

    private mutating func grow(to index: Int) {
        // A whole bucket more, so that it happens rarely.
        let room = (index / Self.half + 1) * Self.half
        counts += Array(repeating: 0, count: room - counts.count)
    }

    /// Adds everything that the other one counted.
    public mutating func merge(_ other: LatencyHistogram) {
        guard other.count > 0 else { return }
        if counts.count < other.counts.count { grow(to: other.counts.count - 1) }
        for index in other.counts.indices { counts[index] += other.counts[index] }
        minimum = count == 0 ? other.minimum : min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        count += other.count
        clamped += other.clamped
        sum &+= other.sum
    }

    /// Two are equal when they hold the same counts, however much room they have.
    public static func == (left: Self, right: Self) -> Bool {
        guard left.count == right.count, left.clamped == right.clamped, left.minimum == right.minimum,
            left.maximum == right.maximum, left.sum == right.sum
        else { return false }
        let shared = min(left.counts.count, right.counts.count)
        return left.counts[..<shared] == right.counts[..<shared]
            && left.counts[shared...].allSatisfy { $0 == 0 } && right.counts[shared...].allSatisfy { $0 == 0 }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        hasher.combine(sum)
        hasher.combine(maximum)
    }

    // MARK: Reading

    /// The latency that `percent` per cent of the values are not above, in microseconds; 0 when there are none.
    ///
    /// It is the value at rank ⌈percent / 100 × count⌉ (the nearest-rank definition), rounded up to its three digits,
    /// but never above `maximum`.
    public func percentile(_ percent: Double) -> UInt64 {
        percentiles([percent])[0]
    }

    /// Several percentiles in one pass; they must rise.
    public func percentiles(_ percents: [Double]) -> [UInt64] {
        var results: [UInt64] = []
        results.reserveCapacity(percents.count)
        var seen: UInt64 = 0
        var index = -1
        for percent in percents {
            let rank = Self.rank(percent, of: count)
            while seen < rank {
                index += 1
                seen += counts[index]
            }
            results.append(index < 0 ? 0 : min(Self.highest(at: index), maximum))
        }
        return results
    }

    /// How many values are at or below a latency, counted by buckets: those in its own are all in.
    public func count(atOrBelow microseconds: UInt64) -> UInt64 {
        let index = min(Self.index(of: min(microseconds, Self.longest)), counts.count - 1)
        return index < 0 ? 0 : counts[...index].reduce(0, +)
    }

    /// The nearest rank, from 1; 0 when there is nothing to rank.
    static func rank(_ percent: Double, of count: UInt64) -> UInt64 {
        if count == 0 { return 0 }
        let exact = min(max(percent, 0), 100) / 100 * Double(count)
        // 99.9 per cent of 1,000 are 999, whatever binary fractions make of it.
        return min(max(UInt64((exact - 1e-9 * exact).rounded(.up)), 1), count)
    }

    // MARK: Buckets

    static func index(of value: UInt64) -> Int {
        let bucket = max(0, UInt64.bitWidth - value.leadingZeroBitCount - partBits)
        return bucket * half + Int(value >> UInt64(bucket))
    }

    /// The largest value that is counted at this index.
    static func highest(at index: Int) -> UInt64 {
        let bucket = max(0, index / half - 1)
        return (UInt64(index - bucket * half + 1) << UInt64(bucket)) - 1
    }
}
