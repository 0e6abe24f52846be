import Kernel
import Messages

/// Orders' log: what customers were promised and what became of it, line by line, and against Depot's books.
struct OrdersAudit: Sendable {
    private struct Line: Sendable {
        var quantity: UInt64
        var picked: UInt64 = 0
        var delivered: UInt64 = 0
        var unavailable: UInt64 = 0
        /// Of one unit, in minor units.
        var price: Int64 = 0
    }

    private struct Order: Sendable {
        var lines: [String: Line] = [:]
        /// What it was placed for, in minor units.
        var total: Int64 = 0
        var isApproved = false
        var isReady = false
        var isPaid = false
        var isCanceling = false
        /// "OrderCompleted"; empty while it has not ended.
        var end = ""
    }

    private var orders: [String: Order] = [:]

    mutating func take(
        _ event: OrdersV1.Event, _ recorded: RecordedEvent, depot: DepotAudit, money: MoneyAudit
    ) throws(Violation) {
        switch event.kind {
        case .orderPlaced(let event): try place(event, recorded)
        case .orderProgressed(let event): try progress(event, recorded)
        case .orderAdjusted(let event): try adjust(event, recorded)
        case .orderReady(let event): try ready(event, recorded, depot)
        case .orderCancelRequested(let event): try change(event.orderID, recorded) { $0.isCanceling = true }
        case .orderApproved(let event): try change(event.orderID, recorded) { $0.isApproved = true }
        case .orderPaid(let event):
            guard money.isEmpty || money.accounts[event.orderID]?.captures.isEmpty == false else {
                throw Violation(.money, recorded, expected: "an order that was paid", found: "one that was not")
            }
            try change(event.orderID, recorded) { $0.isPaid = true }
        case .orderCompleted(let event):
            guard orders[event.orderID]?.isReady == true else {
                throw Violation(.endings, recorded, expected: "an order that is ready", found: "one that is not")
            }
            guard money.isEmpty || orders[event.orderID]?.isPaid == true else {
                throw Violation(.money, recorded, expected: "an order that is paid", found: "one that is not")
            }
            try end(event.orderID, recorded)
        case .orderRejected(let event):
            guard orders[event.orderID]?.isApproved != true else {
                throw Violation(.endings, recorded, expected: "an order that is not approved yet", found: "one that is")
            }
            try end(event.orderID, recorded)
        case .orderCanceled(let event):
            guard money.isEmpty || money.accounts[event.orderID]?.isClosed == true else {
                throw Violation(
                    .money, recorded, expected: "an order whose account is closed", found: "one whose account is not")
            }
            try end(event.orderID, recorded)
        default: break
        }
    }

    func finish() throws(Violation) {
        for (id, order) in orders.sorted(by: { $0.key < $1.key })
        where order.end.isEmpty && (order.isCanceling || !order.isReady) {
            throw Violation(
                .endings, service: "orders", stream: "order/\(id)", expected: "the order \(id) ready, or over",
                found: order.isCanceling ? "that it is being cancelled" : "that it waits")
        }
    }

    // MARK: For who judges the money

    /// What an order was placed for, in minor units; nil when it was not.
    func total(of id: String) -> Int64? { orders[id]?.total }

    /// How an order ended, and the price of what came to the depot for it; nil when it has not.
    func end(of id: String) -> (type: String, isCompleted: Bool, price: Int64)? {
        guard let order = orders[id], !order.end.isEmpty else { return nil }
        let price = order.lines.values.reduce(0) { $0 + Int64($1.delivered) * $1.price }
        return (order.end, order.end == "OrderCompleted", price)
    }

    /// That a shopping list is of what was ordered.
    func check(_ list: DepotV1.ListCreated, _ recorded: RecordedEvent) throws(Violation) {
        guard let order = orders[list.listID] else {
            throw Violation(.units, recorded, expected: "the list of an order that was placed", found: list.listID)
        }
        let wanted = Units(list.stops).products
        guard wanted == order.lines.mapValues(\.quantity) else {
            throw Violation(
                .units, recorded, expected: "what was ordered: \(order.lines.mapValues(\.quantity))", found: "\(wanted)"
            )
        }
    }

    // MARK: Events

    private mutating func place(_ event: OrdersV1.OrderPlaced, _ recorded: RecordedEvent) throws(Violation) {
        guard orders[event.orderID] == nil else {
            throw Violation(.endings, recorded, expected: "an order placed once", found: "\(event.orderID) again")
        }
        var order = Order()
        for line in event.lines where line.quantity > 0 {
            order.lines[line.productID, default: Line(quantity: 0)].quantity += UInt64(line.quantity)
            order.lines[line.productID]?.price = line.unitPrice?.minorUnits ?? 0
        }
        order.total = event.total?.minorUnits ?? 0
        orders[event.orderID] = order
    }

    private mutating func progress(_ event: OrdersV1.OrderProgressed, _ recorded: RecordedEvent) throws(Violation) {
        try change(event.orderID, event.productID, recorded) { line in
            line.picked += UInt64(event.newlyPicked)
            line.delivered += UInt64(event.newlyDelivered)
            // More than there is shows as more than was ordered.
            line.picked =
                line.picked < UInt64(event.newlyUnpicked) ? .max / 2 : line.picked - UInt64(event.newlyUnpicked)
        }
    }

    private mutating func adjust(_ event: OrdersV1.OrderAdjusted, _ recorded: RecordedEvent) throws(Violation) {
        try change(event.orderID, event.productID, recorded) { $0.unavailable += UInt64(event.unavailable) }
    }

    private mutating func ready(
        _ event: OrdersV1.OrderReady, _ recorded: RecordedEvent, _ depot: DepotAudit
    ) throws(Violation) {
        try change(event.orderID, recorded) { $0.isReady = true }
        guard let order = orders[event.orderID] else { return }
        for (product, line) in order.lines.sorted(by: { $0.key < $1.key })
        where line.delivered + line.unavailable != line.quantity {
            throw Violation(
                .units, recorded, expected: "each of \(line.quantity) units of \(product) delivered or unavailable",
                found: "\(line.delivered) delivered and \(line.unavailable) unavailable")
        }
        guard let list = depot.lists[event.orderID] else { return }
        let delivered = order.lines.mapValues(\.delivered).filter { $0.value > 0 }
        guard delivered == list.delivered.products else {
            throw Violation(
                .units, recorded, expected: "what came to the depot: \(list.delivered.products)", found: "\(delivered)")
        }
    }

    private mutating func end(_ id: String, _ recorded: RecordedEvent) throws(Violation) {
        try change(id, recorded) { $0.end = recorded.type }
    }

    private mutating func change(
        _ id: String, _ recorded: RecordedEvent, _ body: (inout Order) -> Void
    ) throws(Violation) {
        guard let order = orders[id], order.end.isEmpty else {
            throw Violation(
                .endings, recorded, expected: "an order that was placed and has not ended",
                found: orders[id].map { "\(id), which ended with \($0.end)" } ?? "\(id), which was never placed")
        }
        // Safe because it was just found.
        body(&orders[id]!)
    }

    private mutating func change(
        _ id: String, _ product: String, _ recorded: RecordedEvent, _ body: (inout Line) -> Void
    ) throws(Violation) {
        guard var line = orders[id]?.lines[product] else {
            throw Violation(
                .units, recorded, expected: "a line of an order that was placed", found: "\(product) of \(id)")
        }
        body(&line)
        guard line.picked + line.unavailable <= line.quantity, line.delivered <= line.picked else {
            throw Violation(
                .units, recorded,
                expected: "at most \(line.quantity) units of \(product), delivered once they are picked",
                found: "\(line.picked) picked, \(line.delivered) delivered, \(line.unavailable) unavailable")
        }
        orders[id]?.lines[product] = line
    }
}
