public import Kernel
public import Messages

/// All baskets and orders, and the catalog they are made from, as one value, changed by Orders' events alone.
public struct OrdersCore: ServiceCore {
    public typealias Event = OrdersV1.Event

    public static let serviceName = "orders"

    /// A basket that nobody touches for this long is abandoned.
    static let basketPatience = Duration.seconds(30 * 60)

    private(set) var orders: [String: Order] = [:]
    /// Every order's id, in the order in which the baskets were started.
    private(set) var sequence: [String] = []
    private(set) var catalog = Catalog()
    /// Which order a pickup code opens, of the orders that have not ended.
    private(set) var openCodes: [String: String] = [:]
    /// Units that active orders still need from the shelves, by product.
    private var promised: [String: UInt64] = [:]
    private var touches = TouchQueue()

    public init() {}

    /// The order of this id, or NOT_FOUND.
    func order(_ id: String) throws(ServiceError) -> Order {
        if id.isEmpty { throw .invalidArgument("order_id is empty") }
        guard let order = orders[id] else { throw .notFound("there is no order or basket '\(id)'") }
        return order
    }

    /// Units that are on the shelf and in no other order.
    func unpromised(_ productID: String) -> UInt64 {
        let stock = UInt64(catalog.products[productID]?.stock ?? 0)
        return stock - min(stock, promised[productID] ?? 0)
    }

    public mutating func evolve(_ event: OrdersV1.Event, _ stamp: EventStamp) {
        guard let kind = event.kind else { return }
        if case .basketStarted(let event) = kind { start(event, at: stamp.time) }
        guard let id = event.orderID else { return catalog.evolve(kind) }
        guard orders[id] != nil else { return }
        count(id, adding: false)
        orders[id]?.evolve(kind, at: stamp.time.unixMs)
        orders[id]?.view.version = stamp.version
        count(id, adding: true)
        if let order = orders[id] { touches.note(order) }
    }

    private mutating func start(_ event: OrdersV1.BasketStarted, at time: Timestamp) {
        guard orders[event.orderID] == nil else { return }
        var order = Order(
            OrdersV1.Order(
                orderID: event.orderID, state: .basket,
                total: TypesV1.Money(minorUnits: 0, currencyCode: event.currencyCode), kioskID: event.kioskID,
                startedUnixMs: time.unixMs))
        order.touchedUnixMs = time.unixMs
        add(order)
        touches.note(order)
    }

    private mutating func add(_ order: Order) {
        orders[order.id] = order
        sequence.append(order.id)
        count(order.id, adding: true)
    }

    /// Takes an order out of what is counted over all orders, or into it.
    private mutating func count(_ id: String, adding: Bool) {
        guard let order = orders[id] else { return }
        if order.isActive {
            for line in order.view.lines where line.outstanding > 0 {
                let units = UInt64(line.outstanding)
                let before = promised[line.productID] ?? 0
                let after = adding ? before + units : before - min(before, units)
                promised[line.productID] = after == 0 ? nil : after
            }
        }
        if !order.view.pickupCode.isEmpty, !order.hasEnded {
            openCodes[order.view.pickupCode] = adding ? id : nil
        }
    }

    // MARK: Baskets left behind

    public func nextDeadline(after now: Timestamp) -> Timestamp? {
        touches.oldest.map { Timestamp(unixMs: $0) + Self.basketPatience }
    }

    public func due(_ now: Timestamp) -> [NewEvent<OrdersV1.Event>] {
        touches.ids(notAfter: (now - Self.basketPatience).unixMs).map { id in
            OrdersV1.Event(kind: .basketAbandoned(OrdersV1.BasketAbandoned(orderID: id))).new
        }
    }

    // MARK: Snapshot

    public func snapshot() -> [UInt8] {
        OrdersV1.Snapshot(
            orders: sequence.compactMap { orders[$0]?.record },
            stores: catalog.stores.values.sorted { $0.storeID < $1.storeID },
            products: catalog.products.values.sorted { $0.productID < $1.productID }
        ).protobuf()
    }

    public init(snapshot: [UInt8]) throws {
        let saved = try OrdersV1.Snapshot(protobuf: snapshot, limits: .unlimited)
        for store in saved.stores { catalog.evolve(.storeNoted(store)) }
        for product in saved.products { catalog.evolve(.productNoted(product)) }
        let restored = saved.orders.map { Order($0) }
        for order in restored { add(order) }
        // The queue takes times that rise; the orders are by when they were started.
        for order in restored.sorted(by: { ($0.touchedUnixMs, $0.id) < ($1.touchedUnixMs, $1.id) }) {
            touches.note(order)
        }
    }
}

/// Baskets by when they were last touched. Times come in rising order, so a queue is enough.
struct TouchQueue: Sendable {
    private var current: [String: Int64] = [:]
    private var queue: [(id: String, unixMs: Int64)] = []
    private var first = 0

    /// The oldest touch of a basket that is still one.
    var oldest: Int64? { first < queue.count ? queue[first].unixMs : nil }

    mutating func note(_ order: Order) {
        let touched = order.view.state == .basket ? order.touchedUnixMs : nil
        guard current[order.id] != touched else { return }
        current[order.id] = touched
        if let touched { queue.append((order.id, touched)) }
        while first < queue.count, current[queue[first].id] != queue[first].unixMs { first += 1 }
        if first > 1_024, first > queue.count / 2 {
            queue.removeFirst(first)
            first = 0
        }
    }

    func ids(notAfter unixMs: Int64) -> [String] {
        queue[first...].prefix { $0.unixMs <= unixMs }.filter { current[$0.id] == $0.unixMs }.map(\.id)
    }
}
