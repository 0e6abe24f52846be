import Synchronization

/// Messages that have come, for the one who takes them.
final class WebSocketInbox: Sendable {
    fileprivate struct State {
        var messages: [WebSocketMessage] = []
        var bytes = 0
        var hasEnded = false
        var isFull = false
        var taker: CheckedContinuation<WebSocketMessage?, Never>?
        /// Called once all that came has been taken and another is asked for.
        var onIdle: (@Sendable () -> Void)?
        /// Called once there is room again.
        var onRoom: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// - Parameter capacity: past so many bytes it is full
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// - Parameter onRoom: called when it is full no more
    /// - Returns: whether there is room for another
    func put(_ message: WebSocketMessage, onRoom: @escaping @Sendable () -> Void) -> Bool {
        let (taker, hasRoom) = state.withLock { state -> (CheckedContinuation<WebSocketMessage?, Never>?, Bool) in
            guard !state.hasEnded else { return (nil, true) }
            if let taker = state.taker {
                state.taker = nil
                return (taker, true)
            }
            state.messages.append(message)
            state.bytes += message.cost
            state.isFull = state.bytes > capacity
            state.onRoom = state.isFull ? onRoom : nil
            return (nil, !state.isFull)
        }
        taker?.resume(returning: message)
        return hasRoom
    }

    /// Whether everything that came has been taken, and worked on: another is asked for. If not, `onIdle` is called when it
    /// is so.
    func isIdle(otherwise onIdle: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard state.taker == nil, !state.hasEnded else { return true }
            state.onIdle = onIdle
            return false
        }
    }

    /// Nothing more comes. What waits is still given out.
    func end() {
        let taker = state.withLock { state in
            state.hasEnded = true
            state.onRoom = nil
            state.onIdle = nil
            defer { state.taker = nil }
            return state.taker
        }
        taker?.resume(returning: nil)
    }

    /// The next message; nil once there is none any more, or when the task is cancelled.
    func next() async -> WebSocketMessage? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (next, wake) = state.withLock { state in state.take(continuation, below: capacity / 2) }
                if let next { continuation.resume(returning: next) }
                wake?()
            }
        } onCancel: {
            end()
        }
    }
}

extension WebSocketInbox.State {
    /// - Returns: what to resume the taker with now (the inner nil: the end; the outer: it waits), and what to call
    fileprivate mutating func take(
        _ taker: CheckedContinuation<WebSocketMessage?, Never>, below mark: Int
    ) -> (WebSocketMessage??, (@Sendable () -> Void)?) {
        guard let first = messages.first else {
            if hasEnded { return (.some(nil), nil) }
            precondition(self.taker == nil, "a socket's messages are taken by one task")
            self.taker = taker
            defer { onIdle = nil }
            return (nil, onIdle)
        }
        messages.removeFirst()
        bytes -= first.cost
        guard isFull, bytes <= mark else { return (first, nil) }
        isFull = false
        defer { onRoom = nil }
        return (first, onRoom)
    }
}

extension WebSocketMessage {
    /// What it holds in memory, in bytes.
    fileprivate var cost: Int {
        switch self {
        case .text(let text): text.utf8.count + 64
        case .binary(let bytes): bytes.count + 64
        }
    }
}
