import Kernel
import Messages
import OrderedCollections
import Testing

@testable import Orders
@testable import Payments
@testable import Stores

/// The pure cores of Stores, Orders and Payments, joined by hand: their logs are arrays, their subscriptions cursors,
/// and a seeded generator decides who does what next, and who starts again from its log or its snapshot.
struct Trio {
    /// One core, its log, and how far it has read the others'.
    struct Node<Core: ServiceCore> {
        var core = Core()
        var log: [Core.Event] = []
        var times: [Timestamp] = []
        var cursors: [String: Int] = [:]
        var versions: [String: UInt64] = [:]

        mutating func take(_ events: [Core.Event], stream: (Core.Event) -> String, at now: Timestamp) {
            for event in events {
                log.append(event)
                times.append(now)
                versions[stream(event), default: 0] += 1
                core.evolve(
                    event,
                    EventStamp(
                        position: UInt64(log.count), stream: stream(event), version: versions[stream(event)] ?? 0,
                        time: now))
            }
        }

        /// The next event of another's log that this one has not seen.
        mutating func next<Event>(_ service: String, _ other: [Event]) -> Event? {
            let place = cursors[service, default: 0]
            guard place < other.count else { return nil }
            cursors[service] = place + 1
            return other[place]
        }

        /// A new process: the state is what the log gives, or the snapshot.
        mutating func restart(fromSnapshot: Bool, stream: (Core.Event) -> String) throws {
            core = fromSnapshot ? try Core(snapshot: core.snapshot()) : folded(stream)
        }

        /// What the log alone gives.
        func folded(_ stream: (Core.Event) -> String) -> Core {
            var again = Node()
            for (event, time) in zip(log, times) { again.take([event], stream: stream, at: time) }
            return again.core
        }
    }

    /// Robots and their depot, as far as Orders and Stores can tell.
    struct List {
        enum State { case created, available, ready, canceled, refused }
        var state = State.created
        var left: [OrdersV1.Line]
        var carried: [OrdersV1.Line] = []
    }

    var random: SeededGenerator
    var now = Timestamp(unixMs: 1_000_000)
    var stores = Node<StoresCore>()
    var orders = Node<OrdersCore>()
    var payments = Node<PaymentsCore>()
    var depot: [DepotV1.Event] = []
    var depotCursor = 0
    var lists: [String: List] = [:]
    var orderIDs: [String] = []
    /// What the provider has done, by key: a key that comes again moves nothing.
    var provider: [String: ProviderAnswer] = [:]
    var captured: [String: Int64] = [:]
    var refunded: [String: Int64] = [:]
    /// What it holds on cards, by the authorisation's key.
    var held: [String: Int64] = [:]
    /// When a slow card was first asked, by key.
    var asked: [String: Timestamp] = [:]
    var answered: [(ProviderRequest, ProviderAnswer)] = []
    /// Depot reads nothing before this.
    var depotWakes = Timestamp(unixMs: 0)

    static let products = ["bread", "tea", "soap", "lamp"]
    static let stock: UInt32 = 10_000

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        try open()
    }

    mutating func open() throws {
        let store = StoresV1.CreateStoreRequest(storeID: "s", name: "Store", node: "n", participating: true)
        takeStores(try stores.core.createStore(store, newID: "s"))
        for (index, id) in Self.products.enumerated() {
            let product = StoresV1.AddProductRequest(
                storeID: "s", productID: id, name: id,
                price: TypesV1.Money(minorUnits: Int64(100 + 7 * index), currencyCode: "EUR"), stock: Self.stock)
            takeStores(try stores.core.addProduct(product, newID: id))
        }
        while deliver() {}
    }

    mutating func takeStores(_ events: [StoresV1.Event]) { stores.take(events, stream: \.stream, at: now) }
    mutating func takeOrders(_ events: [OrdersV1.Event]) { orders.take(events, stream: \.stream, at: now) }
    mutating func takePayments(_ events: [PaymentsV1.Event]) {
        payments.take(payments.core.withConsequences(events), stream: { $0.new.stream }, at: now)
    }

    mutating func draw(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    // MARK: What travels

    /// One event to one subscriber, by chance the first that has one; false when all have seen everything.
    mutating func deliver() -> Bool {
        let start = draw(6)
        for offset in 0..<6 where deliver(along: (start + offset) % 6) { return true }
        return false
    }

    private mutating func deliver(along arrow: Int) -> Bool {
        switch arrow {
        case 0:
            guard let event = orders.next("stores", stores.log) else { return false }
            takeOrders(orders.core.catalog.react(to: event))
        case 1:
            guard let event = orders.next("payments", payments.log) else { return false }
            takeOrders(orders.core.react(to: event))
        case 2:
            guard let event = orders.next("depot", depot) else { return false }
            takeOrders(orders.core.react(to: event))
        case 3:
            guard let event = payments.next("orders", orders.log) else { return false }
            takePayments(payments.core.react(to: event))
        case 4:
            guard let event = stores.next("depot", depot) else { return false }
            takeStores(stores.core.react(to: event))
        default:
            guard depotCursor < orders.log.count, now >= depotWakes else { return false }
            depotCursor += 1
            depotReacts(to: orders.log[depotCursor - 1])
        }
        return true
    }

    private mutating func depotReacts(to event: OrdersV1.Event) {
        func add(_ kind: DepotV1.Event.Kind) { depot.append(DepotV1.Event(kind: kind)) }
        switch event.kind {
        case .orderPlaced(let event):
            lists[event.orderID] = List(left: event.lines)
            if draw(10) == 0 {
                lists[event.orderID]?.state = .refused
                add(.listRefused(DepotV1.ListRefused(listID: event.orderID, reason: "too large")))
            } else {
                add(.listCreated(DepotV1.ListCreated(listID: event.orderID)))
            }
        case .orderApproved(let event): lists[event.orderID]?.state = .available
        case .orderRejected(let event): cancelList(event.orderID)
        case .orderCancelRequested(let event): cancelList(event.orderID)
        default: break
        }
    }

    private mutating func cancelList(_ id: String) {
        guard let list = lists[id], list.state != .refused, list.state != .canceled else { return }
        lists[id]?.state = .canceled
        let items = list.carried.map { TypesV1.Item(productID: $0.productID, quantity: $0.quantity) }
        let back = DepotV1.TaskCanceled(
            taskID: "\(id)/1", listID: id, returned: [TypesV1.Stop(storeID: "s", items: items)])
        depot.append(DepotV1.Event(kind: .taskCanceled(back)))
        depot.append(DepotV1.Event(kind: .listCanceled(DepotV1.ListCanceled(listID: id))))
    }

    // MARK: What robots, the provider and people do

    /// A robot gets on with one list; false when none has anything to do.
    mutating func robotWorks() -> Bool {
        let open = orderIDs.filter { lists[$0]?.state == .available }
        guard !open.isEmpty else { return false }
        let id = open[draw(open.count)]
        guard var list = lists[id] else { return false }
        if var line = list.left.first {
            let units = UInt32(1 + draw(Int(line.quantity)))
            if draw(4) == 0 {
                let event = DepotV1.ItemUnavailable(
                    listID: id, storeID: "s", productID: line.productID, quantity: units, reason: .damaged)
                depot.append(DepotV1.Event(kind: .itemUnavailable(event)))
            } else {
                let event = DepotV1.ItemPicked(
                    listID: id, storeID: "s", productID: line.productID, quantity: units)
                depot.append(DepotV1.Event(kind: .itemPicked(event)))
                var carried = line
                carried.quantity = units
                list.carried.append(carried)
            }
            line.quantity -= units
            list.left[0] = line
            if line.quantity == 0 { list.left.removeFirst() }
        } else {
            let items = list.carried.map { TypesV1.Item(productID: $0.productID, quantity: $0.quantity) }
            let delivered = DepotV1.TaskDelivered(
                taskID: "\(id)/1", listID: id, delivered: [TypesV1.Stop(storeID: "s", items: items)])
            depot.append(DepotV1.Event(kind: .taskDelivered(delivered)))
            depot.append(DepotV1.Event(kind: .listReady(DepotV1.ListReady(listID: id))))
            list.state = .ready
        }
        lists[id] = list
        return true
    }

    static let cards = ["card", "card", "slow", "slow-capture"]

    /// What happens because it is time.
    mutating func timePasses(_ duration: Duration) {
        now = now + duration
        if let deadline = orders.core.nextDeadline(after: now), deadline <= now {
            takeOrders(orders.core.due(now).map(\.event))
        }
        if let deadline = payments.core.nextDeadline(after: now), deadline <= now {
            // What is due is one decision for each account, consequences included.
            payments.take(payments.core.due(now).map(\.event), stream: { $0.new.stream }, at: now)
        }
    }

    mutating func someoneActs() {
        timePasses(.seconds(1 + draw(8)))
        guard let id = orderIDs.isEmpty ? nil : orderIDs[draw(orderIDs.count)] else { return buy() }
        switch draw(12) {
        case 0, 1, 2: buy()
        case 3, 4: pay(id, draw(2) == 0 ? .card : .cash)
        case 5:
            let request = OrdersV1.CancelOrderRequest(orderID: id)
            if let events = try? orders.core.order(id).cancel(request) { takeOrders(events) }
        case 6: handOver(id, rightCode: draw(3) > 0)
        case 7: if draw(4) == 0 { depotWakes = now + .seconds(90) }
        case 8: if draw(3) == 0 { refund(id) }
        default: break
        }
    }

    /// Staff give something back, or all.
    private mutating func refund(_ id: String) {
        var request = PaymentsV1.RefundInvoiceRequest(invoiceID: PaymentsCore.invoiceID(of: id))
        if draw(3) > 0 { request.amount = TypesV1.Money(minorUnits: Int64(1 + draw(200)), currencyCode: "EUR") }
        if let events = try? payments.core.refund(request) { takePayments(events) }
    }

    private mutating func buy() {
        let id = "o-\(orderIDs.count + 1)"
        orderIDs.append(id)
        let start = OrdersV1.StartBasketRequest()
        if let events = try? orders.core.startBasket(start, orderID: id, currency: "EUR") { takeOrders(events) }
        for _ in 0...draw(4) {
            let item = OrdersV1.AddItemRequest(
                orderID: id, productID: Self.products[draw(Self.products.count)], quantity: UInt32(1 + draw(3)))
            if let events = try? orders.core.addItem(item) { takeOrders(events) }
        }
        let checkout = OrdersV1.CheckoutRequest(orderID: id, cardToken: draw(2) == 0 ? Self.cards[draw(4)] : "")
        if let events = try? orders.core.checkout(checkout, pickupCodes: ["C\(orderIDs.count)"]) { takeOrders(events) }
    }

    mutating func pay(_ id: String, _ method: PaymentsV1.PaymentMethod) {
        let request = PaymentsV1.PayInvoiceRequest(orderID: id, method: method, cardToken: Self.cards[draw(4)])
        if let events = try? payments.core.pay(request) { takePayments(events) }
    }

    mutating func handOver(_ id: String, rightCode: Bool) {
        guard let order = orders.core.orders[id] else { return }
        let code = rightCode ? order.view.pickupCode : "WRONG2"
        let request = OrdersV1.HandOverRequest(orderID: id, pickupCode: code)
        if let outcome = try? order.handOver(request, now: now) { takeOrders(outcome.events) }
    }

    mutating func someoneRestarts() throws {
        let fromSnapshot = draw(2) == 0
        switch draw(3) {
        case 0: try stores.restart(fromSnapshot: fromSnapshot, stream: \.stream)
        case 1:
            try orders.restart(fromSnapshot: fromSnapshot, stream: \.stream)
            orders.core.began = now
        default:
            try payments.restart(fromSnapshot: fromSnapshot, stream: { $0.new.stream })
            payments.core.began = now
        }
    }
}
