import DequeModule
import Kernel

/// Joins what is read of a past with what is recorded meanwhile: each event once, each log's in order.
///
/// Its shell listens first and reads then, so that nothing falls between the two. Who takes slowly makes it forget what
/// comes, and read it from the logs when there is room again.
struct EventTail: Sendable {
    let capacity: Int
    /// Of the last event that was taken, by service.
    private(set) var seen: LogPositions
    /// What was recorded before now has to be read.
    private(set) var needsReading = true
    private var waiting: Deque<RecordedEvent> = []
    private var arrived: Deque<RecordedEvent> = []
    private var isReading = false
    private var lost = false
    /// What `seen` is once all that was read has been taken: the logs' ends when the reading began.
    private var ends: [String: UInt64] = [:]

    /// - Parameter seen: where to begin
    init(after seen: LogPositions = LogPositions(), capacity: Int = 256) {
        self.seen = seen
        self.capacity = capacity
    }

    /// Whether nothing waits to be taken.
    var isEmpty: Bool { waiting.isEmpty }

    /// An event was recorded.
    mutating func arrive(_ event: RecordedEvent) {
        if needsReading, !isReading { return }
        if isReading {
            if arrived.count < capacity { arrived.append(event) } else { lost = true }
        } else if waiting.count < capacity {
            waiting.append(event)
        } else {
            // What waits is kept: it is read again only from where that ends.
            needsReading = true
        }
    }

    /// A reading begins: what arrives from now on is kept until it is done.
    mutating func beginReading() {
        (isReading, lost) = (true, false)
        arrived.removeAll()
    }

    /// A reading is done.
    ///
    /// - Parameters:
    ///   - events: all that are recorded after what was taken or waits, each log's in order; earlier ones are left out
    ///   - ends: where the logs ended before the reading
    mutating func read(_ events: [RecordedEvent], ends: [String: UInt64]) {
        var last = seen.byService
        for event in waiting { last[event.service] = event.position }
        for event in events + arrived where event.position > last[event.service] ?? 0 {
            last[event.service] = event.position
            waiting.append(event)
        }
        arrived.removeAll()
        self.ends = ends
        (isReading, needsReading) = (false, lost)
        if waiting.isEmpty { catchUp() }
    }

    /// The next events, at most `limit`.
    mutating func take(_ limit: Int) -> [RecordedEvent] {
        var taken: [RecordedEvent] = []
        while taken.count < limit, let event = waiting.popFirst() {
            // Arrived, and had been read already.
            if event.position <= seen.byService[event.service] ?? 0 { continue }
            seen.byService[event.service] = event.position
            taken.append(event)
        }
        if waiting.isEmpty { catchUp() }
        return taken
    }

    /// Other events of the logs count as seen, so that a later reading need not look at them again.
    private mutating func catchUp() {
        for (service, end) in ends.sorted(by: { $0.key < $1.key }) {
            seen.byService[service] = max(seen.byService[service] ?? 0, end)
        }
        ends = [:]
    }
}
