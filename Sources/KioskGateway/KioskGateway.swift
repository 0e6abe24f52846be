public import APIs
import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle
import Synchronization
public import Wire

/// The REST API for kiosks, over HTTP/1.1.
///
/// Serves from when `run()` is called until graceful shutdown or cancellation. What it answers is described by the
/// OpenAPI document that it serves at `/openapi.yaml`. Holds no state: the services decide everything.
public struct KioskGateway: Service {
    /// Where it listens and what it allows.
    public struct Configuration: Sendable {
        public var host: String
        /// 0: any free port; `boundAddress` tells which.
        public var port: Int
        public var limits = Limits()

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// What one client, and all of them together, may use.
    public struct Limits: Sendable {
        /// Connections at once; more wait in the listen queue.
        public var maxConnections = 4_096
        /// A connection without a request for so long is closed.
        public var idleTimeout = Duration.seconds(60)
        public var maxBodyBytes = 64 * 1024
        /// How long a body may take to arrive.
        public var bodyTimeout = Duration.seconds(10)
        public var maxHeaderBytes = 16 * 1024
        /// How long a service may take to answer.
        public var callTimeout = Duration.seconds(10)
        /// How often a quiet event stream says that it is alive.
        public var heartbeat = Duration.seconds(15)

        public init() {}

        func call() -> CallContext { CallContext(timeout: callTimeout) }
    }

    private let configuration: Configuration
    private let logger: Logger
    private let responder: RouterResponder<KioskContext>
    private let bound = BoundAddress()

    public init(
        configuration: Configuration, stores: any StoresAPI, orders: any OrdersAPI, payments: any PaymentsAPI,
        logger: Logger
    ) {
        self.configuration = configuration
        self.logger = logger
        responder = Self.router(stores: stores, orders: orders, payments: payments, limits: configuration.limits)
            .buildResponder()
    }

    /// Where it listens; waits until it does.
    /// - Throws: a `KioskGatewayError` when it cannot listen.
    public var boundAddress: WireAddress { get async throws { try await bound.value } }

    /// Serves until graceful shutdown, when open requests are finished and event streams ended.
    /// - Throws: a `KioskGatewayError` when it cannot listen.
    public func run() async throws {
        let limits = configuration.limits
        let (host, port) = (configuration.host, configuration.port)
        var http = HTTP1Channel.Configuration(idleTimeout: TimeAmount(limits.idleTimeout))
        http.httpDecoder.maxHeaderFieldSize = limits.maxHeaderBytes
        http.httpDecoder.maxHeaderListSize = limits.maxHeaderBytes
        http.httpDecoder.maxHeaderFieldCount = 100
        // Hummingbird tells its own life at info level, which would repeat what the caller says.
        var logger = logger
        if logger.logLevel < .notice { logger.logLevel = max(logger.logLevel, .notice) }
        let application = Application(
            responder: responder, server: .http1(configuration: http),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: "mallbots", reuseAddress: true,
                availableConnectionsDelegate: .maximum(limits.maxConnections, logger: logger)),
            onServerRunning: { [bound] channel in
                bound.resolve(.success(WireAddress(host: host, port: channel.localAddress?.port ?? port)))
            },
            logger: logger)
        do {
            try await application.run()
        } catch let error as IOError {
            let error = KioskGatewayError(host: host, port: port, cause: error)
            bound.resolve(.failure(error))
            throw error
        } catch {
            bound.resolve(.failure(error))
            throw error
        }
        bound.resolve(.failure(CancellationError()))
    }

    /// Every route; what the OpenAPI document describes.
    static func router(
        stores: any StoresAPI, orders: any OrdersAPI, payments: any PaymentsAPI, limits: Limits
    ) -> Router<KioskContext> {
        let router = Router(context: KioskContext.self, options: .autoGenerateHeadEndpoints)
        let table = RouteTableBox()
        router.add(middleware: ProblemMiddleware(table: table))
        router.get("healthz") { _, _ in try Response(HealthDocument()) }
        router.get("openapi.yaml") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/yaml; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: openAPIDocument)))
        }
        let group = router.group("api/v1")
        CatalogRoutes(stores: stores, limits: limits).add(to: group)
        BasketRoutes(orders: orders, limits: limits).add(to: group)
        OrderRoutes(orders: orders, payments: payments, limits: limits).add(to: group)
        table.value = RouteTable(router)
        return router
    }
}

/// The kiosk gateway cannot listen where it was told to.
public struct KioskGatewayError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String

    init(host: String, port: Int, cause: IOError) {
        let place = WireAddress(host: host, port: port)
        switch cause.errnoCode {
        case EADDRINUSE:
            description = "the kiosk gateway cannot listen at \(place): the port is in use; choose another (0: any)"
        case EACCES:
            description = "the kiosk gateway cannot listen at \(place): not allowed; choose a port above 1023"
        case EADDRNOTAVAIL:
            description = "the kiosk gateway cannot listen at \(place): this machine has no such address"
        default:
            description = "the kiosk gateway cannot listen at \(place): \(cause)"
        }
    }
}
