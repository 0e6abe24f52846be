import DequeModule
import Messages
import Synchronization

/// What arrives in one direction of a call, between the connection and its one consumer.
///
/// It has no limit of its own: how much is in it is limited by the credit that the peer has, which comes back as the
/// consumer takes messages. On a connection a message waits as its bytes, which are what the credit counts; as a value it
/// may be many times larger. Within a process it waits as it is.
///
/// Safe because all state is in the `Mutex`; a continuation is taken out of it under the lock, so is resumed once.
@usableFromInline
final class MessageQueue<Element: Sendable>: @unchecked Sendable {
    private struct State {
        var messages = Deque<(message: Element, cost: Int)>()
        var waiter: UnsafeContinuation<Element?, any Error>?
        /// Set when there is nothing more to come: the error that ends the call, or nil for an orderly end.
        var ending: WireStatus??
        var isCancelled = false

        mutating func take() -> Taken? {
            if let (message, cost) = messages.popFirst() { return .message(message, cost: cost) }
            switch ending {
            case .none: return nil
            case .some(.none): return .end
            case .some(.some(let status)): return .failed(status)
            }
        }
    }

    private enum Taken {
        case message(Element, cost: Int)
        case end
        case failed(WireStatus)
    }

    private let state = Mutex(State())
    /// Gets the credit back; nil in process.
    private let stream: CallStream?
    /// Called with the cost of each message taken, in process.
    private let taken: (@Sendable (Int) -> Void)?

    init(stream: CallStream?, taken: (@Sendable (Int) -> Void)? = nil) {
        self.stream = stream
        self.taken = taken
    }

    /// Takes a message in. `cost` is the credit that it used.
    func put(_ message: Element, cost: Int) {
        let waiter = state.withLock { state -> UnsafeContinuation<Element?, any Error>? in
            if state.ending != nil { return nil }
            guard let waiter = state.waiter else {
                state.messages.append((message, cost))
                return nil
            }
            state.waiter = nil
            return waiter
        }
        guard let waiter else { return }
        waiter.resume(returning: message)
        consumed(cost)
    }

    /// No more messages: the peer half-closed (nil), or the call is over with an error.
    func finish(_ error: WireStatus?) {
        let waiter = state.withLock { state -> UnsafeContinuation<Element?, any Error>? in
            // An error may follow an orderly end (a half-closed call is cancelled), not the other way round.
            switch state.ending {
            case .none: state.ending = .some(error)
            case .some(.none) where error != nil && stream?.isServer == true: state.ending = .some(error)
            default: return nil
            }
            // Nobody waits for the answer to a cancelled call's messages, and its handler may take its time to return.
            if error != nil, stream?.isServer == true { state.messages.removeAll() }
            defer { state.waiter = nil }
            return state.waiter
        }
        if let error {
            waiter?.resume(throwing: error)
        } else {
            waiter?.resume(returning: nil)
        }
    }

    /// The next message; nil at the end. One consumer at a time.
    @usableFromInline
    nonisolated(nonsending) func next() async throws -> Element? {
        let taken = state.withLock { state in
            state.isCancelled = false
            return state.take()
        }
        switch taken {
        case .message(let message, let cost):
            consumed(cost)
            return message
        case .end: return nil
        case .failed(let status): throw status
        case nil: break
        }
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { park($0) }
        } onCancel: {
            cancel()
        }
    }

    private func park(_ continuation: UnsafeContinuation<Element?, any Error>) {
        // Between the look and here a message, the end or a cancellation may have come.
        let taken = state.withLock { state -> Taken? in
            precondition(state.waiter == nil, "a WireInbound has one consumer; two are waiting for its next message")
            if let taken = state.take() { return taken }
            if state.isCancelled { return .failed(WireStatus(.cancelled, "cancelled")) }
            state.waiter = continuation
            return nil
        }
        switch taken {
        case .message(let message, let cost):
            consumed(cost)
            continuation.resume(returning: message)
        case .end: continuation.resume(returning: nil)
        case .failed(let status): continuation.resume(throwing: status)
        case nil: break
        }
    }

    private func cancel() {
        let waiter = state.withLock { state -> UnsafeContinuation<Element?, any Error>? in
            state.isCancelled = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(throwing: WireStatus(.cancelled, "cancelled"))
    }

    private func consumed(_ cost: Int) {
        stream?.consumed(cost)
        taken?(cost)
    }
}
