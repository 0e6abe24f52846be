import Foundation

/// How values of one direction of a chart stand along it: 0 at its beginning, 1 at its end.
struct ChartAxis: Hashable, Sendable {
    enum Scale: Hashable, Sendable {
        case linear
        /// Each power of ten takes as much room.
        case logarithmic
        /// Per cent, where each further "nine" (90, 99, 99.9) takes as much room.
        case nines
    }

    /// A line across the chart, and what stands beside it.
    struct Tick: Hashable, Sendable {
        var value: Double
        var label: String
    }

    let scale: Scale
    let low: Double
    let high: Double
    let ticks: [Tick]

    /// From 0 to a round number that everything fits under.
    static func upTo(_ largest: Double, label: (Double) -> String) -> ChartAxis {
        let step = roundStep(max(largest, 1e-9) / 4)
        let count = max(1, Int((largest / step).rounded(.up)))
        let ticks = (0...count).map { Tick(value: Double($0) * step, label: label(Double($0) * step)) }
        return ChartAxis(scale: .linear, low: 0, high: Double(count) * step, ticks: ticks)
    }

    /// Exactly from `low` to `high`, with ticks at round numbers.
    static func between(_ low: Double, _ high: Double, label: (Double) -> String) -> ChartAxis {
        let high = max(high, low + 1e-9)
        let step = roundStep((high - low) / 7)
        let first = Int((low / step).rounded(.up))
        let last = Int((high / step + 1e-9).rounded(.down))
        let ticks = first <= last ? (first...last).map { Double($0) * step } : []
        return ChartAxis(
            scale: .linear, low: low, high: high, ticks: ticks.map { Tick(value: $0, label: label($0)) })
    }

    /// From 1, 2 or 5 times a power of ten to another, so that `low` and `high`, both above zero, are between.
    static func logarithmic(_ low: Double, _ high: Double, label: (Double) -> String) -> ChartAxis {
        let (low, high) = (max(low, 1e-9), max(low, high, 1e-9))
        let decades = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.down))
        let steps = (decades.lowerBound...decades.upperBound + 1).flatMap { decade in
            [1.0, 2, 5].map { $0 * pow(10, Double(decade)) }
        }
        let first = steps.lastIndex { $0 <= low * (1 + 1e-9) } ?? 0
        let last = max(first + 1, steps.firstIndex { $0 >= high * (1 - 1e-9) } ?? steps.count - 1)
        // With many decades there is room for the powers alone.
        let ticks = steps[first...last].indices.filter { last - first <= 9 || $0 % 3 == 0 }
        return ChartAxis(
            scale: .logarithmic, low: steps[first], high: steps[last],
            ticks: ticks.map { Tick(value: steps[$0], label: label(steps[$0])) })
    }

    /// Per cent from 0 to as many nines as `count` values can have.
    static func nines(count: UInt64) -> ChartAxis {
        let values = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999, 99.99999]
        let most = 100 - 100 / Double(max(count, 10))
        let shown = values.filter { $0 <= most + 1e-9 }
        return ChartAxis(
            scale: .nines, low: 0, high: max(most, 90),
            ticks: shown.map { Tick(value: $0, label: $0 == 0 ? "0 %" : "\(LoadText.percent($0)) %") })
    }

    /// Where a value stands, kept within the chart.
    func position(_ value: Double) -> Double {
        let part =
            switch scale {
            case .linear: (value - low) / (high - low)
            case .logarithmic: log10(max(value, low) / low) / log10(high / low)
            case .nines: Self.nines(value) / Self.nines(high)
            }
        return min(max(part, 0), 1)
    }

    private static func nines(_ percent: Double) -> Double { -log10(max(1e-9, 1 - percent / 100)) }

    /// 1, 2 or 5 times a power of ten, not below `least`.
    private static func roundStep(_ least: Double) -> Double {
        let decade = pow(10, log10(least).rounded(.down))
        let step = [1.0, 2, 5, 10].first { $0 * decade >= least * (1 - 1e-9) } ?? 10
        return step * decade
    }
}
