import DequeModule
import Messages
import NIOCore
import Synchronization

/// A server's end of a call that a `WireReactor` answers.
///
/// Safe because everything but `wake` is used on the event loop only, and that changes nothing but an atomic.
@usableFromInline
final class ReactorCall: CallEnd, @unchecked Sendable {
    let context: CallContext
    let id: UInt32
    private let eventLoop: any EventLoop
    private let isWakeDue = Atomic(false)

    // Both are gone when the call is over.
    private var connection: WireConnection?
    private var reactor: (any WireReactor)?
    private var isPaused = false
    private var hasPeerEnded = false
    private var hasSentMessage = false
    /// The reactor is to be told when it can send.
    private var isBlocked = false
    /// What arrived while it was paused.
    private var waiting = Deque<(bytes: [UInt8], cost: Int)>()
    private var unreported = 0
    private var maxMessageBytes = Int.max

    init(id: UInt32, context: CallContext, connection: WireConnection) {
        self.id = id
        self.context = context
        self.connection = connection
        eventLoop = connection.eventLoop
    }

    func start(_ reactor: any WireReactor) {
        maxMessageBytes = reactor.maxMessageBytes
        if connection == nil { reactor.ended(.endOfCall) } else { self.reactor = reactor }
    }

    // MARK: From the connection

    func deliver(_ payload: UnsafeRawBufferPointer, cost: Int) {
        if isPaused || !waiting.isEmpty {
            waiting.append(([UInt8](payload), cost))
        } else {
            take(payload, cost: cost)
        }
    }

    func peerEnded() {
        hasPeerEnded = true
        if waiting.isEmpty { reactor?.finished() }
    }

    func drain() {
        guard isBlocked else { return }
        isBlocked = false
        reactor?.canSend()
    }

    func takeUnreported() -> Int {
        defer { unreported = 0 }
        return unreported
    }

    func over(_ status: WireStatus) {
        guard let connection else { return }
        self.connection = nil
        waiting.removeAll()
        connection.machine.handlerEnded()
        let reactor = reactor
        self.reactor = nil
        reactor?.ended(status)
    }

    private func take(_ payload: UnsafeRawBufferPointer, cost: Int) {
        guard let reactor else { return }
        guard payload.count <= maxMessageBytes else {
            connection?.refuse(.badMessage, "stream \(id): a message of \(payload.count) bytes")
            let text = "a message of \(payload.count) bytes; this call takes at most \(maxMessageBytes)"
            return end(WireStatus(.invalidArgument, text))
        }
        do throws(DecodingError) {
            try reactor._receive(payload)
        } catch {
            connection?.badMessage(self, error)
            return
        }
        unreported += cost
        if let connection, unreported >= connection.grantThreshold { connection.grant(self) }
    }

    // MARK: From the reactor

    var loopLag: Duration { connection?.loopLag?.now ?? .zero }

    /// Whether the message is on its way to the socket.
    @usableFromInline
    func offer(_ payload: UnsafeRawBufferPointer) -> Bool {
        guard let connection else { return false }
        let limit = connection.machine.maxPayloadBytes
        if payload.count > limit {
            let text = "a message of \(payload.count) bytes; the peer takes at most \(limit)"
            end(WireStatus(.resourceExhausted, text))
            return false
        }
        sendHeadersOnce(on: connection)
        isBlocked = (try? connection.sendMessage(self, payload)) != true
        return !isBlocked
    }

    func end(_ status: WireStatus) {
        guard let connection else { return }
        sendHeadersOnce(on: connection)
        var trailing = context.response.trailing
        for entry in status.metadata { trailing.append(entry) }
        connection.sendStatus(self, .init(code: status.code, message: status.message, metadata: trailing.wire))
        over(status)
    }

    private func sendHeadersOnce(on connection: WireConnection) {
        guard !hasSentMessage else { return }
        hasSentMessage = true
        let initial = context.response.initial
        if !initial.isEmpty { connection.sendHeaders(self, initial.wire) }
    }

    func pause() { isPaused = true }

    func resume() {
        guard isPaused else { return }
        isPaused = false
        guard !waiting.isEmpty else { return }
        while !isPaused, let (bytes, cost) = waiting.popFirst() {
            bytes.withUnsafeBytes { take($0, cost: cost) }
        }
        if waiting.isEmpty, hasPeerEnded { reactor?.finished() }
    }

    func wake(after delay: Duration) {
        // Not this call itself, which may be over long before.
        eventLoop.scheduleTask(in: TimeAmount(delay)) { [weak self] in self?.wake() }
    }

    /// Any thread.
    func wake() {
        guard !isWakeDue.exchange(true, ordering: .acquiringAndReleasing) else { return }
        eventLoop.execute {
            self.isWakeDue.store(false, ordering: .releasing)
            guard let connection = self.connection else { return }
            connection.enter { self.reactor?.canSend() }
        }
    }
}
