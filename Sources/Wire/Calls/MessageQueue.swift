import DequeModule
import Messages
import Synchronization

/// Where a stream's incoming messages go: the untyped side of a `MessageQueue`, as the connection sees it.
///
/// Safe because a subclass keeps all its state in a `Mutex`.
class MessageSink: @unchecked Sendable {
    /// Takes one message, by its bytes, which are valid during the call only. `cost` is the credit that it used.
    func deliver(_ payload: UnsafeRawBufferPointer, cost: Int) throws(DecodingError) {}

    /// No more messages: the peer half-closed (nil), or the call is over with an error.
    func finish(_ error: WireStatus?) {}
}

/// The messages of one direction of a call, decoded, between the connection and its one consumer.
///
/// It has no limit of its own: how much is in it is limited by the credit that the peer has, which comes back as the
/// consumer takes messages. A message that has to wait is kept as its bytes, which are what the credit counts; as a value
/// it may be many times larger.
///
/// Safe because all state is in the `Mutex`; a continuation is taken out of it under the lock, so is resumed once.
final class MessageQueue<M: Message>: MessageSink, @unchecked Sendable {
    /// A message that waits.
    private enum Waiting {
        case bytes([UInt8])
        case value(M)
    }

    private struct State {
        var messages = Deque<(message: Waiting, cost: Int)>()
        var waiter: UnsafeContinuation<M?, any Error>?
        /// Set when there is nothing more to come: the error that ends the call, or nil for an orderly end.
        var ending: WireStatus??
        var isCancelled = false
    }

    private enum Taken {
        case message(Waiting, cost: Int)
        case end
        case failed(WireStatus)
        case nothing
    }

    private let state = Mutex(State())
    /// Gets the credit back; nil in process.
    private let stream: CallStream?
    /// Called with the cost of each message taken, in process.
    private let taken: (@Sendable (Int) -> Void)?

    /// What decoding one message may cost.
    private let limits: DecodingLimits

    init(
        stream: CallStream?, limits: DecodingLimits = .default, taken: (@Sendable (Int) -> Void)? = nil
    ) {
        self.stream = stream
        self.limits = limits
        self.taken = taken
    }

    override func deliver(_ payload: UnsafeRawBufferPointer, cost: Int) throws(DecodingError) {
        guard let waiter = enqueue(cost, { .bytes(Array(payload)) }) else { return }
        do throws(DecodingError) {
            waiter.resume(returning: try M(protobuf: payload, limits: limits))
        } catch {
            waiter.resume(throwing: WireStatus(error.statusCode, error.statusMessage))
            throw error
        }
        consumed(cost)
    }

    func put(_ message: M, cost: Int) {
        guard let waiter = enqueue(cost, { .value(message) }) else { return }
        waiter.resume(returning: message)
        consumed(cost)
    }

    /// Who waits for the message; when there is no one, it is put into the queue.
    private func enqueue(_ cost: Int, _ message: () -> Waiting) -> UnsafeContinuation<M?, any Error>? {
        state.withLock { state in
            if state.ending != nil { return nil }
            guard let waiter = state.waiter else {
                state.messages.append((message(), cost))
                return nil
            }
            state.waiter = nil
            return waiter
        }
    }

    override func finish(_ error: WireStatus?) {
        let waiter = state.withLock { state -> UnsafeContinuation<M?, any Error>? in
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
    nonisolated(nonsending) func next() async throws -> M? {
        switch take() {
        case .message(let message, let cost):
            consumed(cost)
            return try value(message)
        case .end: return nil
        case .failed(let status): throw status
        case .nothing: break
        }
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { park($0) }
        } onCancel: {
            cancel()
        }
    }

    /// The one message of a call that has exactly one.
    nonisolated(nonsending) func single() async throws -> M {
        guard let message = try await next() else {
            throw WireStatus(.invalidArgument, "the call ended without a message")
        }
        if try await next() != nil {
            throw WireStatus(.invalidArgument, "the call takes one message and got more")
        }
        return message
    }

    /// Decodes what waited. A message that is not of the method's type ends the call.
    private func value(_ message: Waiting) throws -> M {
        switch message {
        case .value(let value): return value
        case .bytes(let bytes):
            do throws(DecodingError) {
                return try M(protobuf: bytes, limits: limits)
            } catch {
                stream?.badMessage(error)
                throw WireStatus(error.statusCode, error.statusMessage)
            }
        }
    }

    private func take() -> Taken {
        state.withLock { state in
            state.isCancelled = false
            if let (message, cost) = state.messages.popFirst() { return .message(message, cost: cost) }
            switch state.ending {
            case .none: return .nothing
            case .some(.none): return .end
            case .some(.some(let status)): return .failed(status)
            }
        }
    }

    private func park(_ continuation: UnsafeContinuation<M?, any Error>) {
        // Between `take` and here a message, the end or a cancellation may have come.
        let taken = state.withLock { state -> Taken? in
            precondition(state.waiter == nil, "a WireInbound has one consumer; two are waiting for its next message")
            if let (message, cost) = state.messages.popFirst() { return .message(message, cost: cost) }
            switch state.ending {
            case .some(.none): return .end
            case .some(.some(let status)): return .failed(status)
            case .none: break
            }
            if state.isCancelled { return .failed(WireStatus(.cancelled, "cancelled")) }
            state.waiter = continuation
            return nil
        }
        switch taken {
        case .message(let message, let cost):
            consumed(cost)
            continuation.resume(with: Result { try value(message) })
        case .end: continuation.resume(returning: nil)
        case .failed(let status): continuation.resume(throwing: status)
        case .nothing, nil: break
        }
    }

    private func cancel() {
        let waiter = state.withLock { state -> UnsafeContinuation<M?, any Error>? in
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
