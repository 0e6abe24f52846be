import Kernel

/// What a timeline is of: which streams of which logs tell of it.
enum TimelineSubject: Hashable, Sendable {
    case order(String)
    case bot(String)

    /// The logs that tell of it, in the order in which a change goes through them.
    var services: [String] {
        switch self {
        case .order: ["orders", "payments", "depot"]
        case .bot: ["gateway", "depot"]
        }
    }

    /// The stream of a log that tells of it; of an order's tasks, numbered from 1, there may be any number besides.
    func streams(in service: String) -> [String] {
        switch (self, service) {
        case (.order(let id), "orders"): ["order/\(id)"]
        case (.order(let id), "payments"): ["account/\(id)"]
        case (.order(let id), "depot"): ["list/\(id)"]
        case (.bot(let id), "depot"), (.bot(let id), "gateway"): ["bot/\(id)"]
        default: []
        }
    }

    /// The subject of which an event tells; nil: none that has a timeline.
    init?(of event: RecordedEvent) {
        let parts = event.stream.split(separator: "/", maxSplits: 2)
        guard parts.count >= 2 else { return nil }
        let id = String(parts[1])
        switch (event.service, parts[0]) {
        case ("orders", "order"), ("payments", "account"), ("depot", "list"), ("depot", "task"): self = .order(id)
        case ("depot", "bot"), ("gateway", "bot"): self = .bot(id)
        default: return nil
        }
    }
}
