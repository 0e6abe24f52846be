import Kernel
import Messages

extension Account {
    /// Charges that were declined and are kept: the newest tells why.
    private static let keptCharges = 8

    /// What an event of this order does to its account.
    mutating func evolve(_ kind: PaymentsV1.Event.Kind, at unixMs: Int64) {
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
            owed = take(event.amount)
        case .invoiceAdjusted(let event): owed = take(event.amount)
        case .chargeRequested(let event):
            chargesMade += 1
            charges.append(
                Charge(
                    id: event.chargeID, amount: take(event.amount), cardToken: event.cardToken,
                    holdID: event.authorizationID, askedUnixMs: unixMs))
            dropOldCharges()
        case .chargeDeclined(let event):
            declineReason = event.reason
            charge(event.chargeID) { $0.state = .declined }
        case .chargeOverdue(let event):
            declineReason = "the card was not heard of"
            charge(event.chargeID) { $0.state = .overdue }
        case .invoicePaid(let event): capture(event.chargeID, take(event.amount))
        case .surplusCaptured(let event): capture(event.chargeID, take(event.amount))
        case .invoiceCanceled: canceled = true
        case .refundRequested(let event):
            let amount = take(event.amount)
            refunds.append(Refund(id: event.refundID, amount: amount, chargeID: source(of: event)))
            if event.byStaff { credited += amount }
        case .invoiceRefunded(let event):
            guard let index = refunds.firstIndex(where: { $0.id == event.refundID && !$0.done }) else { return }
            refunds[index].done = true
        case .accountClosing: closing = true
        case .accountClosed: closed = true
        case .accountCompleted: completed = true
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

    private mutating func charge(_ id: String, _ change: (inout Charge) -> Void) {
        guard let index = charges.firstIndex(where: { $0.id == id }) else { return }
        change(&charges[index])
    }

    private mutating func capture(_ chargeID: String, _ amount: Int64) {
        captures.append(Capture(chargeID: chargeID, amount: amount))
        guard let charge = charge(chargeID) else { return }
        self.charge(chargeID) { $0.state = .captured }
        hold(charge.holdID) { $0.state = .captured }
    }

    /// Refunds of old logs name no charge: whatever paid goes back.
    private func source(of event: PaymentsV1.RefundRequested) -> String {
        if !event.chargeID.isEmpty || captures.contains(where: \.chargeID.isEmpty) { return event.chargeID }
        return captures.first?.chargeID ?? ""
    }

    private mutating func dropOldCharges() {
        guard charges.count > Self.keptCharges else { return }
        if let old = charges.firstIndex(where: { $0.state == .declined }) { charges.remove(at: old) }
    }
}

extension Account {
    init(_ record: PaymentsV1.AccountRecord) {
        self.init(orderID: record.orderID)
        currency = record.currencyCode
        (invoiceID, invoiceNumber) = (record.invoiceID, record.invoiceNumber)
        (owed, credited) = (record.owed, record.credited)
        (canceled, closing, closed, completed) = (record.canceled, record.closing, record.closed, record.completed)
        (declineReason, chargesMade) = (record.declineReason, record.chargesMade)
        holds = record.holds.map { hold in
            Hold(
                id: hold.authorizationID, state: hold.state, amount: hold.amount, cardToken: hold.cardToken,
                declineReason: hold.declineReason)
        }
        charges = record.charges.map { charge in
            Charge(
                id: charge.chargeID, state: charge.state, amount: charge.amount, cardToken: charge.cardToken,
                holdID: charge.authorizationID, askedUnixMs: charge.askedUnixMs)
        }
        captures = record.captures.map { Capture(chargeID: $0.chargeID, amount: $0.amount) }
        refunds = record.refunds.map {
            Refund(id: $0.refundID, amount: $0.amount, chargeID: $0.chargeID, done: $0.done)
        }
    }

    /// As a snapshot keeps it.
    var record: PaymentsV1.AccountRecord {
        PaymentsV1.AccountRecord(
            orderID: orderID, currencyCode: currency, invoiceID: invoiceID, invoiceNumber: invoiceNumber, owed: owed,
            credited: credited, canceled: canceled, declineReason: declineReason,
            holds: holds.map { hold in
                PaymentsV1.HoldRecord(
                    authorizationID: hold.id, state: hold.state, amount: hold.amount, cardToken: hold.cardToken,
                    declineReason: hold.declineReason)
            },
            charges: charges.map { charge in
                PaymentsV1.ChargeRecord(
                    chargeID: charge.id, state: charge.state, amount: charge.amount, cardToken: charge.cardToken,
                    authorizationID: charge.holdID, askedUnixMs: charge.askedUnixMs)
            },
            captures: captures.map { PaymentsV1.CaptureRecord(chargeID: $0.chargeID, amount: $0.amount) },
            refunds: refunds.map {
                PaymentsV1.RefundRecord(refundID: $0.id, amount: $0.amount, chargeID: $0.chargeID, done: $0.done)
            },
            closing: closing, closed: closed, completed: completed, chargesMade: chargesMade)
    }
}
