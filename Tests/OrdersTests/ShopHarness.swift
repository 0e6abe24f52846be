import Kernel
import Logging
import Messages
import Orders
import Payments
import Stores
import Synchronization
import Wire

/// Depot's log, written by a test.
struct ScriptedDepot: ServiceCore {
    typealias Event = DepotV1.Event
    static let serviceName = "depot"
    init() {}
    init(snapshot: [UInt8]) throws {}
    func snapshot() -> [UInt8] { [] }
    mutating func evolve(_ event: DepotV1.Event, _ stamp: EventStamp) {}
}

/// A provider that remembers across restarts, as a real one does, and fails as often as it is told: after it has moved
/// the money, which is the worst moment.
final class StubbornProvider: PaymentProvider {
    struct Failed: Error {}

    let name = "test"
    private let failures = Mutex(0)
    private let simulator = PaymentSimulator()

    func fail(_ times: Int) { failures.withLock { $0 = times } }

    func perform(_ request: ProviderRequest) async throws -> ProviderAnswer {
        let answer = try await simulator.perform(request)
        let fails = failures.withLock { failures in
            defer { failures = max(0, failures - 1) }
            return failures > 0
        }
        if fails { throw Failed() }
        return answer
    }

    var ledger: PaymentSimulator.Ledger { simulator.ledger }
}

/// The newest order that a watcher saw.
final class Found: Sendable {
    let order = Mutex(OrdersV1.Order())
}

/// The three services at work over logs that survive them.
final class ShopHarness {
    static let services = ["stores", "orders", "payments", "depot"]

    let logs: [any EventLog]
    let provider = StubbornProvider()
    private(set) var stores: StoresService
    private(set) var orders: OrdersService
    private(set) var payments: PaymentsService
    private var depot: ServiceLoop<ScriptedDepot>
    private var running: [Task<Void, any Error>] = []
    let context = CallContext()

    /// - Parameter logs: of ``services``, in that order.
    init(logs: [any EventLog] = services.map { InMemoryEventLog(name: $0) }) throws {
        self.logs = logs
        (stores, orders, payments, depot) = try Self.make(logs, provider)
        start()
    }

    private static func make(
        _ logs: [any EventLog], _ provider: StubbornProvider
    ) throws -> (StoresService, OrdersService, PaymentsService, ServiceLoop<ScriptedDepot>) {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let stream = EventStream()
        return (
            try StoresService(log: logs[0], stream: stream, logger: logger),
            try OrdersService(log: logs[1], stream: stream, logger: logger),
            try PaymentsService(log: logs[2], stream: stream, provider: provider, logger: logger),
            try ServiceLoop(log: logs[3], stream: stream, logger: logger)
        )
    }

    private func start() {
        let (stores, orders, payments, depot) = (stores, orders, payments, depot)
        running = [
            Task { try await stores.run() }, Task { try await orders.run() }, Task { try await payments.run() },
            Task { try await depot.run() },
        ]
    }

    func stop() async throws {
        stores.stop()
        orders.stop()
        payments.stop()
        depot.stop()
        for task in running { try await task.value }
    }

    /// - Parameter between: done while nothing runs.
    func restart(_ between: () -> Void = {}) async throws {
        try await stop()
        between()
        (stores, orders, payments, depot) = try Self.make(logs, provider)
        start()
    }

    func depot(_ listID: String, _ kinds: DepotV1.Event.Kind...) async throws {
        let events = kinds.map { NewEvent("list/\(listID)", DepotV1.Event(kind: $0)) }
        try await depot.decide { _, _ in Decision(events) }
    }

    /// Waits until the order is as wanted, by watching it; a minute is for ever.
    @discardableResult
    func order(
        _ id: String, until isWanted: @escaping @Sendable (OrdersV1.Order) -> Bool
    ) async throws -> OrdersV1.Order {
        struct Enough: Error {}
        let found = Found()
        let (orders, context, mortal) = (orders, context, logs.compactMap { $0 as? MortalLog })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let outbound = WireOutbound<OrdersV1.Order> { order in
                    found.order.withLock { $0 = order }
                    if isWanted(order) { throw Enough() }
                }
                do {
                    try await orders.watchOrder(
                        OrdersV1.WatchOrderRequest(orderID: id), outbound, context: context)
                } catch is Enough {}
            }
            group.addTask {
                try await Task.sleep(for: .seconds(60))
                throw ServiceError(.deadlineExceeded, "order \(id) stays \(found.order.withLock { $0 })")
            }
            // Nobody waits for a service that was killed.
            group.addTask {
                while !mortal.contains(where: \.isDead) { try await Task.sleep(for: .milliseconds(1)) }
                throw ServiceError.unavailable("a service was killed")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
        return found.order.withLock { $0 }
    }

    /// Asks again until it succeeds; for what another service learns of in its own time.
    func eventually<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        let end = ContinuousClock.now + .seconds(60)
        while true {
            do {
                return try await body()
            } catch  where ContinuousClock.now < end && !logs.contains(where: { ($0 as? MortalLog)?.isDead == true }) {
                try await Task.sleep(for: .milliseconds(2))
            }
        }
    }

    func openStore(stock: UInt32 = 10) async throws {
        _ = try await stores.createStore(
            StoresV1.CreateStoreRequest(
                idempotencyKey: "store", storeID: "s", name: "Bakery", node: "n", participating: true),
            context: context)
        _ = try await stores.addProduct(
            StoresV1.AddProductRequest(
                idempotencyKey: "bread", storeID: "s", productID: "bread", name: "Bread",
                price: TypesV1.Money(minorUnits: 250, currencyCode: "EUR"), stock: stock),
            context: context)
    }
}
