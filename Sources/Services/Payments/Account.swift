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

    /// An amount that the provider was asked to take from a card.
    struct Charge: Hashable, Sendable {
        var id: String
        var state = PaymentsV1.ChargeState.asked
        var amount: Int64
        var cardToken: String
        /// The hold that it captures; empty: none.
        var holdID: String
        var askedUnixMs: Int64

        /// The provider has not said yet what came of it.
        var isUnanswered: Bool { state == .asked || state == .overdue }
    }

    /// Money that was taken.
    struct Capture: Hashable, Sendable {
        /// Empty: in cash.
        var chargeID: String
        var amount: Int64
    }

    struct Refund: Hashable, Sendable {
        var id: String
        var amount: Int64
        /// Of the capture that goes back.
        var chargeID: String
        var done = false
    }

    let orderID: String
    var currency = ""
    /// Oldest first.
    var holds: [Hold] = []
    /// Empty until the order is placed.
    var invoiceID = ""
    /// The invoice's place in the sequence of issues, from 1; 0: none.
    var invoiceNumber: UInt64 = 0
    var owed: Int64 = 0
    /// What staff gave back of what was owed.
    var credited: Int64 = 0
    /// The invoice is not to be paid any more.
    var canceled = false
    var declineReason = ""
    /// Oldest first; of those that were declined only the newest.
    var charges: [Charge] = []
    /// How many charges were asked for, forgotten ones included.
    var chargesMade: UInt32 = 0
    /// In the order in which they came: the first paid the invoice.
    var captures: [Capture] = []
    /// Oldest first.
    var refunds: [Refund] = []
    /// The order was rejected or is being cancelled.
    var closing = false
    var closed = false
    /// The order was handed over.
    var completed = false

    init(orderID: String) {
        self.orderID = orderID
    }

    var hasInvoice: Bool { !invoiceID.isEmpty }
    var captured: Int64 { captures.reduce(0) { $0 + $1.amount } }
    var refunded: Int64 { refunds.reduce(0) { $0 + ($1.done ? $1.amount : 0) } }
    var pendingRefund: Int64 { refunds.reduce(0) { $0 + ($1.done ? 0 : $1.amount) } }
    /// What was taken and is not given back or on its way back.
    var kept: Int64 { captured - refunded - pendingRefund }
    /// What the customer is to have paid in the end.
    var due: Int64 { closing ? 0 : max(0, owed - credited) }

    var state: PaymentsV1.InvoiceState {
        if !hasInvoice { return .unspecified }
        if canceled { return .canceled }
        if !captures.isEmpty { return captured == refunded ? .refunded : .paid }
        return charges.contains { $0.state == .asked } ? .paying : .open
    }

    /// What paid the invoice.
    var method: PaymentsV1.PaymentMethod {
        captures.first.map { $0.chargeID.isEmpty ? .cash : .card } ?? .unspecified
    }

    /// Nothing will happen to it any more, but for what staff do.
    var isOver: Bool { (closed || completed) && requests.isEmpty && consequence == nil }

    func money(_ minorUnits: Int64) -> TypesV1.Money {
        TypesV1.Money(minorUnits: minorUnits, currencyCode: currency)
    }

    func charge(_ id: String) -> Charge? { charges.first { $0.id == id } }

    /// What is left of a capture.
    func remainder(of capture: Capture) -> Int64 {
        capture.amount - refunds.reduce(0) { $0 + ($1.chargeID == capture.chargeID ? $1.amount : 0) }
    }
}

/// What readers see.
extension Account {
    /// The invoice; nil when none was issued.
    var invoice: PaymentsV1.Invoice? {
        guard hasInvoice else { return nil }
        return PaymentsV1.Invoice(
            invoiceID: invoiceID, orderID: orderID, state: state, amount: money(owed), captured: money(captured),
            refunded: money(refunded), method: method, declineReason: captures.isEmpty ? declineReason : "",
            chargeID: charges.last?.id ?? "", credited: money(credited))
    }

    func authorization(_ id: String) -> PaymentsV1.Authorization? {
        holds.first { $0.id == id }.map { hold in
            PaymentsV1.Authorization(
                authorizationID: hold.id, orderID: orderID, state: hold.state, amount: money(hold.amount),
                declineReason: hold.declineReason)
        }
    }
}
