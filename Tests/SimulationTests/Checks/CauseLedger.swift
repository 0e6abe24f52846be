import Kernel

/// Why each event was recorded: every service acts on each event of another once and in their order, and does once what comes
/// under one idempotency key.
struct CauseLedger {
    private struct Last {
        var foreign: UInt64
        var own: UInt64
    }

    private var last: [String: Last] = [:]
    private var commands: [String: UInt64] = [:]
    private var done: Set<String> = []

    /// What is wrong, or nil.
    mutating func take(_ event: RecordedEvent) -> String? {
        switch event.cause {
        case .event(let service, let position):
            let pair = "\(event.service) <- \(service)"
            let before = last[pair] ?? Last(foreign: 0, own: 0)
            last[pair] = Last(foreign: position, own: event.position)
            if position < before.foreign {
                return "\(event.service) acts on position \(position) of \(service) after \(before.foreign)"
            }
            if position == before.foreign, event.position != before.own + 1 {
                return "\(event.service) acts twice on position \(position) of \(service)"
            }
            return nil
        case .command(let key):
            let command = "\(event.service) \(key)"
            let before = commands.updateValue(event.position, forKey: command)
            let isAtOnce = before.map { $0 + 1 == event.position } ?? true
            // A refund may be made of several payments.
            let isNew = done.insert("\(command) \(event.type)").inserted || event.type == "RefundRequested"
            return isAtOnce && isNew ? nil : "\(event.service) does twice what '\(key)' asks for: \(event.type)"
        case nil: return nil
        }
    }
}
