import Logging
import NIOCore
import NIOWebSocket

/// Runs one WebSocket's machine over its channel: bytes in, frames out, timers.
///
/// Added while HTTP's handlers are on their way out of the pipeline; until `start` it keeps what comes, which should be
/// nothing. It reads no more than it can work on: not while the peer does not take what waits for it, nor while nobody
/// takes the messages that came.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = Never
    typealias OutboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private enum Phase {
        case starting
        case running
        /// The peer has closed, or has to be closed, and what it said before is still being answered; then this is sent.
        case finishing(lastFrame: [UInt8])
        /// Everything was said: waits for the peer to close, so that it gets to read our last frame.
        case lingering
        case ended
    }

    private let limits: WebSocketLimits
    private let inbox: WebSocketInbox
    private let logger: Logger
    private var phase = Phase.starting
    private var machine: WebSocketMachine
    private var keepAlive: WebSocketKeepAlive
    private var timer: Scheduled<Void>?
    private var context: ChannelHandlerContext?
    private var hasRoom = true
    private var isReadHeld = false
    private var shouldDrain = false
    private var inputEnded = false
    /// What came before the upgrade was answered.
    private var early = 0

    init(limits: WebSocketLimits, inbox: WebSocketInbox, now: NIODeadline, logger: Logger) {
        self.limits = limits
        self.inbox = inbox
        self.logger = logger
        machine = WebSocketMachine(limits: limits)
        keepAlive = WebSocketKeepAlive(limits: limits, now: now.sinceOrigin)
    }

    /// HTTP has left: answers the upgrade, and from then on frames may come and go. Or, when something came before that,
    /// which has no business to, refuses.
    ///
    /// - Returns: whether there is a WebSocket now
    func start(accepting: ByteBuffer, refusing: @autoclosure () -> ByteBuffer) -> Bool {
        guard let context, case .starting = phase else { return false }
        // HTTP's handlers have taken a wish to read with them.
        isReadHeld = true
        guard early == 0 else {
            context.writeAndFlush(NIOAny(refusing()), promise: nil)
            phase = .lingering
            schedule(limits.closeTimeout, context)
            context.close(mode: .output, promise: nil)
            resumeReading()
            return false
        }
        context.writeAndFlush(NIOAny(accepting), promise: nil)
        do {
            try context.pipeline.syncOperations.addHandler(WebSocketFrameEncoder(), position: .before(self))
        } catch {
            context.close(promise: nil)
            return false
        }
        phase = .running
        keepAlive.heard(at: context.eventLoop.now.sinceOrigin)
        schedule(limits.pingAfter, context)
        if shouldDrain { close(.draining, context) }
        if inputEnded { run(machine.end(), context) }
        resumeReading()
        return true
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { finish() }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("websocket.lost", metadata: ["error": "\(error)"])
        finish()
        context.close(promise: nil)
    }

    private func finish() {
        phase = .ended
        timer?.cancel()
        timer = nil
        context = nil
        inbox.end()
    }

    // MARK: What comes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        switch phase {
        case .starting: early += buffer.readableBytes
        case .running:
            let now = context.eventLoop.now
            keepAlive.heard(at: now.sinceOrigin)
            let second = Int64(now.uptimeNanoseconds / 1_000_000_000)
            run(buffer.withUnsafeReadableBytes { machine.receive($0, second: second) }, context)
        case .finishing, .lingering, .ended: break
        }
    }

    func read(context: ChannelHandlerContext) {
        if mayRead(context) {
            context.read()
        } else {
            isReadHeld = true
        }
    }

    private func mayRead(_ context: ChannelHandlerContext) -> Bool {
        switch phase {
        case .starting: false
        case .running: hasRoom && context.channel.isWritable
        case .finishing, .lingering, .ended: true
        }
    }

    private func resumeReading() {
        guard isReadHeld, let context, mayRead(context) else { return }
        isReadHeld = false
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) { resumeReading() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            shouldDrain = true
            close(.draining, context)
        case let event as ChannelEvent where event == .inputClosed:
            inputEnded = true
            switch phase {
            case .starting, .finishing: break
            case .running: run(machine.end(), context)
            case .lingering, .ended: context.close(promise: nil)
            }
        default: break
        }
    }

    // MARK: What goes

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch phase {
        case .running where machine.isOpen, .finishing: context.write(data, promise: promise)
        default: promise?.fail(WebSocketClosed())
        }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let reason = event as? WebSocketClose else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        close(reason, context)
        promise?.succeed()
    }

    private func close(_ reason: WebSocketClose, _ context: ChannelHandlerContext) {
        if case .finishing = phase { return finishClosing() }
        guard case .running = phase else { return }
        let actions = machine.close(reason)
        guard !actions.isEmpty else { return }
        for case .sendClose(let payload) in actions { sendClose(payload, context) }
        inbox.end()
        schedule(limits.closeTimeout, context)
    }

    /// The peer's last frame, or its fault, has come. Whoever has messages from before it gets to answer them.
    private func finish(with payload: [UInt8], _ context: ChannelHandlerContext) {
        let (loop, this) = (context.eventLoop, NIOLoopBound(self, eventLoop: context.eventLoop))
        phase = .finishing(lastFrame: payload)
        guard inbox.isIdle(otherwise: { loop.execute { this.value.finishClosing() } }) else {
            return schedule(limits.closeTimeout, context)
        }
        finishClosing()
    }

    private func finishClosing() {
        guard case .finishing(let payload) = phase, let context else { return }
        sendClose(payload, context)
        linger(context)
    }

    private func sendClose(_ payload: [UInt8], _ context: ChannelHandlerContext) {
        logger.debug("websocket.closing", metadata: ["payload": "\(payload.prefix(2))"])
        send(.connectionClose, payload, context)
        context.flush()
    }

    private func run(_ actions: [WebSocketMachine.Action], _ context: ChannelHandlerContext) {
        var wrote = false
        for action in actions {
            switch action {
            case .deliver(let message): deliver(message, context)
            case .pong(let payload):
                send(.pong, payload, context)
                wrote = true
            case .sendClose(let payload):
                // The end follows it here too.
                if wrote { context.flush() }
                return finish(with: payload, context)
            case .end:
                if wrote { context.flush() }
                return linger(context)
            }
        }
        if wrote { context.flush() }
    }

    private func send(_ opcode: WebSocketOpcode, _ payload: [UInt8], _ context: ChannelHandlerContext) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, data: ByteBuffer(bytes: payload))
        context.write(wrapOutboundOut(frame), promise: nil)
    }

    private func deliver(_ message: WebSocketMessage, _ context: ChannelHandlerContext) {
        let loop = context.eventLoop
        let this = NIOLoopBound(self, eventLoop: loop)
        hasRoom = inbox.put(message) {
            loop.execute {
                this.value.hasRoom = true
                this.value.resumeReading()
            }
        }
    }

    /// Closing a socket that has bytes unread makes the kernel throw away what was sent last. So our side ends first, and
    /// the whole goes when the peer's has too, or after a moment.
    private func linger(_ context: ChannelHandlerContext) {
        switch phase {
        case .running, .finishing: break
        case .starting, .lingering, .ended: return
        }
        inbox.end()
        guard !inputEnded else {
            phase = .ended
            return context.close(promise: nil)
        }
        phase = .lingering
        schedule(limits.closeTimeout, context)
        context.close(mode: .output, promise: nil)
        resumeReading()
    }

    // MARK: Time

    private func schedule(_ delay: Duration, _ context: ChannelHandlerContext) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { [self] in look() }
    }

    private func look() {
        guard let context else { return }
        switch phase {
        case .running where machine.isOpen: break
        case .finishing: return finishClosing()
        default:
            // The peer had its moment.
            return context.close(promise: nil)
        }
        let isListening = hasRoom && context.channel.isWritable
        switch keepAlive.look(at: context.eventLoop.now.sinceOrigin, isListening: isListening) {
        case .wait(let delay): schedule(delay, context)
        case .ping(let delay):
            send(.ping, [], context)
            context.flush()
            schedule(delay, context)
        case .giveUp:
            logger.debug("websocket.silent")
            context.close(promise: nil)
        }
    }
}

extension WebSocketClose {
    static let draining = WebSocketClose(goingAway, "the server is shutting down")
}

extension NIODeadline {
    fileprivate var sinceOrigin: Duration { .nanoseconds(Int64(uptimeNanoseconds)) }
}
