import DequeModule
import Synchronization

/// One log as its subscribers see it: the newest events in memory, the older ones on disk, and wakers.
final class EventFeed: Sendable {
    private struct State {
        var head: UInt64
        // The newest events, without gaps, up to `head`.
        var tail: Deque<RecordedEvent> = []
        var tailBytes = 0
        var wakers: [Int: @Sendable () -> Void] = [:]
        var nextWaker = 0
        var isFinished = false
    }

    static let tailEvents = 16_384
    static let tailBytes = 16 << 20

    let log: any EventLog
    private let state: Mutex<State>

    init(log: any EventLog) {
        self.log = log
        state = Mutex(State(head: log.head))
    }

    var head: UInt64 { state.withLock { $0.head } }
    var isFinished: Bool { state.withLock { $0.isFinished } }

    /// Takes what was just committed, and wakes the subscribers. Only the log's writer calls this.
    func publish(_ events: [RecordedEvent]) {
        guard let last = events.last else { return }
        let wakers = state.withLock { state in
            // After a failed commit that was on disk all the same, the tail would have a hole: begin it anew.
            if let end = state.tail.last, events[0].position != end.position + 1 {
                state.tail.removeAll()
                state.tailBytes = 0
            }
            state.tail.append(contentsOf: events)
            for event in events { state.tailBytes += event.payload.count }
            while state.tail.count > Self.tailEvents || state.tailBytes > Self.tailBytes {
                guard let oldest = state.tail.popFirst() else { break }
                state.tailBytes -= oldest.payload.count
            }
            state.head = last.position
            return Array(state.wakers.values)
        }
        for wake in wakers { wake() }
    }

    /// Tells the subscribers of events that are in the log and were never published.
    func catchUp(to head: UInt64) {
        let wakers = state.withLock { state in
            guard head > state.head else { return [@Sendable () -> Void]() }
            state.tail.removeAll()
            state.tailBytes = 0
            state.head = head
            return Array(state.wakers.values)
        }
        for wake in wakers { wake() }
    }

    /// The events after `position`, or nil when they must be read from the log.
    func tail(after position: UInt64, limit: Int) -> [RecordedEvent]? {
        state.withLock { state in
            if position >= state.head { return [] }
            guard let first = state.tail.first, first.position <= position + 1 else { return nil }
            let start = Int(position + 1 - first.position)
            return Array(state.tail[start..<min(state.tail.count, start + limit)])
        }
    }

    /// The events after `position`, from memory or from disk: may block.
    ///
    /// - throws: also `.archived` when the log begins later: a reader must not take a later event for the next one.
    func read(after position: UInt64, limit: Int) throws(StorageError) -> [RecordedEvent] {
        if let events = tail(after: position, limit: limit) { return events }
        if position + 1 < log.earliest { throw log.archived(after: position, wantedBy: "a reader") }
        var events = try log.read(after: position, limit: limit)
        // Just committed and not yet published: that comes later, so that nobody is ever ahead of `head`.
        let head = head
        while let last = events.last, last.position > head { events.removeLast() }
        return events
    }

    func addWaker(_ wake: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.nextWaker += 1
            state.wakers[state.nextWaker] = wake
            return state.nextWaker
        }
    }

    func removeWaker(_ id: Int) {
        state.withLock { _ = $0.wakers.removeValue(forKey: id) }
    }

    /// No more events will come.
    func finish() {
        let wakers = state.withLock { state in
            state.isFinished = true
            return Array(state.wakers.values)
        }
        for wake in wakers { wake() }
    }
}
