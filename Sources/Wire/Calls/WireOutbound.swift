public import Messages

/// Where a call's outgoing messages go. May be used from several tasks; each `send` keeps its order.
public struct WireOutbound<M: Message>: Sendable {
    @usableFromInline
    enum Target: Sendable {
        case stream(CallStream)
        case pipe(Pipe<M>)
        case closure(@Sendable (M) async throws -> Void, live: @Sendable (M) -> Bool)
    }

    @usableFromInline let target: Target

    init(stream: CallStream) { target = .stream(stream) }
    init(pipe: Pipe<M>) { target = .pipe(pipe) }

    /// For calls within a process: each message goes to `send`; a live one goes to `live`, which says whether it was
    /// taken. Without `live`, live messages are dropped.
    public init(
        _ send: @escaping @Sendable (M) async throws -> Void, live: @escaping @Sendable (M) -> Bool = { _ in false }
    ) {
        target = .closure(send, live: live)
    }

    /// Sends a message; returns when it is on its way to the socket.
    ///
    /// Waits while the peer has given no credit, and while the connection has more to write than its high-water mark.
    /// - Throws: the call's `WireStatus` when the call is over; `.cancelled` when the task is cancelled while it waits,
    ///   and then the message was not sent.
    @inlinable
    public nonisolated(nonsending) func send(_ message: M) async throws {
        switch target {
        case .stream(let stream):
            var isSent = false
            try message._withPacked { isSent = try stream.write($0) }
            if !isSent { try await stream.writeWhenPossible(message.protobuf()) }
        case .pipe(let pipe): try await pipe.send(message)
        case .closure(let send, _): try await send(message)
        }
    }

    /// Sends a message if that is possible without waiting; otherwise drops it and returns false.
    public func offer(_ message: M) -> Bool {
        switch target {
        case .stream(let stream): message.withProtobuf { (try? stream.write($0)) ?? false }
        case .pipe(let pipe): pipe.offer(message)
        case .closure(_, let live): live(message)
        }
    }

    /// Sends live news: at once if that is possible, otherwise as soon as it is, unless a newer one has replaced it by
    /// then. Never waits. False when the call is over.
    @discardableResult
    public func sendLatest(_ message: M) -> Bool {
        switch target {
        case .stream(let stream): message.withProtobuf { stream.writeLatest($0) }
        case .pipe(let pipe): pipe.sendLatest(message)
        case .closure(_, let live): live(message)
        }
    }

    /// A caller sends no more messages (half-close). A handler need not call it: returning ends the call.
    public func finish() {
        switch target {
        case .stream(let stream): stream.finishWriting()
        case .pipe(let pipe): pipe.finish(nil)
        case .closure: break
        }
    }
}
