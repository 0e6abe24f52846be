public import Messages

/// The messages that arrive in a call, in order.
///
/// Iterate over it once, from one task at a time. The peer is given credit for more as messages are taken, not as they
/// arrive, so a slow consumer slows its peer. The sequence ends when the peer has no more messages; it throws the
/// call's `WireStatus` when the call ended with an error, and `.cancelled` when the waiting task is cancelled.
public struct WireInbound<M: Message>: AsyncSequence, Sendable {
    public typealias Element = M
    public typealias Failure = any Error

    let queue: MessageQueue<M>

    init(queue: MessageQueue<M>) {
        self.queue = queue
    }

    /// A sequence of these messages, for calls within a process.
    public init(_ messages: [M]) {
        queue = MessageQueue(stream: nil)
        for message in messages { queue.put(message, cost: 1) }
        queue.finish(nil)
    }

    /// The two ends of one direction of a call within a process. What is sent waits here, at most `limit` messages, and
    /// then the sender waits. `finish` ends the sequence, `fail` ends it with an error.
    public static func pipe(
        limit: Int = 16
    ) -> (inbound: WireInbound<M>, outbound: WireOutbound<M>, fail: @Sendable (WireStatus) -> Void) {
        let pipe = Pipe<M>(limit: limit)
        return (WireInbound(queue: pipe.queue), WireOutbound(pipe: pipe), { pipe.finish($0) })
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(queue: queue)
    }

    /// The next message; nil when there are no more. For a consumer that takes messages one by one.
    public nonisolated(nonsending) func next() async throws -> M? {
        try await queue.next()
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        let queue: MessageQueue<M>

        public nonisolated(nonsending) mutating func next() async throws -> M? {
            try await queue.next()
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> M? {
            try await queue.next()
        }
    }
}
