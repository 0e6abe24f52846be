package import APIs
import HTTPTypes
import Hummingbird
package import Logging
import NIOCore
public import ServiceLifecycle
public import Web
public import Wire

/// The REST API for kiosks and their page, over HTTP/1.1.
///
/// Serves from when `run()` is called until graceful shutdown or cancellation. What it answers is described by the
/// OpenAPI document that it serves at `/openapi.yaml`. The services decide everything; it keeps only a view of the orders
/// under way, which it makes anew from Orders at each start.
public struct KioskGateway: Service {
    /// Where it listens and what it allows.
    public struct Configuration: Sendable {
        public var host: String
        /// 0: any free port; `boundAddress` tells which.
        public var port: Int
        public var limits = WebLimits()
        /// nil: plain HTTP.
        public var tls: WebTLS?
        /// A folder whose files are the page, read anew for each request, for those who write it; nil: the page that
        /// is compiled in.
        public var pages: String?

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// What kiosks are told of the mall beside what the services know.
    public struct Settings: Sendable {
        /// ISO 4217.
        public var currencyCode: String
        /// Cards to try the shop with; none when payments are real.
        public var testCards: [TestCard]

        public init(currencyCode: String = "EUR", testCards: [TestCard] = []) {
            self.currencyCode = currencyCode
            self.testCards = testCards
        }
    }

    /// What it stands before.
    package struct Services: Sendable {
        package var stores: any StoresAPI
        package var orders: any OrdersAPI
        package var payments: any PaymentsAPI
        package var depot: any DepotAPI
        package var robots: LiveRobots

        package init(
            stores: any StoresAPI, orders: any OrdersAPI, payments: any PaymentsAPI, depot: any DepotAPI,
            robots: LiveRobots
        ) {
            self.stores = stores
            self.orders = orders
            self.payments = payments
            self.depot = depot
            self.robots = robots
        }
    }

    private let server: WebServer<RouterResponder<KioskContext>>
    private let follower: OrdersFollower

    package init(configuration: Configuration, settings: Settings, services: Services, logger: Logger) {
        follower = OrdersFollower(orders: services.orders, logger: logger)
        let router = Self.router(settings, services, follower, configuration)
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
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await follower.run() }
            defer { group.cancelAll() }
            try await server.run()
        }
    }

    /// Every route; what the OpenAPI document describes.
    static func router(
        _ settings: Settings, _ services: Services, _ follower: OrdersFollower, _ configuration: Configuration
    ) -> Router<KioskContext> {
        let limits = configuration.limits
        let router = Router(context: KioskContext.self, options: .autoGenerateHeadEndpoints)
        let table = RouteTableBox()
        router.add(middleware: ProblemMiddleware(table: table))
        router.get("healthz") { _, _ in try Response(HealthDocument()) }
        router.get("openapi.yaml") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/yaml; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: openAPIDocument)))
        }
        Pages(pageFiles, folder: configuration.pages).add(to: router)
        let group = router.group("api/v1")
        ShopRoutes(depot: services.depot, stores: services.stores, settings: settings, limits: limits).add(to: group)
        CatalogRoutes(stores: services.stores, orders: follower, limits: limits).add(to: group)
        BasketRoutes(orders: services.orders, limits: limits).add(to: group)
        OrderRoutes(
            orders: services.orders, payments: services.payments, robots: services.robots,
            finder: OrderFinder(orders: follower), limits: limits
        ).add(to: group)
        BoardRoutes(orders: follower, limits: limits).add(to: group)
        table.value = RouteTable(router)
        return router
    }
}
