import Depot
import Kernel
import Logging
import Messages
import Orders
import Payments
import ServiceLifecycle
import Stores
import Web
import Wire

@testable import KioskGateway

/// The shop's real services over logs in memory, with the gateway before them on a port of its own.
struct TestShop {
    let client: TestClient
    let services: KioskGateway.Services
    let orders: OrdersService
    let stores: StoresService
    let group: ServiceGroup

    /// Two stores: `bakery` takes part and sells `bread` and `cake`; `closed` does not.
    static func run(
        limits: WebLimits = WebLimits(), robots: LiveRobots = .none, _ body: @Sendable (TestShop) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let stream = EventStream()
        func log(_ name: String) -> InMemoryEventLog { InMemoryEventLog(name: name) }
        let stores = try StoresService(log: log("stores"), stream: stream, logger: logger)
        let orders = try OrdersService(log: log("orders"), stream: stream, logger: logger)
        let payments = try PaymentsService(log: log("payments"), stream: stream, logger: logger)
        let depot = try DepotService(log: log("depot"), stream: stream, mall: mall, logger: logger)
        let services = KioskGateway.Services(
            stores: stores, orders: orders, payments: payments, depot: depot, robots: robots)
        let gateway = KioskGateway(
            configuration: configuration(limits),
            settings: .init(
                testCards: PaymentSimulator.testCards.map {
                    TestCard(cardToken: $0, name: $0)
                }), services: services, logger: logger)
        let group = ServiceGroup(configuration: .init(services: [.init(service: gateway)], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await stores.run() }
            tasks.addTask { try await orders.run() }
            tasks.addTask { try await payments.run() }
            tasks.addTask { try await depot.run() }
            tasks.addTask { try await group.run() }
            defer {
                stores.stop()
                orders.stop()
                payments.stop()
                depot.stop()
            }
            try await seed(stores)
            let address = try await gateway.boundAddress
            let shop = TestShop(
                client: TestClient(port: address.port), services: services, orders: orders, stores: stores, group: group
            )
            try await body(shop)
            await group.triggerGracefulShutdown()
        }
    }

    static func configuration(_ limits: WebLimits) -> KioskGateway.Configuration {
        var configuration = KioskGateway.Configuration(host: "127.0.0.1", port: 0)
        configuration.limits = limits
        return configuration
    }

    private static let mall = DepotV1.Mall(
        name: "Test", floors: [DepotV1.Floor(number: 0, name: "Ground", widthMm: 20_000, depthMm: 20_000)],
        nodes: [
            DepotV1.Node(id: "depot", place: TypesV1.Place(floor: 0, xMm: 0, yMm: 0)),
            DepotV1.Node(id: "n1", place: TypesV1.Place(floor: 0, xMm: 9_000, yMm: 0)),
        ],
        edges: [DepotV1.Edge(from: "depot", to: "n1", lengthMm: 9_000)],
        docks: [DepotV1.Dock(id: "d1", node: "depot")], depotNode: "depot")

    private static func seed(_ stores: StoresService) async throws {
        let context = CallContext()
        let place = TypesV1.Place(floor: 0, xMm: 9_000, yMm: 0)
        for (id, name, participating) in [("bakery", "Bakery", true), ("closed", "Closed", false)] {
            _ = try await stores.createStore(
                StoresV1.CreateStoreRequest(
                    storeID: id, name: name, category: "Food", node: "n1", place: place,
                    participating: participating), context: context)
        }
        for (id, name, cents) in [("bread", "Brown bread", Int64(250)), ("cake", "Apple cake", 900)] {
            _ = try await stores.addProduct(
                StoresV1.AddProductRequest(
                    storeID: "bakery", productID: id, name: name, description: "Fresh",
                    price: TypesV1.Money(minorUnits: cents, currencyCode: "EUR"), stock: 20, sizeUnits: 1),
                context: context)
        }
    }

    /// A basket with two loaves of bread; its id.
    func basket() async throws -> String {
        let id = try await client.post("/api/v1/baskets").text("order_id")
        // Orders learns of the stores from their log, a moment later.
        try await eventually {
            try await client.post("/api/v1/baskets/\(id)/items", #"{"product_id": "bread", "quantity": 2}"#).status
                == 200
        }
        return id
    }

    /// An order that was approved, with two loaves of bread; its id.
    func order() async throws -> String {
        let id = try await basket()
        _ = try await client.post("/api/v1/baskets/\(id)/checkout")
        try await eventually { try await client.get("/api/v1/orders/\(id)").text("state") == "approved" }
        return id
    }
}

/// Waits until something holds; fails when it does not within ten seconds.
func eventually(_ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NotInTime() }
        try await Task.sleep(for: .milliseconds(10))
    }
}

struct NotInTime: Error {}
