import Kernel
import Messages
import OrderedCollections

/// Decisions on accounts that people ask for.
extension PaymentsCore {
    func authorize(
        _ request: PaymentsV1.AuthorizePaymentRequest, authorizationID: String
    ) throws(ServiceError) -> [PaymentsV1.Event] {
        guard (1...64).contains(request.orderID.utf8.count) else {
            throw .invalidArgument("order_id takes 1 to 64 bytes")
        }
        try Self.require(cardToken: request.cardToken)
        guard let amount = request.amount, amount.minorUnits > 0 else {
            throw .invalidArgument("amount is missing or not above 0")
        }
        let account = try account(invoice: "", order: request.orderID)
        try account.require(currency: amount)
        if account.closing { throw .failedPrecondition("order '\(account.orderID)' is canceled: nothing can be held") }
        if account.state == .paid || account.state == .refunded {
            throw .failedPrecondition("order '\(account.orderID)' is paid already: nothing need be held")
        }
        return [
            PaymentsV1.Event(
                kind: .authorizationRequested(
                    PaymentsV1.AuthorizationRequested(
                        authorizationID: authorizationID, orderID: request.orderID, amount: amount,
                        cardToken: request.cardToken)))
        ]
    }

    /// While a card is being charged only cash is taken: should the card be charged after all, that goes back.
    func pay(_ request: PaymentsV1.PayInvoiceRequest) throws(ServiceError) -> [PaymentsV1.Event] {
        let account = try account(invoice: request.invoiceID, order: request.orderID)
        if request.method == .card { try Self.require(cardToken: request.cardToken) }
        try account.requirePayable(by: request.method)
        switch request.method {
        case .cash:
            return [
                PaymentsV1.Event(
                    kind: .invoicePaid(
                        PaymentsV1.InvoicePaid(
                            invoiceID: account.invoiceID, orderID: account.orderID,
                            amount: account.money(account.due), method: .cash)))
            ]
        case .card:
            let hold = account.holdToCapture(request.cardToken)
            return [account.charge(cardToken: request.cardToken, holdID: hold?.id ?? "")]
        default: throw .invalidArgument("method is neither card nor cash")
        }
    }

    func refund(_ request: PaymentsV1.RefundInvoiceRequest) throws(ServiceError) -> [PaymentsV1.Event] {
        if request.invoiceID.isEmpty { throw .invalidArgument("invoice_id is empty") }
        guard request.reason.utf8.count <= 200 else { throw .invalidArgument("reason is longer than 200 bytes") }
        var account = try account(invoice: request.invoiceID, order: "")
        guard account.state == .paid else {
            throw .failedPrecondition(
                "invoice '\(account.invoiceID)' is \(account.state.plainName): only a paid one can be refunded")
        }
        let amount = request.amount?.minorUnits ?? account.kept
        if let asked = request.amount { try account.require(currency: asked) }
        guard amount > 0 else { throw .invalidArgument("amount must be above 0; without it everything goes back") }
        guard amount <= account.kept else {
            throw .failedPrecondition(
                "only \(account.kept) minor units of invoice '\(account.invoiceID)' can still be refunded, not \(amount)"
            )
        }
        let reason = request.reason.isEmpty ? "refunded by staff" : request.reason
        var (left, events) = (amount, [PaymentsV1.Event]())
        // In parts, when more than one payment is kept something of.
        while left > 0, let event = account.refund(left, reason, byStaff: true), let kind = event.kind {
            let before = account.kept
            account.evolve(kind, at: 0)
            left -= before - account.kept
            events.append(event)
        }
        return events
    }

    private static func require(cardToken: String) throws(ServiceError) {
        guard (1...200).contains(cardToken.utf8.count) else {
            throw .invalidArgument("card_token takes 1 to 200 bytes")
        }
    }
}

extension Account {
    func charge(cardToken: String, holdID: String) -> PaymentsV1.Event {
        PaymentsV1.Event(
            kind: .chargeRequested(
                PaymentsV1.ChargeRequested(
                    invoiceID: invoiceID, orderID: orderID, chargeID: "\(invoiceID)/charge-\(chargesMade + 1)",
                    amount: money(due), cardToken: cardToken, authorizationID: holdID)))
    }

    /// What is held on this card, or on any, and is enough: a charge takes that, so that a card is not burdened twice.
    func holdToCapture(_ cardToken: String?) -> Hold? {
        holds.first { hold in
            hold.state == .authorized && hold.amount >= due && (cardToken == nil || hold.cardToken == cardToken)
                && !charges.contains { $0.holdID == hold.id && $0.isUnanswered }
        }
    }

    func requirePayable(by method: PaymentsV1.PaymentMethod) throws(ServiceError) {
        if closing { throw .failedPrecondition("order '\(orderID)' is canceled: nothing is to be paid") }
        switch state {
        case .open: break
        case .paying where method == .cash: break
        case .paying:
            throw .failedPrecondition(
                "invoice '\(invoiceID)' is being paid: a card is being charged; wait for the outcome, or pay in cash")
        case .paid: throw .failedPrecondition("invoice '\(invoiceID)' is paid already")
        case .canceled: throw .failedPrecondition("invoice '\(invoiceID)' is canceled")
        default: throw .failedPrecondition("invoice '\(invoiceID)' is paid and refunded")
        }
        guard due > 0 else { throw .failedPrecondition("nothing is owed on '\(invoiceID)'") }
    }

    func require(currency money: TypesV1.Money) throws(ServiceError) {
        guard !money.currencyCode.isEmpty, currency.isEmpty || money.currencyCode == currency else {
            throw .invalidArgument("amount is in '\(money.currencyCode)', order '\(orderID)' is in '\(currency)'")
        }
    }
}

extension PaymentsV1.InvoiceState {
    var plainName: String {
        switch self {
        case .open: "open"
        case .paying: "being paid"
        case .paid: "paid"
        case .canceled: "canceled"
        case .refunded: "refunded"
        default: name
        }
    }
}
