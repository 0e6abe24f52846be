import Kernel
import Messages

/// Reads Orders' log as an outsider: each order's way to its one end, at the stores' prices, and only with what the others have done.
final class OrdersHistory {
    enum State: String {
        case basket, placed, approved, ready, canceling, completed, rejected, canceled, abandoned

        var isActive: Bool { self == .placed || self == .approved || self == .ready }
        var hasEnded: Bool { self == .completed || self == .rejected || self == .canceled || self == .abandoned }
    }

    struct Line {
        var storeID: String
        var price: Int64
        var quantity: UInt32
        var unavailable: UInt32 = 0
        var picked: UInt32 = 0
        var delivered: UInt32 = 0
    }

    struct Entry {
        var state = State.basket
        var basket: [String: UInt32] = [:]
        var lines: [String: Line] = [:]
        var hasCard = false
        var isPaid = false
        var code = ""
        var steps: Set<OrdersV1.CheckoutStep> = []

        /// What is owed for what can be had.
        var total: Int64 { lines.values.reduce(0) { $0 + $1.price * Int64($1.quantity - $1.unavailable) } }
    }

    var fail: (String) -> Void = { _ in }
    // Set by the auditor, which has all of them.
    var stores = StoresHistory()
    var payments = PaymentsHistory()
    var depot = DepotHistory()
    private(set) var orders: [String: Entry] = [:]
    /// What an order was to cost after an event of this log, by its position.
    private(set) var totals: [UInt64: Int64] = [:]
    private var placed: UInt32 = 0
    private var products: [String: OrdersV1.ProductNoted] = [:]
    private var participating: [String: Bool] = [:]

    private func require(_ holds: Bool, _ what: @autoclosure () -> String) {
        if !holds { fail(what()) }
    }

    func take(_ event: OrdersV1.Event, _ recorded: RecordedEvent) {
        switch event.kind {
        case .storeNoted(let event): participating[event.storeID] = event.participating
        case .productNoted(let event):
            let price = event.price?.minorUnits ?? 0
            require(stores.hasAsked(price, for: event.productID), "\(event.productID) never cost \(price)")
            products[event.productID] = event
        case .productForgotten(let event): products[event.productID] = nil
        case .basketStarted(let event):
            require(orders[event.orderID] == nil, "basket \(event.orderID) begins twice")
            orders[event.orderID] = Entry()
        case .itemAdded(let event):
            change(event.orderID, from: .basket) { order in
                order.basket[event.line?.productID ?? "", default: 0] += event.line?.quantity ?? 0
            }
        case .itemRemoved(let event):
            change(event.orderID, from: .basket) { order in
                let left = (order.basket[event.productID] ?? 0) - event.quantity
                order.basket[event.productID] = left == 0 ? nil : left
            }
        case .basketAbandoned(let event): change(event.orderID, from: .basket) { $0.state = .abandoned }
        case .orderPlaced(let event): place(event, recorded)
        case nil: fail("an event of no kind at position \(recorded.position) of Orders' log")
        default: takeOrder(event, recorded)
        }
    }

    private func place(_ event: OrdersV1.OrderPlaced, _ recorded: RecordedEvent) {
        let id = event.orderID
        let isTaken = orders.contains { $0.value.code == event.pickupCode && !$0.value.state.hasEnded }
        require(!isTaken && !event.pickupCode.isEmpty, "the code of \(id) is another's too")
        require(event.ticket == placed % 999 + 1, "ticket \(event.ticket) of \(id) is not the next one")
        placed += 1
        change(id, from: .basket) { order in
            for line in event.lines {
                let product = products[line.productID]
                let price = line.unitPrice?.minorUnits ?? 0
                require(product != nil, "\(id): \(line.productID) is not sold")
                require(price == product?.price?.minorUnits, "\(id): \(line.productID) is not sold for \(price)")
                require(participating[line.storeID] == true, "\(id): \(line.storeID) does not take part")
                order.lines[line.productID] = Line(storeID: line.storeID, price: price, quantity: line.quantity)
            }
            require(order.lines.mapValues(\.quantity) == order.basket, "\(id) is not what its basket was")
            require(event.total?.minorUnits == order.total, "\(id) costs \(order.total)")
            order.state = .placed
            order.hasCard = !event.cardToken.isEmpty
            order.code = event.pickupCode
            totals[recorded.position] = order.total
        }
    }

    private func takeOrder(_ event: OrdersV1.Event, _ recorded: RecordedEvent) {
        switch event.kind {
        case .orderApproved(let event):
            let id = event.orderID
            change(id, from: .placed) { order in
                require(depot.wanted[id] != nil, "\(id) is approved without a list")
                let mayBePaid = !order.hasCard || order.isPaid || payments.wasAuthorized(id)
                require(mayBePaid, "\(id) is approved without its card")
                require(event.total?.minorUnits == order.total, "\(id) is approved for another total")
                order.state = .approved
                totals[recorded.position] = order.total
            }
        case .orderRejected(let event): change(event.orderID, from: .placed) { $0.state = .rejected }
        case .orderAdjusted(let event):
            change(event.orderID) { order in
                require(order.state.isActive, "\(event.orderID) shrinks when it is \(order.state)")
                order.lines[event.productID]?.unavailable += event.unavailable
                require(event.newTotal?.minorUnits == order.total, "\(event.orderID) costs \(order.total)")
                totals[recorded.position] = order.total
            }
        case .orderProgressed(let event):
            change(event.orderID) { order in
                guard var line = order.lines[event.productID] else { return fail("\(event.orderID): no such line") }
                line.picked = line.picked + event.newlyPicked - min(line.picked, event.newlyUnpicked)
                line.delivered += event.newlyDelivered
                let bounds = line.delivered <= line.picked && line.picked + line.unavailable <= line.quantity
                require(bounds, "\(event.orderID): \(event.productID) has \(line)")
                order.lines[event.productID] = line
            }
        case .orderReady(let event):
            let id = event.orderID
            change(id, from: .approved) { order in
                require(depot.listEnds[id] != nil, "\(id) is ready, and its list is not")
                order.state = .ready
                for (product, line) in order.lines {
                    let there = depot.brought(product, of: line.storeID, for: id)
                    let came =
                        line.delivered == there && line.picked == there && there + line.unavailable == line.quantity
                    require(came, "\(id) is ready: \(there) of \(product) came, and it has \(line)")
                }
            }
        case .orderPaid(let event):
            change(event.orderID) { order in
                require(order.state.isActive && !order.isPaid, "\(event.orderID) is paid when it is \(order.state)")
                require(payments.wasPaid(event.orderID), "\(event.orderID) is paid, and its invoice is not")
                order.isPaid = true
            }
        case .orderCompleted(let event):
            change(event.orderID, from: .ready) { order in
                require(order.isPaid, "\(event.orderID) is handed over unpaid")
                order.state = .completed
            }
        case .orderCancelRequested(let event):
            change(event.orderID) { order in
                require(order.state.isActive, "\(event.orderID) is to be cancelled when it is \(order.state)")
                order.state = .canceling
            }
        case .orderCanceled(let event):
            let id = event.orderID
            change(id, from: .canceling) { order in
                require(depot.wanted[id] == nil || depot.listEnds[id] == "canceled", "\(id) ends before its list")
                require(payments.isClosed(id), "\(id) ends before its account")
                order.state = .canceled
            }
        case .checkoutStepDone(let event):
            change(event.orderID) { order in
                require(!order.state.hasEnded, "\(event.orderID) goes on after its end")
                require(order.steps.insert(event.step).inserted, "\(event.orderID) does \(event.step) twice")
            }
        case .pickupCodeRefused(let event): change(event.orderID, from: .ready) { _ in }
        default: break
        }
    }

    private func change(_ id: String, from state: State? = nil, _ body: (inout Entry) -> Void) {
        guard var order = orders[id] else { return fail("there is no order \(id)") }
        if let state { require(order.state == state, "\(id) is \(order.state), not \(state)") }
        body(&order)
        orders[id] = order
    }
}
