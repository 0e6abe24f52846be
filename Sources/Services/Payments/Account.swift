import Kernel
import Messages

/// All that one order holds on cards, owes, has paid and got back. Amounts are minor units of one currency.
struct Account: Hashable, Sendable {
    /// An amount that the provider holds, or is asked to hold, on a card.
    struct Hold: Hashable, Sendable {
        var id: String
        var state: PaymentsV1.AuthorizationState
        var amount: Int64
        var cardToken: String
        var declineReason = ""
    }

    /// The charge that the provider is being asked for, or that paid the invoice.
    struct Charge: Hashable, Sendable {
        var id: String
        var amount: Int64
        var cardToken: String
        /// The hold that it captures; empty: none.
        var holdID: String
        var captured = false
    }

    struct Refund: Hashable, Sendable {
        var id: String
        var amount: Int64
        var done = false
    }

    let orderID: String
    var currency = ""
    /// Oldest first.
    var holds: [Hold] = []
    /// Empty until the order is approved.
    var invoiceID = ""
    var state = PaymentsV1.InvoiceState.unspecified
    var owed: Int64 = 0
    var captured: Int64 = 0
    var refunded: Int64 = 0
    var method = PaymentsV1.PaymentMethod.unspecified
    var declineReason = ""
    var charge: Charge?
    /// How many charges were asked for, declined ones included.
    var charges: UInt32 = 0
    /// The newest charge's id.
    var chargeID = ""
    /// Oldest first.
    var refunds: [Refund] = []
    /// The order was rejected or is being cancelled.
    var closing = false
    var closed = false

    init(orderID: String) {
        self.orderID = orderID
    }

    var hasInvoice: Bool { !invoiceID.isEmpty }
    var pendingRefund: Int64 { refunds.lazy.filter { !$0.done }.reduce(0) { $0 + $1.amount } }
    /// What was taken and is not given back or on its way back.
    var kept: Int64 { captured - refunded - pendingRefund }

    func money(_ minorUnits: Int64) -> TypesV1.Money {
        TypesV1.Money(minorUnits: minorUnits, currencyCode: currency)
    }

    /// The invoice as its readers see it; nil when none was issued.
    var invoice: PaymentsV1.Invoice? {
        guard hasInvoice else { return nil }
        return PaymentsV1.Invoice(
            invoiceID: invoiceID, orderID: orderID, state: state, amount: money(owed), captured: money(captured),
            refunded: money(refunded), method: method, declineReason: declineReason, chargeID: chargeID)
    }

    func authorization(_ id: String) -> PaymentsV1.Authorization? {
        holds.first { $0.id == id }.map { hold in
            PaymentsV1.Authorization(
                authorizationID: hold.id, orderID: orderID, state: hold.state, amount: money(hold.amount),
                declineReason: hold.declineReason)
        }
    }

    /// What follows by itself from the state: taken again and again until it is nil, after every decision.
    var consequence: PaymentsV1.Event? {
        if closing, state == .open {
            return PaymentsV1.Event(
                kind: .invoiceCanceled(PaymentsV1.InvoiceCanceled(invoiceID: invoiceID, orderID: orderID)))
        }
        if state == .paid {
            let overpaid = kept - (closing ? 0 : owed)
            if overpaid > 0 { return refund(overpaid, closing ? "the order was canceled" : "items could not be had") }
        }
        // Cash goes back over the desk; no provider is asked.
        if method == .cash, let refund = refunds.first(where: { !$0.done }) {
            return PaymentsV1.Event(
                kind: .invoiceRefunded(
                    PaymentsV1.InvoiceRefunded(
                        invoiceID: invoiceID, orderID: orderID, refundID: refund.id, amount: money(refund.amount))))
        }
        if closing, !closed, isSettled {
            return PaymentsV1.Event(kind: .accountClosed(PaymentsV1.AccountClosed(orderID: orderID)))
        }
        return nil
    }

    private var isSettled: Bool {
        state != .paying && captured == refunded
            && !holds.contains { $0.state == .pending || $0.state == .authorized }
    }

    func refund(_ amount: Int64, _ reason: String) -> PaymentsV1.Event {
        PaymentsV1.Event(
            kind: .refundRequested(
                PaymentsV1.RefundRequested(
                    invoiceID: invoiceID, orderID: orderID, refundID: "\(invoiceID)/refund-\(refunds.count + 1)",
                    amount: money(amount), reason: reason)))
    }
}
