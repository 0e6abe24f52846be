public import APIs
import HTTPTypes
import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle
public import Web
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
        public var limits = WebLimits()
        /// nil: plain HTTP.
        public var tls: WebTLS?

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    private let server: WebServer<RouterResponder<KioskContext>>

    public init(
        configuration: Configuration, stores: any StoresAPI, orders: any OrdersAPI, payments: any PaymentsAPI,
        logger: Logger
    ) {
        let router = Self.router(stores: stores, orders: orders, payments: payments, limits: configuration.limits)
        server = WebServer(
            name: "the kiosk gateway", host: configuration.host, port: configuration.port,
            limits: configuration.limits, tls: configuration.tls, responder: router.buildResponder(), logger: logger)
    }

    /// Where it listens; waits until it does.
    /// - Throws: a `WebServerError` when it cannot listen.
    public var boundAddress: WireAddress { get async throws { try await server.boundAddress } }

    /// Serves until graceful shutdown, when open requests are finished and event streams ended.
    /// - Throws: a `WebServerError` when it cannot listen.
    public func run() async throws {
        try await server.run()
    }

    /// Every route; what the OpenAPI document describes.
    static func router(
        stores: any StoresAPI, orders: any OrdersAPI, payments: any PaymentsAPI, limits: WebLimits
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
