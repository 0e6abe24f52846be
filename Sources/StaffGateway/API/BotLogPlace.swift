import Kernel
import Web

/// Where a page of a robot's log ends, in each of the two logs that it is read from: "d120.g4711".
struct BotLogPlace: Hashable, Sendable {
    /// By service: only what was recorded earlier. Absent: from the newest.
    private(set) var positions: [String: UInt64] = [:]

    /// - Parameter text: empty for the first page
    /// - Throws: a `Problem` when no page gave it.
    init(_ text: String) throws(Problem) {
        for part in text.split(separator: ".") {
            guard let position = UInt64(part.dropFirst()) else { throw Self.refusal }
            switch part.first {
            case "d": positions["depot"] = position
            case "g": positions["gateway"] = position
            default: throw Self.refusal
            }
        }
    }

    /// The place after a page: before the oldest of its events in each log.
    func after(_ events: [RecordedEvent]) -> BotLogPlace {
        var place = self
        for event in events {
            place.positions[event.service] = min(place.positions[event.service] ?? .max, event.position)
        }
        return place
    }

    var text: String {
        let parts = [("d", positions["depot"]), ("g", positions["gateway"])]
        return parts.compactMap { letter, position in position.map { "\(letter)\($0)" } }.joined(separator: ".")
    }

    private static let refusal = Problem.invalid([
        .init(field: "before", message: "is not one that this path gave")
    ])
}
