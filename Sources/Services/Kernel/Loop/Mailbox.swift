import Dispatch
import Synchronization

/// What waits for the loop's thread: bounded, filled from anywhere, emptied at once.
final class Mailbox<Item: Sendable>: Sendable {
    enum Offer {
        case taken, full, closed
    }

    private struct State {
        var items: [Item] = []
        var isClosed = false
        var isAwake = false

        // True when the sleeper must be signalled: once per wait, however much happens.
        mutating func wakes() -> Bool {
            defer { isAwake = true }
            return !isAwake
        }
    }

    let capacity: Int
    private let state = Mutex(State())
    private let semaphore = DispatchSemaphore(value: 0)

    init(capacity: Int) {
        self.capacity = capacity
    }

    func offer(_ item: Item) -> Offer {
        let (offer, mustWake) = state.withLock { state in
            if state.isClosed { return (Offer.closed, false) }
            if state.items.count >= capacity { return (Offer.full, false) }
            state.items.append(item)
            return (Offer.taken, state.wakes())
        }
        if mustWake { semaphore.signal() }
        return offer
    }

    var count: Int { state.withLock { $0.items.count } }

    /// Ends a wait, though there may be no item.
    func wake() {
        if state.withLock({ $0.wakes() }) { semaphore.signal() }
    }

    /// Takes nothing more; what is inside stays to be taken out.
    func close() {
        let mustWake = state.withLock { state in
            state.isClosed = true
            return state.wakes()
        }
        if mustWake { semaphore.signal() }
    }

    /// At most `limit` items, oldest first, and whether the mailbox is closed and now empty.
    func take(limit: Int) -> (items: [Item], isFinished: Bool) {
        state.withLock { state in
            var items: [Item] = []
            if state.items.count <= limit {
                swap(&items, &state.items)
            } else {
                items = Array(state.items.prefix(limit))
                state.items.removeFirst(limit)
            }
            return (items, state.isClosed && state.items.isEmpty)
        }
    }

    /// Blocks the loop's thread until something happens or the time is over.
    func wait(_ timeout: Duration?) {
        if let timeout {
            _ = semaphore.wait(timeout: .now() + .milliseconds(Int(clamping: timeout.wholeMilliseconds + 1)))
        } else {
            semaphore.wait()
        }
        state.withLock { $0.isAwake = false }
    }
}
