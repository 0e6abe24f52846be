public import Logging
public import NIOCore

/// TLS for one channel, at either end: ciphertext on the network's side, plaintext on the pipeline's.
///
/// Fires `TLSHandshakeCompleted` when data may flow; writes before that wait. Any failure is counted, logged at debug,
/// fired as a `TLSError` through `errorCaught`, and closes the channel. All that arrives in one read is passed on as one
/// buffer; all that was written up to a flush leaves as one write. Closing sends close_notify first. The peer's
/// close_notify closes the channel, or fires `ChannelEvent.inputClosed` where the channel allows remote half-closure.
public final class TLSHandler: ChannelDuplexHandler {
    public typealias InboundIn = ByteBuffer
    public typealias InboundOut = ByteBuffer
    public typealias OutboundIn = ByteBuffer
    public typealias OutboundOut = ByteBuffer

    enum State {
        case waiting, handshaking, established
        /// close_notify is on its way out; what comes in is dropped.
        case closing
        case ended
    }

    let connection: TLSConnection
    private let handshakeTimeout: TimeAmount
    let closeTimeout: TimeAmount
    let logger: Logger
    var state = State.waiting
    var timer: Scheduled<Void>?
    var plaintext = ByteBuffer()
    var promises: [EventLoopPromise<Void>] = []
    private var flushWanted = false
    var outputClosed = false
    var peerClosed = false
    private var delivered = false
    private var sawError = false
    var closePromise: EventLoopPromise<Void>?
    /// What the peer is to be checked against as well, when the handshake is done.
    private var reloaded: TLSContext?

    /// Makes the handler for one channel.
    ///
    /// - Parameters:
    ///   - context: the side's setup, shared by its channels
    ///   - handshakeTimeout: from the channel becoming active until the handshake is done
    ///   - closeTimeout: how long closing waits for data and close_notify to leave
    public init(
        context: TLSContext, handshakeTimeout: TimeAmount = .seconds(10), closeTimeout: TimeAmount = .seconds(3),
        logger: Logger
    ) throws(TLSError) {
        connection = try TLSConnection(context)
        self.handshakeTimeout = handshakeTimeout
        self.closeTimeout = closeTimeout
        self.logger = logger
    }

    // MARK: Life of the channel

    public func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        end(.ioOnClosedChannel)
    }

    public func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        start(context)
    }

    public func channelInactive(context: ChannelHandlerContext) {
        let error: TLSError? =
            switch state {
            case .handshaking: .closedInHandshake
            case .established where !peerClosed && !sawError: .truncated
            default: nil
            }
        end(.ioOnClosedChannel)
        if let error { report(error, context) }
        closePromise?.succeed()
        closePromise = nil
        context.fireChannelInactive()
    }

    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        sawError = true
        context.fireErrorCaught(error)
    }

    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        // The socket's input ended. With close_notify before it, the pipeline knows already.
        connection.endInput()
        switch state {
        case .handshaking: fail(.closedInHandshake, context)
        case .established where !peerClosed: fail(.truncated, context)
        default: break
        }
    }

    private func start(_ context: ChannelHandlerContext) {
        guard state == .waiting else { return }
        state = .handshaking
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: handshakeTimeout) { [self] in
            guard state == .handshaking else { return }
            fail(TLSError(.timeout, "the TLS handshake took longer than \(handshakeTimeout.seconds) s"), context)
        }
        proceed(context)
        // Without auto-read nobody else would ask for the handshake's bytes.
        if state == .handshaking { context.read() }
    }

    /// Checks the peer against what another context trusts; if its handshake is still going on, at the end of that.
    ///
    /// - Throws: `TLSError` if it is not accepted any more; closing the connection is the caller's.
    func recheck(against context: TLSContext) throws(TLSError) {
        switch state {
        case .waiting, .handshaking: reloaded = context
        case .established: try connection.recheck(against: context)
        case .closing, .ended: break
        }
    }

    // MARK: Reading

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        switch state {
        case .handshaking, .established:
            connection.receive(&buffer, now: context.eventLoop.now)
            proceed(context)
        case .waiting:
            connection.receive(&buffer, now: context.eventLoop.now)
        case .closing, .ended: break
        }
    }

    public func channelReadComplete(context: ChannelHandlerContext) {
        if delivered {
            delivered = false
            context.fireChannelReadComplete()
        } else if state == .handshaking || state == .established {
            // What came was TLS's own business, so whoever asked for data is still waiting for it.
            context.read()
        }
    }

    private func proceed(_ context: ChannelHandlerContext) {
        if state == .handshaking {
            switch connection.handshake() {
            case .complete:
                do {
                    established(try connection.completed(), context)
                } catch {
                    return fail(error, context)
                }
            case .incomplete: return sendOutbound(context)
            case .failed(let error): return fail(error, context)
            }
        }
        // Handlers that heard of the handshake may have closed the channel by now.
        if state == .established && !peerClosed { decrypt(context) }
    }

    private func established(_ completed: TLSHandshakeCompleted, _ context: ChannelHandlerContext) {
        if let reloaded {
            self.reloaded = nil
            do throws(TLSError) { try connection.recheck(against: reloaded) } catch { return fail(error, context) }
        }
        state = .established
        timer?.cancel()
        timer = nil
        TLSMetrics.countHandshake(isResumed: completed.isResumed)
        sendOutbound(context)
        context.fireUserInboundEventTriggered(completed)
        if flushWanted && state == .established { encrypt(context) }
    }

    private func decrypt(_ context: ChannelHandlerContext) {
        var buffer = ByteBuffer()
        let outcome = connection.read(into: &buffer)
        // An answer to a key update, or an alert that goes before the error below.
        if case .failed = outcome {} else { sendOutbound(context) }
        if buffer.readableBytes > 0 {
            delivered = true
            context.fireChannelRead(wrapInboundOut(buffer))
        }
        switch outcome {
        case .incomplete: return
        case .closed:
            peerClosed = true
            completeBatch(context)
            inputClosed(context)
        case .failed(let error):
            completeBatch(context)
            fail(error, context)
        }
    }

    /// Lets handlers work on what they were given before they hear of the end.
    private func completeBatch(_ context: ChannelHandlerContext) {
        guard delivered else { return }
        delivered = false
        context.fireChannelReadComplete()
    }

    private func inputClosed(_ context: ChannelHandlerContext) {
        let halfClosure = try? context.channel.syncOptions?.getOption(.allowRemoteHalfClosure)
        if halfClosure == true {
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        } else if state == .established {
            close(context: context, mode: .all, promise: nil)
        }
    }

    // MARK: Writing

    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !outputClosed, state != .closing, state != .ended else {
            promise?.fail(outputClosed ? ChannelError.outputClosed : ChannelError.ioOnClosedChannel)
            return
        }
        var buffer = unwrapOutboundIn(data)
        if plaintext.readableBytes == 0 {
            plaintext = buffer
        } else {
            plaintext.writeBuffer(&buffer)
        }
        if let promise { promises.append(promise) }
    }

    public func flush(context: ChannelHandlerContext) {
        switch state {
        case .waiting, .handshaking: flushWanted = true
        case .established: encrypt(context)
        case .closing, .ended: break
        }
    }

    private func encrypt(_ context: ChannelHandlerContext) {
        flushWanted = false
        let promise = takePromises()
        var buffer = plaintext
        plaintext = ByteBuffer()
        guard buffer.readableBytes > 0 else {
            // Only empty writes, if any: they are done when everything before them is.
            if let promise { context.write(wrapOutboundOut(ByteBuffer()), promise: promise) }
            return context.flush()
        }
        switch connection.write(&buffer) {
        case .complete: sendOutbound(context, promise: promise)
        case .incomplete:
            // Cannot happen in TLS 1.3, which never stops writing to renegotiate.
            let error = TLSError(.protocolViolation, "OpenSSL stopped taking data")
            promise?.fail(error)
            fail(error, context)
        case .failed(let error):
            promise?.fail(error)
            fail(error, context)
        }
    }

    private func takePromises() -> EventLoopPromise<Void>? {
        guard let first = promises.first else { return nil }
        for other in promises.dropFirst() { first.futureResult.cascade(to: other) }
        promises = []
        return first
    }

    func sendOutbound(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
        guard connection.hasOutbound else {
            promise?.succeed()
            return
        }
        context.writeAndFlush(wrapOutboundOut(connection.takeOutbound()), promise: promise)
    }
}

extension TimeAmount {
    fileprivate var seconds: Double { Double(nanoseconds) / 1_000_000_000 }
}
