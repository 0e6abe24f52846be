import Glibc
import HTTPTypes
package import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
package import Wire

/// A gateway's HTTP/1.1 server: one listener before one router.
package struct WebServer<Responder: HTTPResponder>: Sendable
where Responder.Context: WebContext & InitializableFromSource<ApplicationRequestContextSource> {
    /// What listens, for people: "the kiosk gateway".
    private let name: String
    private let host: String
    private let port: Int
    private let limits: WebLimits
    private let sockets: [WebSocketRoute]
    private let tls: WebTLS?
    private let responder: Responder
    private let logger: Logger
    private let bound = BoundAddress()

    /// - Parameters:
    ///   - name: what listens, for people: "the kiosk gateway"
    ///   - port: 0: any free port; `boundAddress` tells which
    ///   - tls: nil: plain HTTP
    ///   - sockets: the WebSockets; their routes are in the responder too, see `WebSocketRoute.add(to:)`
    package init(
        name: String, host: String, port: Int, limits: WebLimits, tls: WebTLS? = nil,
        sockets: [WebSocketRoute] = [], responder: Responder, logger: Logger
    ) {
        self.name = name
        self.host = host
        self.port = port
        self.limits = limits
        self.sockets = sockets
        self.tls = tls
        self.responder = responder
        self.logger = logger
    }

    /// Where it listens; waits until it does.
    /// - Throws: a `WebServerError` when it cannot listen.
    package var boundAddress: WireAddress { get async throws { try await bound.value } }

    /// Serves until graceful shutdown, when open requests are finished and event streams ended.
    /// - Throws: a `WebServerError` when it cannot listen.
    package func run() async throws {
        // Hummingbird tells its own life at info level, which would repeat what the caller says.
        var logger = logger
        if logger.logLevel < .notice { logger.logLevel = max(logger.logLevel, .notice) }
        let application = Application(
            responder: OuterResponder(inner: responder, isSecure: tls != nil),
            server: HTTPServerBuilder { [limits, sockets, tls, logger] responder in
                WebChannel(
                    responder: responder, limits: limits, sockets: sockets, tls: tls,
                    door: Doorkeeper(limits: limits, logger: logger))
            },
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: "mallbots", reuseAddress: true),
            onServerRunning: { [bound, logger] channel in
                try? await channel.pipeline.addHandler(AcceptPause(logger: logger), position: .first)
                bound.resolve(.success(WireAddress(host: host, port: channel.localAddress?.port ?? port)))
            },
            logger: logger)
        do {
            try await application.run()
        } catch let error as IOError {
            let error = WebServerError(name: name, host: host, port: port, cause: error)
            bound.resolve(.failure(error))
            throw error
        } catch {
            bound.resolve(.failure(error))
            throw error
        }
        bound.resolve(.failure(CancellationError()))
    }
}
