import Logging
import Messages
import NIOCore

/// The shell around one `ConnectionMachine`: it owns the receive buffer, the output, the streams and the timer, and does
/// what the machine says.
///
/// Every entry from outside ends in `settle`, which does what is to be done, runs the handlers that became ready,
/// writes everything out at once and sets the timer.
///
/// Safe because everything but the constants is used on the event loop only.
final class WireConnection: @unchecked Sendable {
    /// Where the bytes go.
    enum Link {
        case none
        case channel(ChannelHandlerContext)
        case memory(MemoryLink)
    }

    /// What a client is told about its connection.
    struct Events {
        var ready: () -> Void = {}
        var goingAway: (_ after: Duration, _ why: String) -> Void = { _, _ in }
        var roomForCalls: () -> Void = {}
        var closed: (_ why: String) -> Void = { _ in }
    }

    /// The most jobs that run before the event loop looks at its sockets again.
    private static let jobsPerTurn = 512

    let eventLoop: any EventLoop
    let executor: LoopExecutor
    let grantThreshold: Int
    let counters: WireCounters
    private let router: WireRouter?
    private let isServer: Bool
    private let logger: Logger
    private let maxFrameBytes: Int

    var machine: ConnectionMachine
    var events = Events()
    private(set) var peer: PeerIdentity?
    private(set) var remoteAddress = ""
    private(set) var isReady = false
    private(set) var closeReason = "the connection was lost"

    private var link = Link.none
    private var streams: [UInt32: CallStream] = [:]
    private var blockedByLink: [CallStream] = []
    private var inbox = ByteBuffer()
    private var output: ByteBuffer
    private var isWritable = true
    private var depth = 0
    private var isSettleScheduled = false
    private var isClosing = false
    private var isClosed = false
    private var timer: Scheduled<Void>?
    private var timerDue: MonotonicTime?
    private let created: MonotonicTime

    init(
        role: ConnectionMachine.Role, eventLoop: any EventLoop, limits: WireLimits, agent: String, router: WireRouter?,
        counters: WireCounters, logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.router = router
        self.counters = counters
        self.logger = logger
        isServer = role == .server
        machine = ConnectionMachine(role: role, limits: limits, agent: agent)
        grantThreshold = machine.limits.initialCreditBytes / 2
        maxFrameBytes = machine.limits.maxFrameBytes
        executor = LoopExecutor(eventLoop: eventLoop)
        output = ByteBufferAllocator().buffer(capacity: 0)
        created = MonotonicTime(nanoseconds: Int64(eventLoop.now.uptimeNanoseconds))
        executor.wake = { [weak self] in self?.touch() }
    }

    var now: MonotonicTime { MonotonicTime(nanoseconds: Int64(eventLoop.now.uptimeNanoseconds)) }

    // MARK: From the link

    /// The transport is there, TLS included: hello.
    func start(link: Link, peer: PeerIdentity?, remoteAddress: String) {
        guard case .none = self.link, !isClosed else { return }
        self.link = link
        self.peer = peer
        self.remoteAddress = remoteAddress
        enter { machine.start(since: created, now: now) }
    }

    /// Bytes have arrived. `endOfBatch` follows.
    func read(_ bytes: inout ByteBuffer) {
        if isClosing || isClosed { return }
        depth += 1
        defer { depth -= 1 }
        if inbox.readableBytes == 0 {
            inbox = bytes
        } else {
            inbox.writeBuffer(&bytes)
        }
        parse()
    }

    /// No more bytes for now.
    func endOfBatch() {
        if isClosed { return }
        machine.heard(now: now)
        settle()
    }

    func writabilityChanged(_ isWritable: Bool) {
        guard isWritable != self.isWritable else { return }
        self.isWritable = isWritable
        enter {
            machine.writability(isWritable, now: now)
            guard isWritable else { return }
            let blocked = blockedByLink
            blockedByLink.removeAll()
            for stream in blocked { stream.drain() }
        }
    }

    /// The transport is gone.
    func lost(_ reason: String) {
        guard !isClosed else { return }
        if !isClosing { closeReason = reason }
        enter { machine.connectionLost(reason) }
        isClosed = true
        isClosing = true
        link = .none
        inbox = ByteBuffer()
        timer?.cancel()
        timer = nil
        executor.wake = nil
        executor.run(limit: .max)
        events.closed(closeReason)
        events = Events()
    }

    /// The transport's own trouble, such as TLS's: counted, and the connection ends.
    func failed(_ refusal: WireRefusal, _ reason: String) {
        guard !isClosing, !isClosed else { return }
        refuse(refusal, reason)
        closeReason = reason
    }

    private func parse() {
        var consumed = 0
        inbox.withUnsafeReadableBytes { bytes in
            do throws(FrameError) {
                while !isClosing,
                    let (frame, length) = try FrameDecoder.decode(
                        UnsafeRawBufferPointer(rebasing: bytes[consumed...]), maxFrameBytes: maxFrameBytes)
                {
                    let body = UnsafeRawBufferPointer(rebasing: bytes[consumed..<consumed + length])
                    consumed += length
                    received(frame, in: body)
                }
            } catch {
                machine.received(error)
                perform()
            }
        }
        inbox.moveReaderIndex(forwardBy: consumed)
        if inbox.readableBytes == 0 {
            // Lets go of the memory: an idle connection keeps none.
            inbox = ByteBuffer()
        } else {
            inbox.discardReadBytes()
        }
    }

    private func received(_ frame: DecodedFrame, in bytes: UnsafeRawBufferPointer) {
        switch frame {
        case .message(let id, let payload, let end):
            deliver(id, UnsafeRawBufferPointer(rebasing: bytes[payload]), end: end)
        case .other(let frame):
            if case .message(let payload) = frame.kind {
                payload.withUnsafeBytes { deliver(frame.streamID, $0, end: frame.end) }
            } else {
                machine.received(frame, now: now)
            }
        }
        if !machine.effects.isEmpty { perform() }
    }

    private func deliver(_ id: UInt32, _ payload: UnsafeRawBufferPointer, end: Bool) {
        guard case .deliver(let cost) = machine.receivedMessage(id, payloadBytes: payload.count, end: end),
            let sink = streams[id]?.sink
        else { return }
        do throws(DecodingError) {
            try sink.deliver(payload, cost: cost)
            if end, isServer { sink.finish(nil) }
        } catch {
            refuse(.badMessage, "stream \(id): \(error.description)")
            machine.abandon(id, error.statusCode, error.statusMessage, now: now)
        }
    }

    // MARK: From streams

    /// False when it has to wait, and then the stream's `drain` is called when it need not any more.
    func sendMessage(_ stream: CallStream, _ payload: UnsafeRawBufferPointer) throws -> Bool {
        guard isWritable else {
            if !blockedByLink.contains(where: { $0 === stream }) { blockedByLink.append(stream) }
            return false
        }
        switch machine.send(stream.id, payloadBytes: payload.count) {
        case .write: break
        case .blocked: return false
        // A stream lets no message through that is too large.
        case .over, .tooLarge: throw WireStatus.endOfCall
        }
        // Frames that the machine wants written come first: the Open, the Headers.
        if !machine.effects.isEmpty { perform() }
        output.writeWithUnsafeMutableBytes(
            minimumWritableBytes: payload.count + FrameEncoder.maxMessageOverhead
        ) { FrameEncoder.writeMessage(stream: stream.id, payload: payload, end: false, to: $0) }
        touch()
        return true
    }

    func sendHeaders(_ stream: CallStream, _ metadata: [WireV1.MetadataEntry]) {
        machine.sendHeaders(stream.id, metadata)
        touch()
    }

    func sendEnd(_ stream: CallStream) {
        machine.sendEnd(stream.id)
        touch()
    }

    func sendStatus(_ stream: CallStream, _ status: WireV1.Status) {
        streams[stream.id] = nil
        machine.sendStatus(stream.id, status, now: now)
        touch()
    }

    func grant(_ stream: CallStream, _ bytes: Int) {
        machine.grant(stream.id, bytes: bytes)
        touch()
    }

    func abandon(_ stream: CallStream) {
        machine.abandon(stream.id, .cancelled, "cancelled by the caller", now: now)
        touch()
    }

    /// Client: begins a call on `stream`; nil when it must wait for `roomForCalls`.
    func open(_ stream: CallStream, sink: MessageSink, method: String) throws -> Bool {
        var timeout: UInt32 = 0
        var deadline: MonotonicTime?
        if let end = stream.context.deadline {
            let left = end - ContinuousClock.now
            guard left > .zero else { throw WireStatus(.deadlineExceeded, "the deadline passed before the call began") }
            deadline = now + left
            let milliseconds = left / .milliseconds(1)
            timeout = milliseconds >= Double(UInt32.max) ? .max : UInt32(milliseconds.rounded(.up))
        }
        let open = WireV1.Open(method: method, timeoutMs: timeout, metadata: stream.context.metadata.wire)
        switch machine.open(open, deadline: deadline, now: now) {
        case .success(let id):
            streams[id] = stream
            if !stream.attach(to: self, id: id, sink: sink) { abandon(stream) }
            touch()
            return true
        case .failure(let status) where status.code == .resourceExhausted && machine.someoneWaitsForRoom:
            return false
        case .failure(let status): throw status
        }
    }

    // MARK: Ending

    func drain(_ message: String, reconnectAfter: Duration, grace: Duration) {
        let milliseconds = UInt32(clamping: Int64(reconnectAfter / .milliseconds(1)))
        enter { machine.drain(message, reconnectAfterMs: milliseconds, grace: grace, now: now) }
    }

    /// Ends it now; calls end with `.unavailable`.
    func close(_ reason: String) {
        enter { machine.connectionLost(reason) }
        closeReason = reason
        closeLink()
    }

    private func close(linger: Bool) {
        guard !isClosing else { return }
        isClosing = true
        flush()
        if linger {
            _ = eventLoop.scheduleTask(in: .milliseconds(250)) { self.closeLink() }
        } else {
            closeLink()
        }
    }

    private func closeLink() {
        isClosing = true
        flush()
        switch link {
        case .none: break
        case .channel(let context): context.close(promise: nil)
        case .memory(let link): link.close()
        }
    }

    // MARK: Doing what is to be done

    /// Runs `body` as an entry from outside.
    private func enter(_ body: () -> Void) {
        depth += 1
        body()
        depth -= 1
        if depth == 0 { settle() }
    }

    /// Something is to be done; if no one is at it, do it at the end of this turn of the event loop.
    private func touch() {
        guard depth == 0, !isSettleScheduled else { return }
        isSettleScheduled = true
        eventLoop.execute {
            self.isSettleScheduled = false
            if self.depth == 0 { self.settle() }
        }
    }

    private func settle() {
        depth += 1
        perform()
        executor.run(limit: Self.jobsPerTurn)
        perform()
        flush()
        setTimer()
        depth -= 1
        if executor.hasJobs { touch() }
    }

    private func perform() {
        while !machine.effects.isEmpty {
            for effect in machine.takeEffects() { perform(effect) }
        }
    }

    private func perform(_ effect: ConnectionEffect) {
        switch effect {
        case .write(let frame): output.writeBytes(FrameEncoder.encode(frame))
        case .ready(let agent):
            isReady = true
            logger.debug("wire.ready", metadata: ["peer": "\(peerName)", "agent": "\(agent)"])
            events.ready()
        case .begin(let id, let open, let deadline): begin(id, open, deadline: deadline)
        case .headers(let id, let metadata): streams[id]?.context.response.initial = Metadata(metadata)
        case .end(let id): streams[id]?.sink?.finish(nil)
        case .over(let id, let status):
            streams.removeValue(forKey: id)?
                .over(WireStatus(status.code, status.message, metadata: Metadata(status.metadata)))
        case .writable(let id): streams[id]?.drain()
        case .roomForCalls: events.roomForCalls()
        case .goingAway(let after, let code, let message):
            closeReason = "the server said \(code.name): \(message)"
            events.goingAway(.milliseconds(Int64(after)), closeReason)
        case .refused(let refusal, let detail): refuse(refusal, detail)
        case .close(let linger): close(linger: linger)
        }
    }

    private func begin(_ id: UInt32, _ open: WireV1.Open, deadline: MonotonicTime?) {
        let context = CallContext(
            method: open.method, peer: peer, remoteAddress: remoteAddress, metadata: Metadata(open.metadata),
            deadline: deadline.map { ContinuousClock.now + ($0 - now) })
        let stream = CallStream(isServer: true, context: context)
        guard let router, let route = router.route(open.method) else {
            let refusal = router?.refusal(open.method) ?? WireStatus(.unimplemented, "no methods here")
            machine.handlerEnded()
            machine.sendStatus(id, .init(code: refusal.code, message: refusal.message), now: now)
            return
        }
        let (sink, run) = route.start(stream, context)
        streams[id] = stream
        _ = stream.attach(to: self, id: id, sink: sink)
        let logger = logger
        stream.task = Task(executorPreference: executor) { [weak self] in
            var status = WireStatus(.ok, "")
            do {
                try await run()
            } catch {
                status = WireStatus(describing: error)
                if status.code == .unknown {
                    logger.error("wire.handler.failed", metadata: ["method": "\(open.method)", "error": "\(error)"])
                }
            }
            stream.complete(status)
            stream.task = nil
            self?.handlerEnded()
        }
    }

    private func handlerEnded() {
        if eventLoop.inEventLoop {
            machine.handlerEnded()
        } else {
            eventLoop.execute { self.machine.handlerEnded() }
        }
    }

    private var peerName: String { peer?.description ?? remoteAddress }

    private func refuse(_ refusal: WireRefusal, _ detail: String) {
        counters.count(refusal)
        logger.debug(
            "wire.refused",
            metadata: [
                "reason": "\(refusal.rawValue)", "peer": "\(peerName)", "address": "\(remoteAddress)",
                "detail": "\(detail)",
            ])
    }

    private func flush() {
        guard output.readableBytes > 0 else { return }
        switch link {
        case .none: return output.clear()
        case .channel(let context): context.writeAndFlush(NIOAny(output), promise: nil)
        case .memory(let link): link.write(output)
        }
        if output.capacity > 1_024 {
            output = ByteBuffer()
        } else {
            output.clear()
        }
    }

    private func setTimer() {
        guard !isClosed, let due = machine.nextTimer else { return }
        if let timerDue, timerDue <= due { return }
        timer?.cancel()
        timerDue = due
        timer = eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(clamping: due.nanoseconds))) {
            [weak self] in self?.timerFired()
        }
    }

    private func timerFired() {
        timerDue = nil
        timer = nil
        enter { machine.timerFired(now: now) }
    }
}
