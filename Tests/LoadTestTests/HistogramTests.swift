import Testing

@testable import LoadTest

@Suite struct HistogramTests {
    /// The same numbers in each run.
    struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    static let percents = [0, 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 99.999, 100]

    /// Values of every size, with many that are alike.
    static func values(_ count: Int, seed: UInt64) -> [UInt64] {
        var dice = Dice(state: seed)
        return (0..<count).map { _ in
            let bits = UInt64.random(in: 0...31, using: &dice)
            return min(UInt64.random(in: 0...(1 << bits), using: &dice), LatencyHistogram.longest)
        }
    }

    private func histogram(_ values: some Sequence<UInt64>) -> LatencyHistogram {
        var histogram = LatencyHistogram()
        for value in values { histogram.record(value) }
        return histogram
    }

    @Test func itIsEmptyAtFirst() {
        let empty = LatencyHistogram()
        #expect(empty.isEmpty && empty.count == 0 && empty.maximum == 0 && empty.minimum == 0 && empty.mean == 0)
        #expect(empty.percentiles([0, 50, 100]) == [0, 0, 0])
        #expect(empty.curve.isEmpty)
        #expect(empty.count(atOrBelow: 100) == 0)
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>) func percentilesAreThoseOfTheSortedValuesToThreeDigits(seed: UInt64)
    {
        let values = Self.values([1, 2, 3, 10, 999, 1_000, 5_000][Int(seed % 7)], seed: seed)
        let sorted = values.sorted()
        let histogram = histogram(values)
        #expect(histogram.count == UInt64(values.count))
        #expect(histogram.minimum == sorted.first)
        #expect(histogram.maximum == sorted.last)
        let sum = values.reduce(0.0) { $0 + Double($1) }
        #expect(abs(histogram.mean - sum / Double(values.count)) <= 1e-9 * sum)
        for (percent, found) in zip(Self.percents, histogram.percentiles(Self.percents)) {
            let rank = LatencyHistogram.rank(percent, of: histogram.count)
            let exact = sorted[Int(rank) - 1]
            #expect(found >= exact, "p\(percent) of \(values.count) values")
            #expect(Double(found) <= Double(exact) * (1 + 1.0 / 1_024), "p\(percent) of \(values.count) values")
        }
    }

    @Test func valuesUpTo2047AreExact() {
        for value in 0...2_047 as ClosedRange<UInt64> {
            let index = LatencyHistogram.index(of: value)
            #expect(index == Int(value) && LatencyHistogram.highest(at: index) == value)
        }
    }

    @Test func bucketsCoverEverythingOnceAndInOrder() {
        // Each index begins right after the one before ends.
        var previous: UInt64 = 0
        for index in 1...LatencyHistogram.index(of: LatencyHistogram.longest) {
            let highest = LatencyHistogram.highest(at: index)
            #expect(highest > previous)
            #expect(LatencyHistogram.index(of: highest) == index)
            #expect(LatencyHistogram.index(of: previous + 1) == index)
            #expect(Double(highest - previous - 1) <= Double(previous + 1) / 1_024)
            previous = highest
        }
        #expect(previous >= LatencyHistogram.longest)
    }

    @Test func theNearestRankIsWhatThePercentMeans() {
        #expect(LatencyHistogram.rank(99.9, of: 1_000) == 999)
        #expect(LatencyHistogram.rank(99.9, of: 1_001) == 1_000)
        #expect(LatencyHistogram.rank(50, of: 4) == 2)
        #expect(LatencyHistogram.rank(50, of: 5) == 3)
        #expect(LatencyHistogram.rank(0, of: 5) == 1)
        #expect(LatencyHistogram.rank(100, of: 5) == 5)
        #expect(LatencyHistogram.rank(99.99, of: 1_000_000) == 999_900)
        #expect(LatencyHistogram.rank(150, of: 5) == 5)
    }

    @Test func whatIsAboveAnHourIsCountedAsOne() {
        let histogram = histogram([1, LatencyHistogram.longest, LatencyHistogram.longest + 1, .max])
        #expect(histogram.maximum == LatencyHistogram.longest)
        #expect(histogram.clamped == 2)
        #expect(histogram.percentile(100) == LatencyHistogram.longest)
        #expect(histogram.count == 4)
    }

    @Test func nanosecondsAreRoundedDownAndNeverBelowZero() {
        var histogram = LatencyHistogram()
        for nanoseconds in [-5, 0, 999, 1_000, 1_999] as [Int64] { histogram.record(nanoseconds: nanoseconds) }
        #expect(histogram.count(atOrBelow: 0) == 3)
        #expect(histogram.maximum == 1)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>) func mergingIsTheSameAsRecordingEverything(seed: UInt64) {
        let values = Self.values(2_000, seed: seed)
        var dice = Dice(state: seed)
        var parts = [LatencyHistogram(), LatencyHistogram(), LatencyHistogram()]
        for value in values { parts[Int.random(in: 0..<3, using: &dice)].record(value) }
        let whole = histogram(values)
        var forwards = LatencyHistogram()
        for part in parts { forwards.merge(part) }
        var backwards = LatencyHistogram()
        for part in parts.reversed() { backwards.merge(part) }
        #expect(forwards == whole && backwards == whole)
        #expect(forwards.hashValue == whole.hashValue)
        // With nothing, nothing changes.
        forwards.merge(LatencyHistogram())
        #expect(forwards == whole)
        forwards.record(1)
        #expect(forwards != whole)
    }

    @Test func countsBelowAValueAreThoseOfItsBuckets() {
        let histogram = histogram(1...1_000)
        #expect(histogram.count(atOrBelow: 0) == 0)
        #expect(histogram.count(atOrBelow: 500) == 500)
        #expect(histogram.count(atOrBelow: .max) == 1_000)
    }

    @Test func itsMemoryIsNoMoreThanTheLargestValueNeeds() {
        #expect(LatencyHistogram.index(of: LatencyHistogram.longest) < 24_000)
        // A millisecond is within the first two thousand counts.
        #expect(LatencyHistogram.index(of: 1_000) < 2_048)
    }

    @Test(arguments: [1, 2, 7, 100, 12_345]) func theCurveRisesToTheLongest(count: Int) {
        let histogram = histogram(Self.values(count, seed: 5))
        let curve = histogram.curve
        #expect(curve.last == LatencyPoint(percent: 100, microseconds: histogram.maximum))
        for (left, right) in zip(curve, curve.dropFirst()) {
            #expect(left.percent < right.percent && left.microseconds <= right.microseconds)
        }
        #expect(curve.allSatisfy { (0...100).contains($0.percent) })
    }

    @Test func aSummaryHasThePercentilesThatPeopleAskFor() {
        let summary = LatencySummary(histogram(1...1_000))
        #expect(summary.count == 1_000 && summary.min == 1 && summary.max == 1_000 && summary.mean == 500.5)
        #expect(summary.p50 == 500 && summary.p90 == 900 && summary.p99 == 990 && summary.p999 == 999)
        #expect(summary.p9999 == 1_000)
    }
}
