public import APIs
public import Kernel
public import Logging
public import Messages
import OrderedCollections
public import Wire

/// Orders at work: baskets, checkout, and orders until they are handed over.
///
/// It answers while ``run()`` runs. Subscribed to Stores, Payments and Depot, whose logs may be in the same
/// ``EventStream`` before it or come later.
public final class OrdersService: OrdersAPI {
    let loop: ServiceLoop<OrdersCore>
    private let ids: IDGenerator
    private let currency: String
    let watchers = Watchers<OrdersV1.Order>()
    let followers = Followers<String>()

    /// Loads the state from the log: blocks while it reads.
    ///
    /// - parameter currency: the mall's, ISO 4217.
    /// - throws: `StorageError` when the log cannot be read.
    public init(
        log: any EventLog, stream: EventStream, clock: any KernelClock = SystemClock(),
        ids: IDGenerator = IDGenerator(), currency: String = "EUR", logger: Logger,
        options: LoopOptions = LoopOptions()
    ) throws {
        loop = try ServiceLoop(log: log, stream: stream, clock: clock, logger: logger, options: options) {
            $0.began = clock.now()
        }
        self.ids = ids
        self.currency = currency
        try loop.subscribe(to: "stores", StoresV1.Event.self) { core, event, _ in
            core.catalog.react(to: event.event).map(\.new)
        }
        try loop.subscribe(to: "payments", PaymentsV1.Event.self) { core, event, _ in
            core.react(to: event.event).map(\.new)
        }
        try loop.subscribe(to: "depot", DepotV1.Event.self) { core, event, _ in
            core.react(to: event.event).map(\.new)
        }
        loop.onCommit { [watchers, followers] events, core in Self.tell(events, core, watchers, followers) }
    }

    /// Has `observe` called when the service begins to work, cannot any more, can again, and has stopped. Before ``run()``.
    public func onCondition(_ observe: @escaping @Sendable (LoopCondition) -> Void) {
        loop.onCondition(observe)
    }

    /// Works until ``stop()``, or until the task is cancelled. Once only.
    public func run() async throws {
        defer { finishWatching() }
        try await loop.run()
    }

    /// Takes no more calls, finishes those that wait, and lets ``run()`` return.
    public func stop() {
        finishWatching()
        loop.stop()
    }

    private func finishWatching() {
        watchers.finish()
        followers.finish()
    }

    // MARK: Baskets

    public func startBasket(
        _ request: OrdersV1.StartBasketRequest, context: CallContext
    ) async throws -> OrdersV1.Order {
        let (id, currency) = (ids.id("o"), currency)
        return try await loop.decide(key: try Self.key(request.idempotencyKey, request)) { core, _ in
            Self.decision(id, try core.startBasket(request, orderID: id, currency: currency))
        }
    }

    public func addItem(_ request: OrdersV1.AddItemRequest, context: CallContext) async throws -> OrdersV1.Order {
        try await decide(request.orderID, key: try Self.key(request.idempotencyKey, request)) { core, _ in
            try core.addItem(request)
        }
    }

    public func removeItem(
        _ request: OrdersV1.RemoveItemRequest, context: CallContext
    ) async throws -> OrdersV1.Order {
        try await decide(request.orderID) { core, _ in try core.removeItem(request) }
    }

    public func getBasket(_ request: OrdersV1.GetBasketRequest, context: CallContext) async throws -> OrdersV1.Order {
        let order = try await order(request.orderID)
        guard order.view.state == .basket else {
            throw ServiceError.failedPrecondition(
                "'\(order.id)' is not a basket any more but an order that is \(order.stateName): use GetOrder")
        }
        return order.view
    }

    public func checkout(_ request: OrdersV1.CheckoutRequest, context: CallContext) async throws -> OrdersV1.Order {
        // One is enough but for very bad luck.
        let codes = (0..<4).map { _ in ids.pickupCode() }
        return try await decide(request.orderID, key: try Self.key(request.idempotencyKey, request)) { core, _ in
            try core.checkout(request, pickupCodes: codes)
        }
    }

    public func placeOrder(
        _ request: OrdersV1.PlaceOrderRequest, context: CallContext
    ) async throws -> OrdersV1.Order {
        let (id, currency) = (ids.id("o"), currency)
        let codes = (0..<4).map { _ in ids.pickupCode() }
        return try await loop.decide(key: try Self.key(request.idempotencyKey, request)) { core, _ in
            Self.decision(
                id, try core.placeOrder(request, orderID: id, currency: currency, pickupCodes: codes))
        }
    }

    // MARK: Orders

    public func getOrder(_ request: OrdersV1.GetOrderRequest, context: CallContext) async throws -> OrdersV1.Order {
        try await order(request.orderID).view
    }

    public func listOrders(
        _ request: OrdersV1.ListOrdersRequest, context: CallContext
    ) async throws -> OrdersV1.ListOrdersResponse {
        // A copy of the state costs less than a search on the loop's thread, where everything else waits.
        try await loop.read { $0 }.listOrders(request)
    }

    public func cancelOrder(
        _ request: OrdersV1.CancelOrderRequest, context: CallContext
    ) async throws -> OrdersV1.Order {
        do {
            return try await loop.decide { core, _ in
                Self.decision(request.orderID, try core.order(request.orderID).cancel(request))
            }
        } catch let error as ServiceError where error.code == .notFound {
            // One that ended long ago: it refuses, or it is cancelled and stays so.
            guard let old = try await forgotten(request.orderID) else { throw error }
            _ = try old.cancel(request)
            return old.view
        }
    }

    public func handOver(_ request: OrdersV1.HandOverRequest, context: CallContext) async throws -> OrdersV1.Order {
        // A wrong code is recorded, so it is not an error of the decision but part of its reply.
        let (order, refusal) = try await refusing(request.orderID) { [loop] in
            try await loop.decide { core, now in
                let outcome = try core.order(request.orderID).handOver(request, now: now)
                return Decision<OrdersCore, (OrdersV1.Order, ServiceError?)>(outcome.events.map(\.new)) { core in
                    (core.view(request.orderID), outcome.refusal)
                }
            }
        }
        if let refusal { throw refusal }
        return order
    }

    // MARK: Parts

    private func decide(
        _ orderID: String, key: IdempotencyKey? = nil,
        _ body: @escaping @Sendable (OrdersCore, Timestamp) throws -> [OrdersV1.Event]
    ) async throws -> OrdersV1.Order {
        try await refusing(orderID) { [loop] in
            try await loop.decide(key: key) { core, now in Self.decision(orderID, try body(core, now)) }
        }
    }

    private static func key(_ key: String, _ request: some Message) throws -> IdempotencyKey? {
        key.isEmpty ? nil : try IdempotencyKey(key, request: request)
    }

    /// Events, answered with the order as it is after them.
    private static func decision(
        _ orderID: String, _ events: [OrdersV1.Event]
    ) -> Decision<OrdersCore, OrdersV1.Order> {
        Decision(events.map(\.new)) { $0.view(orderID) }
    }
}

extension OrdersCore {
    /// The order as its readers see it; of an id that a decision has found to exist.
    func view(_ orderID: String) -> OrdersV1.Order {
        orders[orderID]?.view ?? OrdersV1.Order(orderID: orderID)
    }
}
