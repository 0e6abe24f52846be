import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// What a connection has turned out to be.
enum ConnectionKind: Sendable {
    case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
    case webSocket(WebSocketConnection, WebSocketRoute.Serve)
}

/// Looks at a connection's first request: one for a WebSocket that is admitted turns the connection into that; any other
/// makes it a connection for requests, and is its first.
///
/// A request for a WebSocket that is not as it should be goes the way of all requests, to a route that says what is wrong
/// with it. NIO's decoder understands no request after one that asked for an upgrade, so the connection ends with that
/// one's answer.
final class ConnectionStart: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum State {
        case fresh
        case asked(HTTPRequest, WebSocketRoute)
        /// It is being found out whether they are let in. Nothing is read meanwhile.
        case admitting
        case http
        /// Into a WebSocket.
        case leaving
        case gone
    }

    private let routes: [WebSocketRoute]
    private let handlers: HTTPHandlers
    private let logger: Logger
    private let kind: EventLoopPromise<ConnectionKind>
    /// Called once, when the first request is there.
    private let arrived: @Sendable () -> Void
    private var state = State.fresh
    private var isReadHeld = false
    private var body: BodyTimer

    init(
        routes: [WebSocketRoute], limits: WebLimits, handlers: HTTPHandlers, kind: EventLoopPromise<ConnectionKind>,
        logger: Logger, arrived: @escaping @Sendable () -> Void
    ) {
        self.routes = routes
        body = BodyTimer(patience: limits.bodyTimeout)
        self.handlers = handlers
        self.kind = kind
        self.logger = logger
        self.arrived = arrived
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        body.end()
        if case .leaving = state { return }
        state = .gone
        // Only the first result counts.
        kind.fail(ChannelError.eof)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (state, unwrapInboundIn(data)) {
        case (.fresh, .head(let head)):
            arrived()
            if let route = routes.first(where: { $0.matches(head) }), WebSocketHandshake.asksForUpgrade(head),
                (try? WebSocketHandshake.check(head, subprotocol: route.subprotocol)) != nil
            {
                state = .asked(head, route)
            } else {
                becomeHTTP(context)
                pass(.head(head), context)
            }
        case (.asked(let head, let route), .end): admit(head, route, context)
        case (.asked(let head, _), let part):
            becomeHTTP(context)
            pass(.head(head), context)
            pass(part, context)
        case (.http, let part): pass(part, context)
        case (.fresh, _), (.admitting, _), (.leaving, _), (.gone, _): break
        }
    }

    private func pass(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        context.fireChannelRead(wrapInboundOut(part))
        switch part {
        case .head(let head):
            body.begin()
            // Closes once this request has its answer.
            if WebSocketHandshake.asksForUpgrade(head) {
                context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            }
        case .body: break
        case .end: body.end()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        body.readComplete(context)
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch state {
        case .fresh, .asked:
            // What is no HTTP is told so, as later on a connection for requests; with anything else it is over.
            if error is HTTPParserError { becomeHTTP(context) } else { context.close(promise: nil) }
        case .admitting, .http, .leaving, .gone: break
        }
        context.fireErrorCaught(error)
    }

    func read(context: ChannelHandlerContext) {
        if case .admitting = state {
            isReadHeld = true
        } else {
            context.read()
        }
    }

    // MARK: Requests

    private func becomeHTTP(_ context: ChannelHandlerContext) {
        guard !isGone else { return }
        state = .http
        do {
            kind.succeed(
                .http(
                    try NIOAsyncChannel(
                        wrappingChannelSynchronously: context.channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))))
        } catch {
            kind.fail(error)
            context.close(promise: nil)
        }
    }

    private var isGone: Bool { if case .gone = state { true } else { false } }

    // MARK: A WebSocket

    private func admit(_ head: HTTPRequest, _ route: WebSocketRoute, _ context: ChannelHandlerContext) {
        state = .admitting
        let admission = context.eventLoop.makePromise(of: WebSocketRoute.Serve.self)
        admission.completeWithTask { try await route.admit(head) }
        admission.futureResult.assumeIsolated().whenComplete { [self] result in
            guard case .admitting = state else { return }
            switch result {
            case .success(let serve): leaveHTTP(head, route, serve, context)
            case .failure:
                // The route finds out again, and says why.
                becomeHTTP(context)
                pass(.head(head), context)
                pass(.end(nil), context)
                context.fireChannelReadComplete()
                if isReadHeld { context.read() }
            }
        }
    }

    private func leaveHTTP(
        _ head: HTTPRequest, _ route: WebSocketRoute, _ serve: @escaping WebSocketRoute.Serve,
        _ context: ChannelHandlerContext
    ) {
        state = .leaving
        let channel = context.channel
        let inbox = WebSocketInbox(capacity: route.limits.maxWaitingBytes)
        let handler = WebSocketHandler(limits: route.limits, inbox: inbox, now: context.eventLoop.now, logger: logger)
        let kind = kind
        do {
            try context.pipeline.syncOperations.addHandler(handler)
        } catch {
            kind.fail(error)
            return context.close(promise: nil)
        }
        try? channel.syncOptions?.setOption(.tcpUserTimeout, value: route.limits.stallTimeout.wholeMilliseconds)
        let answer = WebSocketUpgrade.acceptance(of: head, subprotocol: route.subprotocol, on: channel)
        // The decoder leaves last and in its own time; what it has left over goes to the WebSocket's handler.
        handlers.leave(context.pipeline.syncOperations, with: self).and(answer).assumeIsolated().whenComplete {
            result in
            guard case .success((_, let answer)) = result,
                handler.start(accepting: answer, refusing: WebSocketUpgrade.refusal(.earlyBytes))
            else { return kind.fail(ChannelError.eof) }
            kind.succeed(.webSocket(WebSocketConnection(channel: channel, inbox: inbox), serve))
        }
    }
}
