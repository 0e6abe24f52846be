package import Messages

package struct InvoiceDocument: Encodable, Hashable, Sendable {
    package var invoiceId: String
    package var orderId: String
    package var state: String
    package var amount: MoneyDocument?
    package var captured: MoneyDocument?
    package var refunded: MoneyDocument?
    package var method: String?

    package init(_ invoice: PaymentsV1.Invoice) {
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

extension PaymentsV1.InvoiceState {
    /// The state as the API names it.
    package var word: String {
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
