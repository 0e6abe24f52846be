public import Kernel
public import Messages
import OrderedCollections

/// All baskets and orders, and the catalog they are made from, as one value, changed by Orders' events alone.
public struct OrdersCore: ServiceCore {
    public typealias Event = OrdersV1.Event

    public static let serviceName = "orders"
    /// 2: orders are numbered and have tickets, and those that ended long ago are forgotten.
    public static let snapshotFormat: UInt32 = 2

    /// In the order in which the baskets were started: all that have not ended, and those that ended last.
    private(set) var orders: OrderedDictionary<String, Order> = [:]
    /// How many baskets were ever started.
    private(set) var started: UInt64 = 0
    private(set) var catalog = Catalog()
    /// The newest order's, 1 to 999; 0 before the first.
    private(set) var lastTicket: UInt32 = 0
    /// Of the last event in the log that is in this.
    private(set) var position: UInt64 = 0
    /// Those of the orders that have ended, the first to end first; and of the baskets that were abandoned.
    var ended = Queue()
    var abandoned = Queue()
    /// Orders that were forgotten lately, with the position at which: for those who follow all orders.
    var forgotten: [(position: UInt64, ids: [String])] = []

    // What follows from the above, kept so that nothing has to be searched for.

    /// Which order a pickup code opens, of the orders that have not ended.
    private(set) var openCodes: [String: String] = [:]
    /// How many orders that have not ended have each ticket.
    private var openTickets = Array(repeating: 0, count: Int(Ticket.last) + 1)
    /// Units that active orders still need from the shelves, by product.
    private var promised: [String: UInt64] = [:]
    /// Baskets by when they were last touched, and orders whose checkout is not through by when they were placed.
    var touched = TimeQueue()
    var placed = TimeQueue()

    /// When this program began to work: while there was none, no step could be taken, and no patience runs out. Not part
    /// of the state.
    var began = Timestamp(unixMs: 0)

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

    /// The next in turn that no order has which has not ended; when all are taken, the next in turn.
    var nextTicket: UInt32 {
        let next = Ticket.after(lastTicket)
        var ticket = next
        repeat {
            if openTickets[Int(ticket)] == 0 { return ticket }
            ticket = Ticket.after(ticket)
        } while ticket != next
        return next
    }

    public mutating func evolve(_ event: OrdersV1.Event, _ stamp: EventStamp) {
        position = stamp.position
        guard let kind = event.kind else { return }
        switch kind {
        case .basketStarted(let event): start(event, at: stamp.time)
        case .orderPlaced(let event) where event.ticket > 0: lastTicket = min(event.ticket, Ticket.last)
        default: break
        }
        guard let id = event.orderID else { return catalog.evolve(kind) }
        guard let before = orders[id] else { return }
        count(before, adding: false)
        orders[id]?.evolve(kind, at: stamp.time.unixMs)
        orders[id]?.view.version = stamp.version
        if let order = orders[id] {
            count(order, adding: true)
            retain(order, at: stamp.position)
        }
    }

    private mutating func start(_ event: OrdersV1.BasketStarted, at time: Timestamp) {
        guard orders[event.orderID] == nil else { return }
        started += 1
        let order = Order(
            basket: event.orderID, kioskID: event.kioskID, currency: event.currencyCode, number: started,
            startedUnixMs: time.unixMs)
        orders[order.id] = order
        count(order, adding: true)
    }

    mutating func forget(_ old: Set<String>) {
        orders.removeAll { old.contains($0.key) }
    }

    /// Takes an order out of what is counted over all orders, or into it.
    private mutating func count(_ order: Order, adding: Bool) {
        if order.isActive {
            for line in order.view.lines where line.outstanding > 0 {
                let units = UInt64(line.outstanding)
                let before = promised[line.productID] ?? 0
                let after = adding ? before + units : before - min(before, units)
                promised[line.productID] = after == 0 ? nil : after
            }
        }
        if !order.view.pickupCode.isEmpty, !order.hasEnded {
            openCodes[order.view.pickupCode] = adding ? order.id : nil
        }
        if order.view.ticket > 0, order.view.ticket <= Ticket.last, !order.hasEnded {
            openTickets[Int(order.view.ticket)] += adding ? 1 : -1
        }
        if adding {
            touched.note(order.id, order.view.state == .basket ? order.touchedUnixMs : nil)
            placed.note(order.id, order.view.state == .placed ? order.view.placedUnixMs : nil)
        }
    }

    // MARK: Snapshot

    public func snapshot() -> [UInt8] {
        OrdersV1.Snapshot(
            orders: orders.values.map(\.record), stores: catalog.stores.values.sorted { $0.storeID < $1.storeID },
            products: catalog.products.values.sorted { $0.productID < $1.productID }, started: started,
            lastTicket: lastTicket, position: position, endedIds: Array(ended.names),
            abandonedIds: Array(abandoned.names)
        ).protobuf()
    }

    public init(snapshot: [UInt8]) throws {
        let saved = try OrdersV1.Snapshot(protobuf: snapshot, limits: .unlimited)
        for store in saved.stores { catalog.evolve(.storeNoted(store)) }
        for product in saved.products { catalog.evolve(.productNoted(product)) }
        (started, lastTicket, position) = (saved.started, min(saved.lastTicket, Ticket.last), saved.position)
        (ended, abandoned) = (Queue(saved.endedIds), Queue(saved.abandonedIds))
        let restored = saved.orders.map { Order($0) }
        for order in restored { orders[order.id] = order }
        // The queues take times that rise; the orders are by when they were started.
        for order in restored.sorted(by: { ($0.latestUnixMs, $0.id) < ($1.latestUnixMs, $1.id) }) {
            count(order, adding: true)
        }
    }
}

/// Short numbers that orders are called by.
enum Ticket {
    static let last: UInt32 = 999

    static func after(_ ticket: UInt32) -> UInt32 { ticket >= last ? 1 : ticket + 1 }
}

extension Order {
    /// The time that it may be in a queue by.
    fileprivate var latestUnixMs: Int64 { max(touchedUnixMs, view.placedUnixMs) }
}
