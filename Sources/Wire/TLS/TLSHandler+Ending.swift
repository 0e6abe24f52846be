import Logging
public import NIOCore

// How a connection ends: by our close, which says goodbye first, or by a failure, which is reported.

extension TLSHandler {
    public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch (mode, state) {
        case (.input, _): context.close(mode: .input, promise: promise)
        case (.output, .established):
            sendCloseNotify(context, promise: nil)
            context.close(mode: .output, promise: promise)
        case (.output, _): promise?.fail(ChannelError.operationUnsupported)
        case (.all, .established): linger(context, promise)
        case (.all, .closing):
            if let closePromise {
                if let promise { closePromise.futureResult.cascade(to: promise) }
            } else {
                closePromise = promise
            }
        case (.all, _):
            end(.ioOnClosedChannel)
            context.close(mode: .all, promise: promise)
        }
    }

    private func sendCloseNotify(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        if !outputClosed {
            outputClosed = true
            connection.shutdown()
        }
        sendOutbound(context, promise: promise)
    }

    /// Closes once close_notify, and with it everything flushed before, has left; or when that takes too long.
    private func linger(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        state = .closing
        closePromise = promise
        dropWrites(ChannelError.ioOnClosedChannel)
        let loop = context.eventLoop.assumeIsolated()
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { [self] _ in finishClosing(context) }
        sendCloseNotify(context, promise: sent)
        guard state == .closing else { return }
        timer = loop.scheduleTask(in: closeTimeout) { [self] in finishClosing(context) }
    }

    private func finishClosing(_ context: ChannelHandlerContext) {
        guard state == .closing else { return }
        end(.ioOnClosedChannel)
        let promise = closePromise
        closePromise = nil
        context.close(mode: .all, promise: promise)
    }

    func fail(_ error: TLSError, _ context: ChannelHandlerContext) {
        guard state != .ended else { return }
        end(.ioOnClosedChannel)
        if error.reason == .plainHTTP {
            // A browser or curl on the wrong port gets told in its own language, instead of an alert it cannot read.
            _ = connection.takeOutbound()
            context.writeAndFlush(
                wrapOutboundOut(ByteBuffer(string: Self.httpAnswer(connection.context.application))), promise: nil)
        } else {
            sendOutbound(context)
        }
        report(error, context)
        context.close(mode: .all, promise: nil)
    }

    func end(_ error: ChannelError) {
        state = .ended
        timer?.cancel()
        timer = nil
        dropWrites(error)
    }

    private func dropWrites(_ error: ChannelError) {
        plaintext = ByteBuffer()
        let dropped = promises
        promises = []
        for promise in dropped { promise.fail(error) }
    }

    func report(_ error: TLSError, _ context: ChannelHandlerContext) {
        TLSMetrics.count(error.reason)
        logger.debug(
            "TLS connection failed",
            metadata: [
                "tls.reason": "\(error.reason.rawValue)", "tls.message": "\(error.message)",
                "peer.address": "\(context.channel.remoteAddress.map { "\($0)" } ?? "unknown")",
            ])
        context.fireErrorCaught(error)
    }

    private static func httpAnswer(_ application: TLSApplication) -> String {
        let body = application.answerToPlainHTTP + "\n"
        return "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
    }
}
