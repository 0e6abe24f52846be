import APIs
import Depot
import Kernel
import Logging
import Messages
import Orders
import Payments
import ServiceLifecycle
import Stores
import Wire

@testable import StaffGateway

/// The mall's real services over logs in memory, with the staff gateway before them on a port of its own.
struct TestStaff: Sendable {
    /// Nobody is signed in there.
    let client: StaffClient
    let services: StaffGateway.Services
    let staff: StaffService
    let clock: ManualClock

    static let password = "correct horse"
    /// Hashes that take no time, so that tests of other things do not either.
    static let costs = StaffV1.PasswordHash(costExponent: 4, blockSize: 1, parallelism: 1)
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Two stores: `bakery` takes part and sells `bread` and `cake`; `closed` does not. One robot, `b-1`, is registered.
    ///
    /// - Parameters:
    ///   - log: the staff's, which outlives the server
    ///   - clock: the staff's
    static func run<R: Sendable>(
        log: InMemoryEventLog = InMemoryEventLog(name: "staff"), clock: ManualClock = ManualClock(),
        _ body: @Sendable (TestStaff) async throws -> R
    ) async throws -> R {
        let stream = EventStream()
        func memory(_ name: String) -> InMemoryEventLog { InMemoryEventLog(name: name) }
        let stores = try StoresService(log: memory("stores"), stream: stream, logger: logger)
        let orders = try OrdersService(log: memory("orders"), stream: stream, logger: logger)
        let payments = try PaymentsService(log: memory("payments"), stream: stream, logger: logger)
        let depot = try DepotService(log: memory("depot"), stream: stream, mall: mall, logger: logger)
        let staff = try StaffService(log: log, clock: clock, passwords: PasswordDesk(costs: costs), logger: logger)
        let services = StaffGateway.Services(
            staff: staff, stores: stores, orders: orders, payments: payments, depot: depot, events: stream)
        let gateway = StaffGateway(
            configuration: .init(host: "127.0.0.1", port: 0), services: services, logger: logger)
        let group = ServiceGroup(configuration: .init(services: [.init(service: gateway)], logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await stores.run() }
            tasks.addTask { try await orders.run() }
            tasks.addTask { try await payments.run() }
            tasks.addTask { try await depot.run() }
            tasks.addTask { try await staff.run() }
            tasks.addTask { try await group.run() }
            defer {
                stores.stop()
                orders.stop()
                payments.stop()
                depot.stop()
                staff.stop()
            }
            try await seed(stores, depot)
            let address = try await gateway.boundAddress
            let result = try await body(
                TestStaff(
                    client: StaffClient(port: address.port), services: services, staff: staff, clock: clock))
            await group.triggerGracefulShutdown()
            return result
        }
    }

    static let mall = DepotV1.Mall(
        name: "Test", floors: [DepotV1.Floor(number: 0, name: "Ground", widthMm: 20_000, depthMm: 20_000)],
        nodes: [
            DepotV1.Node(id: "depot", place: TypesV1.Place(floor: 0, xMm: 0, yMm: 0)),
            DepotV1.Node(id: "n1", place: TypesV1.Place(floor: 0, xMm: 9_000, yMm: 0)),
        ],
        edges: [DepotV1.Edge(from: "depot", to: "n1", lengthMm: 9_000)],
        docks: [DepotV1.Dock(id: "d1", node: "depot")], depotNode: "depot")

    private static func seed(_ stores: StoresService, _ depot: DepotService) async throws {
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
        _ = try await depot.registerBot(
            DepotV1.RegisterBotRequest(botID: "b-1", model: "m", capacityUnits: 10), context: context)
    }

    /// A browser in which a user of this role has signed in: "manager", "clerk" or "viewer".
    func signedIn(as role: StaffRole) async throws -> StaffClient {
        if try await staff.users().isEmpty {
            _ = try await staff.addUser(name: "manager", role: .manager, password: Self.password)
        }
        if role != .manager, try await !staff.users().contains(where: { $0.name == role.word }) {
            _ = try await staff.addUser(name: role.word, role: role, password: Self.password)
        }
        return try await signedIn(role.word)
    }

    func signedIn(_ name: String, _ password: String = TestStaff.password) async throws -> StaffClient {
        let reply = try await client.post(
            "/api/v1/session", #"{"name": "\#(name)", "password": "\#(password)"}"#)
        var browser = client
        browser.cookie = reply.cookie
        return browser
    }

    /// An order that was approved, with two loaves of bread.
    func order() async throws -> OrdersV1.Order {
        let context = CallContext()
        let basket = try await services.orders.startBasket(OrdersV1.StartBasketRequest(), context: context)
        // Orders learns of the stores from their log, a moment later.
        try await eventually {
            let item = OrdersV1.AddItemRequest(orderID: basket.orderID, productID: "bread", quantity: 2)
            return (try? await services.orders.addItem(item, context: context)) != nil
        }
        let order = try await services.orders.checkout(
            OrdersV1.CheckoutRequest(orderID: basket.orderID), context: context)
        try await eventually {
            let get = OrdersV1.GetOrderRequest(orderID: order.orderID)
            return try await services.orders.getOrder(get, context: context).state == .approved
        }
        return order
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
