public import Messages

/// The messages that arrive in a call, in order.
///
/// Iterate over it once, from one task at a time. The peer is given credit for more as messages are taken, not as they
/// arrive, so a slow consumer slows its peer. The sequence ends when the peer has no more messages; it throws the
/// call's `WireStatus` when the call ended with an error, and `.cancelled` when the waiting task is cancelled.
public struct WireInbound<M: Message>: AsyncSequence, Sendable {
    public typealias Element = M
    public typealias Failure = any Error

    @usableFromInline
    enum Source: Sendable {
        /// From a connection, as bytes.
        case stream(CallInbox)
        /// From within the process.
        case values(MessageQueue<M>)
    }

    @usableFromInline let source: Source

    init(_ inbox: CallInbox) {
        source = .stream(inbox)
    }

    init(_ queue: MessageQueue<M>) {
        source = .values(queue)
    }

    /// A sequence of these messages, for calls within a process.
    public init(_ messages: [M]) {
        let queue = MessageQueue<M>(stream: nil)
        for message in messages { queue.put(message, cost: 1) }
        queue.finish(nil)
        self.init(queue)
    }

    /// The two ends of one direction of a call within a process. What is sent waits here, at most `limit` messages, and
    /// then the sender waits. `finish` ends the sequence, `fail` ends it with an error.
    public static func pipe(
        limit: Int = 16
    ) -> (inbound: WireInbound<M>, outbound: WireOutbound<M>, fail: @Sendable (WireStatus) -> Void) {
        let pipe = Pipe<M>(limit: limit)
        return (WireInbound(pipe.queue), WireOutbound(pipe: pipe), { pipe.finish($0) })
    }

    @inlinable
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(self)
    }

    /// The next message; nil when there are no more. For a consumer that takes messages one by one.
    @inlinable
    public nonisolated(nonsending) func next() async throws -> M? {
        switch source {
        case .stream(let inbox):
            guard let bytes = try await inbox.next() else { return nil }
            do throws(DecodingError) {
                return try M(protobuf: bytes, limits: inbox.limits)
            } catch {
                throw inbox.refuse(error)
            }
        case .values(let queue): return try await queue.next()
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

    public struct AsyncIterator: AsyncIteratorProtocol {
        @usableFromInline let inbound: WireInbound<M>

        @usableFromInline
        init(_ inbound: WireInbound<M>) {
            self.inbound = inbound
        }

        @inlinable
        public nonisolated(nonsending) mutating func next() async throws -> M? {
            try await inbound.next()
        }

        @inlinable
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> M? {
            try await inbound.next()
        }
    }
}
