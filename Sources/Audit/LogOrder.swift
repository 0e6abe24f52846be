import Kernel

/// What holds of every log: positions from 1 without a gap, versions in each stream likewise, time that never goes back,
/// and what an event of another log led to in one place, in that log's order.
struct LogOrder: Sendable {
    private(set) var position: UInt64 = 0
    private var time = Timestamp(unixMs: .min)
    private var versions: [String: UInt64] = [:]
    // By the causing log: the last event of it that led to something here.
    private var causes: [String: UInt64] = [:]
    private var lastCause: Cause?

    mutating func take(_ event: RecordedEvent) throws(Violation) {
        guard event.position == position + 1 else {
            throw Violation(.log, event, expected: "position \(position + 1)", found: "position \(event.position)")
        }
        let version = versions[event.stream, default: 0] + 1
        guard event.version == version else {
            throw Violation(
                .log, event, expected: "version \(version) of the stream", found: "version \(event.version)")
        }
        guard event.time >= time else {
            throw Violation(
                .log, event, expected: "a time not before \(time.unixMs), that of the event before it",
                found: "\(event.time.unixMs)")
        }
        try takeCause(of: event)
        position = event.position
        versions[event.stream] = version
        time = event.time
    }

    private mutating func takeCause(of event: RecordedEvent) throws(Violation) {
        defer { lastCause = event.cause }
        guard case .event(let service, let cause) = event.cause else { return }
        let last = causes[service] ?? 0
        if cause > last {
            causes[service] = cause
        } else if event.cause != lastCause {
            let what = cause == last ? "that led to earlier events here" : "after what came of #\(last)"
            throw Violation(
                .causes, event, expected: "what came of a later event of \(service) than #\(last)",
                found: "\(service) #\(cause), \(what): it took effect twice or out of order")
        }
    }
}
