import Foundation
import Messages

// What the API answers: values that become JSON objects, their names in snake_case. Absent where nil.

/// An amount, always in whole minor units.
struct MoneyDocument: Encodable, Hashable, Sendable {
    var minorUnits: Int64
    var currencyCode: String

    init(_ money: TypesV1.Money) {
        minorUnits = money.minorUnits
        currencyCode = money.currencyCode
    }

    init?(_ money: TypesV1.Money?) {
        guard let money else { return nil }
        self.init(money)
    }
}

struct StoreDocument: Encodable, Hashable, Sendable {
    var storeId: String
    var name: String
    var category: String
    /// The floor's number; nil when the store has no place.
    var floor: Int32?

    init(_ store: StoresV1.Store) {
        storeId = store.storeID
        name = store.name
        category = store.category
        floor = store.place?.floor
    }
}

struct StoreListDocument: Encodable, Hashable, Sendable {
    var stores: [StoreDocument]
}

struct ProductDocument: Encodable, Hashable, Sendable {
    var productId: String
    var storeId: String
    var name: String
    var description: String
    var price: MoneyDocument?
    var stock: UInt32
    var sizeUnits: UInt32

    init(_ product: StoresV1.Product) {
        productId = product.productID
        storeId = product.storeID
        name = product.name
        description = product.description
        price = MoneyDocument(product.price)
        stock = product.stock
        sizeUnits = product.sizeUnits
    }
}

struct ProductPageDocument: Encodable, Hashable, Sendable {
    var products: [ProductDocument]
    var nextPageToken: String?
    var total: UInt32

    init(_ page: StoresV1.GetCatalogResponse) {
        products = page.products.map(ProductDocument.init)
        nextPageToken = page.nextPageToken.isEmpty ? nil : page.nextPageToken
        total = page.total
    }
}

struct LineDocument: Encodable, Hashable, Sendable {
    var storeId: String
    var storeName: String
    var productId: String
    var name: String
    var quantity: UInt32
    var unitPrice: MoneyDocument?
    var picked: UInt32
    var delivered: UInt32
    var unavailable: UInt32

    init(_ line: OrdersV1.Line) {
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

/// A basket or an order: the same thing at two times of its life.
struct OrderDocument: Encodable, Hashable, Sendable {
    var orderId: String
    var state: String
    var paid: Bool
    var lines: [LineDocument]
    var total: MoneyDocument?
    var pickupCode: String?
    var kioskId: String?
    var reason: String?
    var invoiceId: String?
    var startedAt: String?
    var placedAt: String?
    var readyAt: String?
    var endedAt: String?
    var version: UInt64

    init(_ order: OrdersV1.Order) {
        orderId = order.orderID
        state = order.state.word
        paid = order.paid
        lines = order.lines.map(LineDocument.init)
        total = MoneyDocument(order.total)
        pickupCode = order.pickupCode.nonEmpty
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

struct InvoiceDocument: Encodable, Hashable, Sendable {
    var invoiceId: String
    var orderId: String
    var state: String
    var amount: MoneyDocument?
    var captured: MoneyDocument?
    var refunded: MoneyDocument?
    var method: String?

    init(_ invoice: PaymentsV1.Invoice) {
        invoiceId = invoice.invoiceID
        orderId = invoice.orderID
        state = invoice.state.word
        amount = MoneyDocument(invoice.amount)
        captured = MoneyDocument(invoice.captured)
        refunded = MoneyDocument(invoice.refunded)
        switch invoice.method {
        case .card: method = "card"
        case .cash: method = "cash"
        case .unspecified, .unrecognized: method = nil
        }
    }
}

struct HealthDocument: Encodable, Hashable, Sendable {
    var status = "ok"
}

extension OrdersV1.OrderState {
    /// The state as the API names it.
    var word: String {
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
    var isFinal: Bool {
        switch self {
        case .completed, .rejected, .canceled, .abandoned: true
        default: false
        }
    }
}

extension PaymentsV1.InvoiceState {
    /// The state as the API names it.
    var word: String {
        switch self {
        case .open: "open"
        case .paying: "paying"
        case .paid: "paid"
        case .canceled: "canceled"
        case .refunded: "refunded"
        case .unspecified, .unrecognized: "unknown"
        }
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}

/// RFC 3339 in UTC with milliseconds; nil for 0, which means "not yet".
private func timeText(_ unixMs: Int64) -> String? {
    guard unixMs != 0 else { return nil }
    let date = Date(timeIntervalSince1970: Double(unixMs) / 1_000)
    return date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
}
