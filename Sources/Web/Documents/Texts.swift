import Foundation

extension String {
    /// Nil when it is empty.
    package var nonEmpty: String? { isEmpty ? nil : self }
}

package func timeText(_ unixMs: Int64) -> String? {
    guard unixMs != 0 else { return nil }
    let date = Date(timeIntervalSince1970: Double(unixMs) / 1_000)
    return date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
}
