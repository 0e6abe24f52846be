package import Messages

package struct LineDocument: Encodable, Hashable, Sendable {
    package var storeId: String
    package var storeName: String
    package var productId: String
    package var name: String
    package var quantity: UInt32
    package var unitPrice: MoneyDocument?
    package var picked: UInt32
    package var delivered: UInt32
    package var unavailable: UInt32

    package init(_ line: OrdersV1.Line) {
        storeId = line.storeID
        storeName = line.storeName
        productId = line.productID
        name = line.name
        quantity = line.quantity
        unitPrice = MoneyDocument(line.unitPrice)
        picked = line.picked
        delivered = line.delivered
        unavailable = line.unavailable
    }
}

package struct OrderDocument: Encodable, Hashable, Sendable {
    package var orderId: String
    package var state: String
    package var paid: Bool
    package var lines: [LineDocument]
    package var total: MoneyDocument?
    package var pickupCode: String?
    /// What the order is called by on the board; no secret.
    package var ticket: UInt32?
    package var kioskId: String?
    package var reason: String?
    package var invoiceId: String?
    package var startedAt: String?
    package var placedAt: String?
    package var readyAt: String?
    package var endedAt: String?
    package var version: UInt64

    package init(_ order: OrdersV1.Order) {
        orderId = order.orderID
        state = order.state.word
        paid = order.paid
        lines = order.lines.map(LineDocument.init)
        total = MoneyDocument(order.total)
        pickupCode = order.pickupCode.nonEmpty
        ticket = order.ticket == 0 ? nil : order.ticket
        kioskId = order.kioskID.nonEmpty
        reason = order.reason.nonEmpty
        invoiceId = order.invoiceID.nonEmpty
        startedAt = timeText(order.startedUnixMs)
        placedAt = timeText(order.placedUnixMs)
        readyAt = timeText(order.readyUnixMs)
        endedAt = timeText(order.endedUnixMs)
        version = order.version
    }
}

extension OrdersV1.OrderState {
    /// The state as the API names it.
    package var word: String {
        switch self {
        case .basket: "basket"
        case .placed: "placed"
        case .approved: "approved"
        case .ready: "ready"
        case .completed: "completed"
        case .rejected: "rejected"
        case .canceled: "canceled"
        case .abandoned: "abandoned"
        case .canceling: "canceling"
        case .unspecified, .unrecognized: "unknown"
        }
    }

    /// Whether nothing can change any more.
    package var isFinal: Bool {
        switch self {
        case .completed, .rejected, .canceled, .abandoned: true
        default: false
        }
    }
}
