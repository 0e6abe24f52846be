import Foundation

/// Numbers as people read them.
public enum LoadText {
    /// "12,345"
    public static func count(_ value: some BinaryInteger) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// Three significant digits, no more than are there: "0.123", "1.5", "42.1", "1,234".
    public static func number(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        let magnitude = abs(value)
        if magnitude >= 99.95 { return count(Int(value.rounded())) }
        let digits = magnitude >= 9.995 ? 1 : magnitude >= 0.9995 ? 2 : 3
        var text = String(format: "%.\(digits)f", value)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// Per cent with as many nines as there are: "50", "99.9", "99.99".
    public static func percent(_ value: Double) -> String {
        let digits = value >= 100 || value <= 90 ? 1 : min(7, 1 + Int(-log10((100 - value) / 100).rounded(.down)))
        var text = String(format: "%.\(digits)f", value)
        if text.contains(".") {
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
        }
        return text
    }

    /// "1.23 ms"
    public static func milliseconds(_ value: Double) -> String { "\(number(value)) ms" }

    /// A latency in its own unit: "850 µs", "12.3 ms", "2.05 s".
    public static func latency(_ microseconds: UInt64) -> String {
        switch microseconds {
        case ..<1_000: "\(microseconds) µs"
        case ..<1_000_000: "\(number(Double(microseconds) / 1_000)) ms"
        default: "\(number(Double(microseconds) / 1_000_000)) s"
        }
    }

    /// "12.3 MiB"
    public static func bytes(_ value: some BinaryInteger) -> String {
        var amount = Double(value)
        for unit in ["bytes", "KiB", "MiB", "GiB"] {
            if abs(amount) < 1_024 || unit == "GiB" { return "\(number(amount)) \(unit)" }
            amount /= 1_024
        }
        return "\(value) bytes"
    }

    /// "1 report", "2 reports"
    public static func counted(_ value: some BinaryInteger, _ noun: String) -> String {
        "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
    }
}
