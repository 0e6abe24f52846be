/// How far a client has seen a board, as text: opaque to it.
///
/// Changes are counted anew in each gateway process, so its life is part of the text: a client that saw another life's
/// changes begins anew.
struct LivePosition: Hashable, Sendable {
    /// The gateway process's name for itself: letters and digits.
    var life: String
    var change: UInt64

    var text: String { "\(life)-\(change)" }

    init(life: String, change: UInt64) {
        self.life = life
        self.change = change
    }

    /// Nil: not a text that a gateway made.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let change = UInt64(parts[1]) else { return nil }
        self.init(life: String(parts[0]), change: change)
    }
}

/// How far a client has seen the logs that tell of an order or a robot, as text: opaque to it, and good for as long as
/// the logs are there.
struct LogPositions: Hashable, Sendable {
    /// Of the last event seen, by service.
    var byService: [String: UInt64] = [:]

    /// "depot.12-orders.40"; "0" where nothing was seen.
    var text: String {
        let parts = byService.sorted { $0.key < $1.key }.map { "\($0.key).\($0.value)" }
        return parts.isEmpty ? "0" : parts.joined(separator: "-")
    }

    init(_ byService: [String: UInt64] = [:]) {
        self.byService = byService
    }

    /// Nil: not a text that a gateway made.
    init?(_ text: String) {
        if text == "0" { return }
        for part in text.split(separator: "-", omittingEmptySubsequences: false) {
            let pair = part.split(separator: ".", omittingEmptySubsequences: false)
            guard pair.count == 2, !pair[0].isEmpty, let position = UInt64(pair[1]) else { return nil }
            byService[String(pair[0])] = position
        }
    }
}
