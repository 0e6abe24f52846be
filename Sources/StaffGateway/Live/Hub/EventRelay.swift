import Kernel
import Logging
import Synchronization

/// Follows the services' logs once for all who want to hear of an order or a robot.
///
/// It starts at the logs' ends when it is made: a listener hears what is recorded from then on, and reads the rest.
final class EventRelay: Sendable {
    typealias Listener = @Sendable (RecordedEvent) -> Void

    private struct State {
        var listeners: [TimelineSubject: [Int: Listener]] = [:]
        var next = 0
    }

    private static let services: Set<String> = ["orders", "payments", "depot", "gateway"]

    private let stream: EventStream
    private let events: EventSequence
    private let state = Mutex(State())

    init(_ stream: EventStream) {
        self.stream = stream
        events = stream.events(matching: EventFilter(services: Self.services), from: .now)
    }

    /// Follows until the task is cancelled or the services stop.
    func run(logger: Logger) async {
        do {
            for try await event in events { tell(event) }
        } catch {
            logger.error("cannot follow the logs", metadata: ["error": "\(error)"])
        }
    }

    /// Where the logs end.
    func ends(of subject: TimelineSubject) -> [String: UInt64] {
        var ends: [String: UInt64] = [:]
        for service in subject.services { ends[service] = stream.head(of: service) }
        return ends
    }

    func listen(to subject: TimelineSubject, _ listener: @escaping Listener) -> Int {
        state.withLock { state in
            state.next += 1
            state.listeners[subject, default: [:]][state.next] = listener
            return state.next
        }
    }

    func stop(_ number: Int, _ subject: TimelineSubject) {
        state.withLock { state in
            state.listeners[subject]?[number] = nil
            if state.listeners[subject]?.isEmpty == true { state.listeners[subject] = nil }
        }
    }

    private func tell(_ event: RecordedEvent) {
        let listeners = state.withLock { state -> [Listener] in
            guard !state.listeners.isEmpty, let subject = TimelineSubject(of: event) else { return [] }
            return (state.listeners[subject] ?? [:]).values.map { $0 }
        }
        for listener in listeners { listener(event) }
    }
}
