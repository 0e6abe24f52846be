import DequeModule
import Messages
import NIOCore
import Synchronization

/// One call's end of a connection: the bytes of its messages out, and who gets those that come in.
///
/// Handlers and callers use it from any thread. On the connection's event loop a message goes straight into the
/// connection's output; from elsewhere it waits in an outbox that the loop empties, which is limited, so that a writer
/// elsewhere waits too.
///
/// Safe because shared state is in the `Mutex`, `connection` is set before the stream is used, and the rest is touched
/// on the event loop only.
@usableFromInline
final class CallStream: CallEnd, @unchecked Sendable {
    private struct Item {
        var id: UInt64
        var payload: [UInt8]
        var waiter: UnsafeContinuation<Void, any Error>?
    }

    private struct State {
        var isOver = false
        var isAbandoned = false
        var connection: WireConnection?
        var outbox = Deque<Item>()
        var outboxBytes = 0
        var latest: [UInt8]?
        var nextItem: UInt64 = 0
        var isDrainScheduled = false
        /// What follows the outbox: a caller's half-close, a handler's status.
        var hasFinished = false
        var status: WireStatus?
        /// What the consumer took that the connection does not know of yet.
        var unreported = 0
        var isReportScheduled = false
        var grantThreshold = Int.max
        var maxPayload = 0
    }

    /// What may wait in the outbox of a writer elsewhere before it has to wait.
    private static let outboxLimit = 65_536

    let isServer: Bool
    let context: CallContext
    private let state = Mutex(State())

    // On the event loop only.
    var id: UInt32 = 0
    var inbox: MessageQueue<[UInt8]>?
    var task: Task<Void, Never>?
    private var hasSentMessage = false
    private var lastMessage: [UInt8] = []

    /// The largest message whose memory is kept for the next.
    private static let mostReused = 512

    init(isServer: Bool, context: CallContext) {
        self.isServer = isServer
        self.context = context
    }

    /// Joins the stream to its connection. On the event loop. False when it was abandoned before.
    func attach(to connection: WireConnection, id: UInt32, inbox: CallInbox) -> Bool {
        self.id = id
        self.inbox = inbox.queue
        return state.withLock { state in
            if state.isAbandoned || state.isOver { return false }
            state.connection = connection
            state.grantThreshold = connection.grantThreshold
            state.maxPayload = connection.machine.maxPayloadBytes
            return true
        }
    }

    func deliver(_ payload: UnsafeRawBufferPointer, cost: Int) {
        guard let inbox else { return }
        guard payload.count <= Self.mostReused else { return inbox.put([UInt8](payload), cost: cost) }
        // A consumer that is done with the last message leaves its memory for this one; otherwise it is new.
        lastMessage.removeAll(keepingCapacity: true)
        lastMessage.append(contentsOf: payload)
        inbox.put(lastMessage, cost: cost)
    }

    func peerEnded() { inbox?.finish(nil) }

    var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

    /// nil before the call has begun and when it is over.
    var connection: WireConnection? { state.withLock { $0.connection } }

    // MARK: Writing

    /// Writes a message if that is possible now. On another thread "now" means: into the outbox, while there is room.
    @usableFromInline
    func write(_ payload: UnsafeRawBufferPointer) throws -> Bool {
        let (connection, mustQueue) = try state.withLock { state -> (WireConnection, Bool) in
            guard !state.isOver, !state.hasFinished, let connection = state.connection else {
                throw WireStatus.endOfCall
            }
            if payload.count > state.maxPayload {
                throw WireStatus(
                    .resourceExhausted,
                    "a message of \(payload.count) bytes; the peer takes at most \(state.maxPayload)")
            }
            return (connection, !state.outbox.isEmpty)
        }
        if connection.eventLoop.inEventLoop {
            return try !mustQueue && send(payload, on: connection)
        }
        let (isTaken, mustSchedule) = state.withLock { state -> (Bool, Bool) in
            if state.isOver { return (false, false) }
            guard state.outboxBytes < Self.outboxLimit else { return (false, false) }
            state.nextItem += 1
            state.outbox.append(Item(id: state.nextItem, payload: Array(payload), waiter: nil))
            state.outboxBytes += payload.count
            defer { state.isDrainScheduled = true }
            return (true, !state.isDrainScheduled)
        }
        if mustSchedule { connection.eventLoop.execute { self.drain() } }
        return isTaken
    }

    /// Waits until the message has been written.
    @usableFromInline
    nonisolated(nonsending) func writeWhenPossible(_ payload: [UInt8]) async throws {
        let item = state.withLock { state in
            state.nextItem += 1
            return state.nextItem
        }
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { wait($0, item: item, payload) }
        } onCancel: {
            cancelWrite(item)
        }
    }

    /// Writes now, or keeps the message until it can be written or a newer one replaces it.
    func writeLatest(_ payload: UnsafeRawBufferPointer) -> Bool {
        do {
            if try write(payload) {
                state.withLock { $0.latest = nil }
                return true
            }
        } catch {
            return false
        }
        return state.withLock { state in
            if state.isOver || state.hasFinished { return false }
            state.latest = Array(payload)
            return true
        }
    }

    /// A handler's one answer.
    nonisolated(nonsending) func answer(_ message: some Message) async throws {
        if try message.withProtobuf({ try write($0) }) { return }
        try await writeWhenPossible(message.protobuf())
    }

    /// A caller's half-close, once everything is written.
    func finishWriting() {
        guard !isServer else { return }
        finish(nil)
    }

    /// A handler has returned or thrown: its status goes out once everything is written. After that the stream is gone.
    @inline(never)
    func handlerEnded(_ failure: (any Error)?) {
        task = nil
        guard let failure else { return finish(WireStatus(.ok, "")) }
        let status = WireStatus(describing: failure)
        if status.code == .unknown { state.withLock { $0.connection }?.handlerFailed(context.method, failure) }
        finish(status)
    }

    private func finish(_ status: WireStatus?) {
        let connection = state.withLock { state -> WireConnection? in
            if state.isOver || state.hasFinished { return nil }
            state.hasFinished = true
            state.status = status
            return state.connection
        }
        guard let connection else { return }
        if connection.eventLoop.inEventLoop {
            drain()
        } else {
            connection.eventLoop.execute { self.drain() }
        }
    }

    private func wait(_ waiter: UnsafeContinuation<Void, any Error>, item: UInt64, _ payload: [UInt8]) {
        let isCancelled = Task.isCancelled
        let connection = state.withLock { state -> WireConnection? in
            guard !state.isOver, !state.hasFinished, !isCancelled, let connection = state.connection else { return nil }
            state.outbox.append(Item(id: item, payload: payload, waiter: waiter))
            state.outboxBytes += payload.count
            return connection
        }
        guard let connection else {
            return waiter.resume(throwing: isCancelled ? WireStatus(.cancelled, "cancelled") : .endOfCall)
        }
        if connection.eventLoop.inEventLoop {
            drain()
        } else {
            connection.eventLoop.execute { self.drain() }
        }
    }

    private func cancelWrite(_ item: UInt64) {
        let waiter = state.withLock { state -> UnsafeContinuation<Void, any Error>? in
            guard let index = state.outbox.firstIndex(where: { $0.id == item }) else { return nil }
            let removed = state.outbox.remove(at: index)
            state.outboxBytes -= removed.payload.count
            return removed.waiter
        }
        waiter?.resume(throwing: WireStatus(.cancelled, "cancelled"))
    }

    /// Empties the outbox as far as credit and the socket allow. On the event loop.
    func drain() {
        guard
            let connection = state.withLock({ state -> WireConnection? in
                state.isDrainScheduled = false
                return state.isOver ? nil : state.connection
            })
        else { return }
        while let item = state.withLock({ $0.outbox.first }) {
            var failure: (any Error)?
            do {
                guard try item.payload.withUnsafeBytes({ try send($0, on: connection) }) else { return }
            } catch {
                failure = error
            }
            // A cancellation may have taken it out meanwhile, and resumed its writer.
            let waiter = state.withLock { state -> UnsafeContinuation<Void, any Error>? in
                guard state.outbox.first?.id == item.id, let first = state.outbox.popFirst() else { return nil }
                state.outboxBytes -= first.payload.count
                return first.waiter
            }
            if let failure { waiter?.resume(throwing: failure) } else { waiter?.resume() }
        }
        if let latest = state.withLock({ $0.latest }) {
            guard (try? latest.withUnsafeBytes { try send($0, on: connection) }) != false else { return }
            state.withLock { $0.latest = nil }
        }
        let (hasFinished, status) = state.withLock { ($0.hasFinished, $0.status) }
        guard hasFinished else { return }
        if let status {
            sendStatus(status, on: connection)
        } else {
            connection.sendEnd(self)
        }
    }

    /// Into the connection's output. On the event loop.
    private func send(_ payload: UnsafeRawBufferPointer, on connection: WireConnection) throws -> Bool {
        if isServer, !hasSentMessage { sendHeaders(on: connection) }
        return try connection.sendMessage(self, payload)
    }

    /// A server's initial metadata, if there is any. On the event loop.
    func sendHeaders(on connection: WireConnection) {
        hasSentMessage = true
        let initial = context.response.initial
        if !initial.isEmpty { connection.sendHeaders(self, initial.wire) }
    }

    private func sendStatus(_ status: WireStatus, on connection: WireConnection) {
        if !hasSentMessage { sendHeaders(on: connection) }
        var trailing = context.response.trailing
        for entry in status.metadata { trailing.append(entry) }
        markOver()
        connection.sendStatus(
            self, WireV1.Status(code: status.code, message: status.message, metadata: trailing.wire))
        inbox?.finish(.endOfCall)
        inbox = nil
    }

    // MARK: Reading and ending

    /// The consumer took messages that cost this much.
    func consumed(_ cost: Int) {
        let connection = state.withLock { state -> WireConnection? in
            state.unreported += cost
            guard !state.isOver, !state.isReportScheduled, state.unreported >= state.grantThreshold else { return nil }
            state.isReportScheduled = true
            return state.connection
        }
        guard let connection else { return }
        if connection.eventLoop.inEventLoop {
            connection.grant(self)
        } else {
            connection.eventLoop.execute { connection.grant(self) }
        }
    }

    /// What was taken since the last time. On the event loop.
    func takeUnreported() -> Int {
        state.withLock { state in
            state.isReportScheduled = false
            defer { state.unreported = 0 }
            return state.unreported
        }
    }

    /// A message turned out not to be of the method's type, when its consumer took it: the call ends.
    func badMessage(_ error: DecodingError) {
        guard let connection = state.withLock({ $0.isOver ? nil : $0.connection }) else { return }
        if connection.eventLoop.inEventLoop {
            connection.badMessage(self, error)
        } else {
            connection.eventLoop.execute { connection.badMessage(self, error) }
        }
    }

    /// A caller gives the call up, or has all that it wanted. Any thread, any number of times.
    func abandon() {
        let connection = state.withLock { state -> WireConnection? in
            if state.isOver || state.isAbandoned { return nil }
            state.isAbandoned = true
            return state.connection
        }
        guard let connection else { return }
        if connection.eventLoop.inEventLoop {
            connection.abandon(self)
        } else {
            connection.eventLoop.execute { connection.abandon(self) }
        }
    }

    /// The connection says that the call is over. On the event loop.
    func over(_ status: WireStatus) {
        for waiter in markOver() { waiter.resume(throwing: WireStatus.endOfCall) }
        if !isServer { context.response.trailing = status.metadata }
        inbox?.finish(status.code == .ok ? nil : status)
        inbox = nil
        task?.cancel()
    }

    @discardableResult
    private func markOver() -> [UnsafeContinuation<Void, any Error>] {
        state.withLock { state in
            state.isOver = true
            let waiters = state.outbox.compactMap(\.waiter)
            state.outbox.removeAll()
            state.latest = nil
            state.connection = nil
            return waiters
        }
    }
}
