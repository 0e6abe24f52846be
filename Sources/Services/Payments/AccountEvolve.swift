import Kernel
import Messages

extension Account {
    /// What an event of this order does to its account.
    mutating func evolve(_ kind: PaymentsV1.Event.Kind) {
        switch kind {
        case .authorizationRequested(let event):
            holds.append(
                Hold(
                    id: event.authorizationID, state: .pending, amount: take(event.amount), cardToken: event.cardToken))
        case .paymentAuthorized(let event): hold(event.authorizationID) { $0.state = .authorized }
        case .paymentDeclined(let event):
            hold(event.authorizationID) { hold in
                hold.state = .declined
                hold.declineReason = event.reason
            }
        case .authorizationReleased(let event): hold(event.authorizationID) { $0.state = .released }
        case .invoiceIssued(let event):
            invoiceID = event.invoiceID
            state = .open
            owed = take(event.amount)
        case .invoiceAdjusted(let event): owed = take(event.amount)
        case .chargeRequested(let event):
            state = .paying
            charges += 1
            chargeID = event.chargeID
            charge = Charge(
                id: event.chargeID, amount: take(event.amount), cardToken: event.cardToken,
                holdID: event.authorizationID)
        case .chargeDeclined(let event):
            state = .open
            declineReason = event.reason
            charge = nil
        case .invoicePaid(let event):
            state = .paid
            method = event.method
            captured = take(event.amount)
            declineReason = ""
            charge?.captured = true
            if let holdID = charge?.holdID { hold(holdID) { $0.state = .captured } }
        case .invoiceCanceled: state = .canceled
        case .refundRequested(let event):
            refunds.append(Refund(id: event.refundID, amount: take(event.amount)))
        case .invoiceRefunded(let event):
            guard let index = refunds.firstIndex(where: { $0.id == event.refundID && !$0.done }) else { return }
            refunds[index].done = true
            refunded += refunds[index].amount
            if refunded == captured { state = .refunded }
        case .accountClosing: closing = true
        case .accountClosed: closed = true
        }
    }

    private mutating func take(_ money: TypesV1.Money?) -> Int64 {
        if currency.isEmpty { currency = money?.currencyCode ?? "" }
        return money?.minorUnits ?? 0
    }

    private mutating func hold(_ id: String, _ change: (inout Hold) -> Void) {
        guard let index = holds.firstIndex(where: { $0.id == id }) else { return }
        change(&holds[index])
    }
}

extension Account {
    init(_ record: PaymentsV1.AccountRecord) {
        self.init(orderID: record.orderID)
        if let invoice = record.invoice {
            invoiceID = invoice.invoiceID
            state = invoice.state
            owed = take(invoice.amount)
            captured = take(invoice.captured)
            refunded = take(invoice.refunded)
            method = invoice.method
            declineReason = invoice.declineReason
            chargeID = invoice.chargeID
        }
        holds = record.authorizations.map { saved in
            let authorization = saved.authorization ?? PaymentsV1.Authorization()
            return Hold(
                id: authorization.authorizationID, state: authorization.state, amount: take(authorization.amount),
                cardToken: saved.cardToken, declineReason: authorization.declineReason)
        }
        if let saved = record.charge {
            charge = Charge(
                id: saved.chargeID, amount: take(saved.amount), cardToken: saved.cardToken,
                holdID: saved.authorizationID, captured: saved.captured)
        }
        charges = record.charges
        refunds = record.refunds.map { Refund(id: $0.refundID, amount: take($0.amount), done: $0.done) }
        closing = record.closing
        closed = record.closed
    }

    /// As a snapshot keeps it.
    var record: PaymentsV1.AccountRecord {
        PaymentsV1.AccountRecord(
            orderID: orderID, invoice: invoice,
            authorizations: holds.map { hold in
                PaymentsV1.AuthorizationRecord(authorization: authorization(hold.id), cardToken: hold.cardToken)
            },
            charge: charge.map { charge in
                PaymentsV1.ChargeRecord(
                    chargeID: charge.id, amount: money(charge.amount), cardToken: charge.cardToken,
                    authorizationID: charge.holdID, captured: charge.captured)
            },
            charges: charges,
            refunds: refunds.map { PaymentsV1.RefundRecord(refundID: $0.id, amount: money($0.amount), done: $0.done) },
            closing: closing, closed: closed)
    }
}
