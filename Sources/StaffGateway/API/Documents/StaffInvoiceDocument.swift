import Messages
import Web

/// An invoice as staff see it: also what the payment provider said.
struct StaffInvoiceDocument: Encodable, Hashable, Sendable {
    var invoiceId: String
    var orderId: String
    var state: String
    var amount: MoneyDocument?
    var captured: MoneyDocument?
    var refunded: MoneyDocument?
    var method: String?
    /// Of the newest attempt to pay that failed.
    var declineReason: String?
    /// The newest charge that the provider was asked for.
    var chargeId: String?

    init(_ invoice: PaymentsV1.Invoice) {
        let shared = InvoiceDocument(invoice)
        invoiceId = shared.invoiceId
        orderId = shared.orderId
        state = shared.state
        amount = shared.amount
        captured = shared.captured
        refunded = shared.refunded
        method = shared.method
        declineReason = invoice.declineReason.nonEmpty
        chargeId = invoice.chargeID.nonEmpty
    }
}
