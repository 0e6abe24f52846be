import DequeModule
public import Messages
import Synchronization

/// One direction of a call within a process: a `MessageQueue` with a limit on its length.
///
/// Safe because all state is in the `Mutex`; a continuation is taken out of it under the lock, so is resumed once.
@usableFromInline
final class Pipe<M: Message>: @unchecked Sendable {
    private struct State {
        var room: Int
        var waiters = Deque<(id: UInt64, continuation: UnsafeContinuation<Bool, Never>)>()
        var nextID: UInt64 = 0
        var latest: M?
        var isOver = false
    }

    private let state: Mutex<State>
    private let queueBox = Mutex<MessageQueue<M>?>(nil)

    init(limit: Int) {
        state = Mutex(State(room: Swift.max(1, limit)))
    }

    /// The receiving end.
    var queue: MessageQueue<M> {
        queueBox.withLock { box in
            if let queue = box { return queue }
            let queue = MessageQueue<M>(stream: nil) { [weak self] _ in self?.makeRoom() }
            box = queue
            return queue
        }
    }

    @usableFromInline
    nonisolated(nonsending) func send(_ message: M) async throws {
        if !offer(message) {
            let id = state.withLock { state in
                state.nextID += 1
                return state.nextID
            }
            let mayGoOn = await withTaskCancellationHandler {
                await withUnsafeContinuation { wait($0, id: id) }
            } onCancel: {
                cancel(id)
            }
            guard mayGoOn else {
                try Task.checkCancellation()
                throw WireStatus(.cancelled, "the call is over")
            }
            queue.put(message, cost: 1)
        }
    }

    /// Whether it was taken; false when there is no room or the call is over.
    func offer(_ message: M) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isOver, state.room > 0, state.waiters.isEmpty else { return false }
            state.room -= 1
            return true
        }
        if isTaken { queue.put(message, cost: 1) }
        return isTaken
    }

    func sendLatest(_ message: M) -> Bool {
        if offer(message) { return true }
        return state.withLock { state in
            if state.isOver { return false }
            state.latest = message
            return true
        }
    }

    func finish(_ error: WireStatus?) {
        let (waiters, latest) = state.withLock { state in
            state.isOver = true
            defer {
                state.waiters.removeAll()
                state.latest = nil
            }
            return (state.waiters, state.latest)
        }
        for waiter in waiters { waiter.continuation.resume(returning: false) }
        if error == nil, let latest { queue.put(latest, cost: 1) }
        queue.finish(error)
    }

    private func wait(_ continuation: UnsafeContinuation<Bool, Never>, id: UInt64) {
        let answer = state.withLock { state -> Bool? in
            if state.isOver || Task.isCancelled { return false }
            if state.room > 0, state.waiters.isEmpty {
                state.room -= 1
                return true
            }
            state.waiters.append((id, continuation))
            return nil
        }
        if let answer { continuation.resume(returning: answer) }
    }

    private func cancel(_ id: UInt64) {
        let waiter = state.withLock { state -> UnsafeContinuation<Bool, Never>? in
            guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
            return state.waiters.remove(at: index).continuation
        }
        waiter?.resume(returning: false)
    }

    private func makeRoom() {
        let (waiter, latest) = state.withLock { state -> (UnsafeContinuation<Bool, Never>?, M?) in
            if let waiter = state.waiters.popFirst() { return (waiter.continuation, nil) }
            if let latest = state.latest {
                state.latest = nil
                return (nil, latest)
            }
            state.room += 1
            return (nil, nil)
        }
        waiter?.resume(returning: true)
        if let latest { queue.put(latest, cost: 1) }
    }
}
