import DequeModule
import Dispatch

/// Events of one or more logs, as ``EventStream`` gives them. Each iterator has its own place.
public struct EventSequence: AsyncSequence, Sendable {
    public typealias Element = RecordedEvent

    struct Source: Sendable {
        let feed: EventFeed
        var after: UInt64
    }

    let sources: [Source]
    let filter: EventFilter
    let follow: Bool

    public func makeAsyncIterator() -> Iterator {
        Iterator(Follower(self))
    }

    /// One reader. Not to be used by two tasks at once.
    public struct Iterator: AsyncIteratorProtocol {
        private let follower: Follower

        init(_ follower: Follower) {
            self.follower = follower
        }

        /// - throws: ``StorageError`` when an older event cannot be read.
        /// - returns: nil at the end, or when the task is cancelled.
        public mutating func next() async throws -> RecordedEvent? {
            try await follower.next()
        }

        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(any Error) -> RecordedEvent? {
            try await follower.next(isolation: actor)
        }
    }
}

/// An iterator's place in its logs.
final class Follower {
    private struct Place {
        let feed: EventFeed
        let waker: Int
        var after: UInt64
        var until: UInt64
        var buffer: Deque<RecordedEvent> = []
    }

    private static let chunk = 256
    // Disk reads wait here, not on Swift's cooperative threads.
    private static let disk = DispatchQueue(label: "mallbots.events.read", attributes: .concurrent)

    private var places: [Place] = []
    private let filter: EventFilter
    private let signal = AsyncSignal()

    init(_ sequence: EventSequence) {
        filter = sequence.filter
        let signal = signal
        places = sequence.sources.map { source in
            Place(
                feed: source.feed, waker: source.feed.addWaker { signal.notify() }, after: source.after,
                until: sequence.follow ? .max : source.feed.head)
        }
    }

    deinit {
        for place in places { place.feed.removeWaker(place.waker) }
    }

    func next(isolation actor: isolated (any Actor)? = #isolation) async throws -> RecordedEvent? {
        while true {
            if Task.isCancelled { return nil }
            for index in places.indices where places[index].buffer.isEmpty {
                try await refill(index, isolation: actor)
            }
            if let event = popEarliest() {
                if filter.matches(event) { return event }
                continue
            }
            // Looked at after the refill: a feed that finishes now wakes us once more.
            if places.allSatisfy({ $0.after >= $0.until || ($0.feed.isFinished && $0.after >= $0.feed.head) }) {
                return nil
            }
            await signal.wait()
        }
    }

    private func popEarliest() -> RecordedEvent? {
        let candidates = places.indices.filter { !places[$0].buffer.isEmpty }
        let earliest = candidates.min { left, right in places[left].buffer[0].time < places[right].buffer[0].time }
        guard let earliest else { return nil }
        return places[earliest].buffer.popFirst()
    }

    private func refill(_ index: Int, isolation actor: isolated (any Actor)?) async throws {
        let (feed, after, until) = (places[index].feed, places[index].after, places[index].until)
        guard after < until else { return }
        var events: [RecordedEvent]
        if let tail = feed.tail(after: after, limit: Self.chunk) {
            events = tail
        } else {
            events = try await withCheckedThrowingContinuation { continuation in
                Self.disk.async {
                    continuation.resume(with: Result { try feed.read(after: after, limit: Self.chunk) })
                }
            }
        }
        while let last = events.last, last.position > until { events.removeLast() }
        guard let last = events.last else { return }
        places[index].after = last.position
        places[index].buffer.append(contentsOf: events)
    }
}
