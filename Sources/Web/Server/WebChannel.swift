import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import Wire

/// How a gateway's connections are set up and served: as HTTP/1.1 until, and unless, one becomes a WebSocket.
struct WebChannel: HTTPChannelHandler {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let kind: EventLoopFuture<ConnectionKind>
    }

    let responder: HTTPChannelHandler.Responder
    let limits: WebLimits
    let sockets: [WebSocketRoute]
    let tls: WebTLS?
    let door: Doorkeeper

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let kind = channel.eventLoop.makePromise(of: ConnectionKind.self)
        do {
            try join(channel, kind: kind, logger: logger)
        } catch {
            kind.fail(error)
            channel.close(promise: nil)
        }
        return channel.eventLoop.makeSucceededFuture(Value(channel: channel, kind: kind.futureResult))
    }

    private func join(_ channel: any Channel, kind: EventLoopPromise<ConnectionKind>, logger: Logger) throws {
        let ticket = try door.admit(channel)
        try? channel.syncOptions?.setOption(.tcpUserTimeout, value: limits.stallTimeout.wholeMilliseconds)
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            try pipeline.addHandler(
                try TLSHandler(
                    context: tls.current, handshakeTimeout: TimeAmount(limits.handshakeTimeout), logger: logger))
        }
        let handlers = HTTPHandlers(limits: limits, isSecure: tls != nil, logger: logger)
        try handlers.join(
            pipeline,
            with: ConnectionStart(routes: sockets, limits: limits, handlers: handlers, kind: kind, logger: logger) {
                [door] in
                door.arrived(ticket)
            })
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskCancellationHandler {
            switch try? await value.kind.get() {
            case .http(let channel):
                // Requests stay on their connection's thread: two fewer changes of thread for each, which cost more than
                // most of them.
                await withTaskExecutorPreference(LoopTaskExecutor.of(value.channel.eventLoop)) {
                    await handleHTTP(asyncChannel: channel, logger: logger)
                }
            case .webSocket(let socket, let serve): await Self.run(socket, serve)
            // It went before it said what it wanted.
            case nil: break
            }
        } onCancel: {
            value.channel.close(promise: nil)
        }
    }

    private static func run(_ socket: WebSocketConnection, _ serve: @escaping WebSocketRoute.Serve) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await serve(socket)
                await socket.close(WebSocketClose.normal, "")
            }
            await socket.closed()
            group.cancelAll()
        }
    }
}

extension ChannelOption where Self == ChannelOptions.Types.SocketOption {
    /// Linux's TCP_USER_TIMEOUT: how long, in milliseconds, what was sent may go unacknowledged, or wait for a closed
    /// window to open, before the kernel gives the connection up.
    static var tcpUserTimeout: Self { .init(level: .tcp, name: NIOBSDSocket.Option(rawValue: 18)) }
}

extension Duration {
    var wholeMilliseconds: SocketOptionValue { SocketOptionValue(self / .milliseconds(1)) }
}
