import Kernel
import Messages

/// One basket and the order that it becomes: what everyone may see, and what only Orders needs to know.
struct Order: Hashable, Sendable {
    var view: OrdersV1.Order
    /// 1 for the first basket ever started: a page's token.
    let number: UInt64
    /// A card was given at checkout: no approval before it is authorised.
    var cardGiven = false
    var cardAuthorized = false
    var listCreated = false
    /// Depot has nothing to do for this order any more, of one that is being cancelled.
    var listClosed = false
    /// Payments neither holds nor owes anything for this order any more.
    var accountClosed = false
    /// Wrong pickup codes in a row, and when the newest came.
    var wrongCodes: UInt32 = 0
    var wrongCodeUnixMs: Int64 = 0
    /// When the basket was last changed.
    var touchedUnixMs: Int64 = 0

    init(_ view: OrdersV1.Order, number: UInt64 = 0) {
        self.view = view
        self.number = number
    }

    /// An empty basket.
    init(basket id: String, kioskID: String, currency: String, number: UInt64 = 0, startedUnixMs: Int64 = 0) {
        self.init(
            OrdersV1.Order(
                orderID: id, state: .basket, total: TypesV1.Money(minorUnits: 0, currencyCode: currency),
                kioskID: kioskID, startedUnixMs: startedUnixMs),
            number: number)
        touchedUnixMs = startedUnixMs
    }

    var id: String { view.orderID }

    /// How the state is called in messages to people.
    var stateName: String { view.state.plainName }

    var hasEnded: Bool {
        switch view.state {
        case .completed, .rejected, .canceled, .abandoned: true
        default: false
        }
    }

    /// Robots may be at work on it, or will be, or were and the items wait.
    var isActive: Bool {
        switch view.state {
        case .placed, .approved, .ready: true
        default: false
        }
    }

    /// It is no basket, and never was one that was left behind.
    var isPlaced: Bool { view.state != .basket && view.state != .abandoned }

    /// Its checkout waits for the card.
    var lacksCard: Bool { cardGiven && !cardAuthorized && !view.paid }

    func line(_ productID: String) -> OrdersV1.Line? {
        view.lines.first { $0.productID == productID }
    }

    /// Refuses what needs a basket.
    func requireBasket() throws(ServiceError) {
        guard view.state == .basket else {
            throw .failedPrecondition(
                "order '\(id)' is \(stateName), not a basket any more: its items can no longer be changed")
        }
    }
}

extension OrdersV1.OrderState {
    var plainName: String {
        switch self {
        case .basket: "a basket"
        case .placed: "placed"
        case .approved: "approved"
        case .ready: "ready"
        case .completed: "completed"
        case .rejected: "rejected"
        case .canceled: "canceled"
        case .abandoned: "abandoned"
        case .canceling: "being canceled"
        default: name
        }
    }
}

extension OrdersV1.Line {
    /// Units that can still be had.
    var wanted: UInt32 { quantity - min(quantity, unavailable) }
    /// Units that nobody has taken off the shelf yet.
    var outstanding: UInt32 { wanted - min(wanted, picked) }
}

extension [OrdersV1.Line] {
    /// What the customer owes for what can be had, in minor units; nil when it is too much to count.
    var totalMinorUnits: Int64? {
        var total: Int64 = 0
        for line in self {
            let (price, tooMuch) = (line.unitPrice?.minorUnits ?? 0).multipliedReportingOverflow(by: Int64(line.wanted))
            let (sum, tooMany) = total.addingReportingOverflow(price)
            if tooMuch || tooMany { return nil }
            total = sum
        }
        return total
    }

    /// Adds a line: behind its store's others, or behind all when it is the first of its store.
    mutating func insertByStore(_ line: OrdersV1.Line) {
        let index = lastIndex { $0.storeID == line.storeID }.map { $0 + 1 } ?? count
        insert(line, at: index)
    }
}
