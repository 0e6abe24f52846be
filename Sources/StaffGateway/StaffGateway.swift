public import APIs
import HTTPTypes
import Hummingbird
public import Kernel
public import Logging
import NIOCore
public import ServiceLifecycle
public import Web
public import Wire

/// The staff's page, its REST API and its socket, over HTTP/1.1.
///
/// Serves from when `run()` is called until graceful shutdown or cancellation. What it answers is described by the
/// OpenAPI document that it serves at `/openapi.yaml`. What users and sessions there are is ``StaffService``'s; the rest is
/// the services'.
public struct StaffGateway: Service {
    /// Where it listens and what it allows.
    public struct Configuration: Sendable {
        public var host: String
        /// 0: any free port; `boundAddress` tells which.
        public var port: Int
        public var limits = WebLimits()
        /// Nil: plain HTTP.
        public var tls: WebTLS?
        /// The mall's currency, ISO 4217.
        public var currency = "EUR"

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// What stands behind the gateway.
    public struct Services: Sendable {
        public var staff: StaffService
        public var stores: any StoresAPI
        public var orders: any OrdersAPI
        public var payments: any PaymentsAPI
        public var depot: any DepotAPI
        /// The logs of the services, and of the robots' gateway.
        public var events: EventStream
        /// Where robots are, from moment to moment.
        package var robots = LiveRobots.none

        public init(
            staff: StaffService, stores: any StoresAPI, orders: any OrdersAPI, payments: any PaymentsAPI,
            depot: any DepotAPI, events: EventStream
        ) {
            self.staff = staff
            self.stores = stores
            self.orders = orders
            self.payments = payments
            self.depot = depot
            self.events = events
        }
    }

    private let server: WebServer<RouterResponder<StaffContext>>
    private let hub: LiveHub

    public init(configuration: Configuration, services: Services, logger: Logger) {
        hub = Self.hub(services, logger: logger)
        let live = Self.live(hub, services, configuration)
        let router = Self.router(services, configuration, live)
        server = WebServer(
            name: "the staff gateway", host: configuration.host, port: configuration.port,
            limits: configuration.limits, tls: configuration.tls, sockets: [live.socket],
            responder: router.buildResponder(), logger: logger)
    }

    /// Where it listens; waits until it does.
    /// - Throws: a `WebServerError` when it cannot listen.
    public var boundAddress: WireAddress { get async throws { try await server.boundAddress } }

    /// Serves until graceful shutdown, when open requests are finished.
    /// - Throws: a `WebServerError` when it cannot listen.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await hub.run() }
            tasks.addTask { try await server.run() }
            // Only the server ends by itself.
            try await tasks.next()
            tasks.cancelAll()
        }
    }

    /// What follows the services for all sockets.
    static func hub(_ services: Services, logger: Logger) -> LiveHub {
        LiveHub(
            services: LiveHub.Services(
                stores: services.stores, orders: services.orders, payments: services.payments, depot: services.depot,
                events: services.events, robots: services.robots),
            life: String(IDGenerator().id("l").dropFirst(2)), logger: logger)
    }

    static func live(_ hub: LiveHub, _ services: Services, _ configuration: Configuration) -> LiveRoute {
        LiveRoute(hub: hub, admission: Admission(staff: services.staff, secure: configuration.tls != nil))
    }

    /// Every route; what the OpenAPI document describes.
    static func router(
        _ services: Services, _ configuration: Configuration, _ live: LiveRoute
    ) -> Router<StaffContext> {
        let router = Router(context: StaffContext.self, options: .autoGenerateHeadEndpoints)
        let table = RouteTableBox()
        router.add(middleware: ProblemMiddleware(table: table))
        let admission = Admission(staff: services.staff, secure: configuration.tls != nil)
        let routes = StaffRouter(router: router, admission: admission)
        routes.open(.get, "/healthz") { _, _ in try Response(HealthDocument()) }
        routes.open(.get, "/openapi.yaml") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/yaml; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: openAPIDocument)))
        }
        let shop = Shop(
            stores: services.stores, orders: services.orders, payments: services.payments, depot: services.depot,
            events: services.events, currency: configuration.currency, limits: configuration.limits)
        SessionRoutes(staff: services.staff, shop: shop, admission: admission).add(to: routes)
        UserRoutes(staff: services.staff, limits: configuration.limits).add(to: routes)
        OrderRoutes(shop: shop).add(to: routes)
        InvoiceRoutes(shop: shop).add(to: routes)
        TimelineRoutes(shop: shop).add(to: routes)
        BotRoutes(shop: shop).add(to: routes)
        ListRoutes(shop: shop).add(to: routes)
        StoreRoutes(shop: shop).add(to: routes)
        ProductRoutes(shop: shop).add(to: routes)
        routes.socket(live.socket)
        Pages(pageFiles).add(to: router)
        table.value = RouteTable(router)
        return router
    }
}
