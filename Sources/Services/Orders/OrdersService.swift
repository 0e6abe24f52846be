public import APIs
public import Kernel
public import Logging
public import Messages
public import Wire

/// Orders at work: baskets, checkout, and orders until they are handed over.
///
/// It answers while ``run()`` runs. Subscribed to Stores, Payments and Depot, whose logs may be in the same
/// ``EventStream`` before it or come later.
public final class OrdersService: OrdersAPI {
    let loop: ServiceLoop<OrdersCore>
    private let ids: IDGenerator
    private let currency: String
    private let watchers = Watchers<OrdersV1.Order>()

    /// Loads the state from the log: blocks while it reads.
    ///
    /// - parameter currency: the mall's, ISO 4217.
    /// - throws: `StorageError` when the log cannot be read.
    public init(
        log: any EventLog, stream: EventStream, clock: any KernelClock = SystemClock(),
        ids: IDGenerator = IDGenerator(), currency: String = "EUR", logger: Logger,
        options: LoopOptions = LoopOptions()
    ) throws {
        loop = try ServiceLoop(log: log, stream: stream, clock: clock, logger: logger, options: options)
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
        loop.onCommit { [watchers] events, core in
            for event in events {
                guard let id = event.event.orderID, watchers.isWatched(id), let order = core.orders[id] else {
                    continue
                }
                watchers.publish(order.view, of: id)
            }
        }
    }

    /// Has `observe` called when the service begins to work, cannot any more, can again, and has stopped. Before ``run()``.
    public func onCondition(_ observe: @escaping @Sendable (LoopCondition) -> Void) {
        loop.onCondition(observe)
    }

    /// Works until ``stop()``, or until the task is cancelled. Once only.
    public func run() async throws {
        defer { watchers.finish() }
        try await loop.run()
    }

    /// Takes no more calls, finishes those that wait, and lets ``run()`` return.
    public func stop() {
        watchers.finish()
        loop.stop()
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
        try await loop.decide(key: try Self.key(request.idempotencyKey, request)) { core, _ in
            Self.decision(request.orderID, try core.addItem(request))
        }
    }

    public func removeItem(
        _ request: OrdersV1.RemoveItemRequest, context: CallContext
    ) async throws -> OrdersV1.Order {
        try await loop.decide { core, _ in Self.decision(request.orderID, try core.removeItem(request)) }
    }

    public func getBasket(_ request: OrdersV1.GetBasketRequest, context: CallContext) async throws -> OrdersV1.Order {
        try await loop.read { core in
            let order = try core.order(request.orderID)
            guard order.view.state == .basket else {
                throw ServiceError.failedPrecondition(
                    "'\(order.id)' is not a basket any more but an order that is \(order.stateName): use GetOrder")
            }
            return order.view
        }
    }

    public func checkout(_ request: OrdersV1.CheckoutRequest, context: CallContext) async throws -> OrdersV1.Order {
        // One is enough but for very bad luck.
        let codes = (0..<4).map { _ in ids.pickupCode() }
        return try await loop.decide(key: try Self.key(request.idempotencyKey, request)) { core, _ in
            Self.decision(request.orderID, try core.checkout(request, pickupCodes: codes))
        }
    }

    // MARK: Orders

    public func getOrder(_ request: OrdersV1.GetOrderRequest, context: CallContext) async throws -> OrdersV1.Order {
        try await loop.read { try $0.order(request.orderID).view }
    }

    public func listOrders(
        _ request: OrdersV1.ListOrdersRequest, context: CallContext
    ) async throws -> OrdersV1.ListOrdersResponse {
        try await loop.read { try $0.listOrders(request) }
    }

    public func cancelOrder(
        _ request: OrdersV1.CancelOrderRequest, context: CallContext
    ) async throws -> OrdersV1.Order {
        try await loop.decide { core, _ in
            Self.decision(request.orderID, try core.order(request.orderID).cancel(request))
        }
    }

    public func handOver(_ request: OrdersV1.HandOverRequest, context: CallContext) async throws -> OrdersV1.Order {
        // A wrong code is recorded, so it is not an error of the decision but part of its reply.
        let (order, refusal) = try await loop.decide { core, now in
            let outcome = try core.order(request.orderID).handOver(request, now: now)
            return Decision<OrdersCore, (OrdersV1.Order, ServiceError?)>(outcome.events.map(\.new)) { core in
                (core.view(request.orderID), outcome.refusal)
            }
        }
        if let refusal { throw refusal }
        return order
    }

    public func watchOrder(
        _ request: OrdersV1.WatchOrderRequest, _ outbound: WireOutbound<OrdersV1.Order>, context: CallContext
    ) async throws {
        let changes = watchers.values(of: request.orderID)
        let first = try await loop.read { try $0.order(request.orderID) }
        try await outbound.send(first.view)
        if first.hasEnded { return }
        var version = first.view.version
        for await order in changes where order.version > version {
            version = order.version
            try await outbound.send(order)
            if Order(order).hasEnded { return }
        }
        try Task.checkCancellation()
        throw ServiceError.unavailable("the service orders is stopping: watch again later")
    }

    // MARK: Parts

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
