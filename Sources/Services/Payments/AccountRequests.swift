import Messages

/// What an account has to do with the provider.
extension Account {
    /// What the provider must be asked for, given the state; in an order that is always the same.
    var requests: [ProviderRequest] {
        var requests: [ProviderRequest] = []
        let needsNoHold = closing || !captures.isEmpty || canceled
        for hold in holds {
            switch hold.state {
            // Also when it is wanted no more: only an answer tells whether something is held that must be let go.
            case .pending: requests.append(request(hold.id, hold.amount, .authorize(cardToken: hold.cardToken)))
            case .authorized where needsNoHold && !isBeingCaptured(hold):
                requests.append(request("release-\(hold.id)", hold.amount, .release(authorizationID: hold.id)))
            default: break
            }
        }
        for charge in charges where charge.isUnanswered {
            let holdID = charge.holdID.isEmpty ? nil : charge.holdID
            requests.append(
                request(charge.id, charge.amount, .capture(cardToken: charge.cardToken, authorizationID: holdID)))
        }
        for refund in refunds where !refund.done && !refund.chargeID.isEmpty {
            requests.append(request(refund.id, refund.amount, .refund(chargeID: refund.chargeID)))
        }
        return requests
    }

    /// A hold that a charge on its way will take must not be let go before the answer is known.
    private func isBeingCaptured(_ hold: Hold) -> Bool {
        charges.contains { $0.holdID == hold.id && $0.isUnanswered }
    }

    private func request(_ key: String, _ amount: Int64, _ action: ProviderRequest.Action) -> ProviderRequest {
        ProviderRequest(orderID: orderID, key: key, amount: money(amount), action: action)
    }

    /// What an answer comes to; nothing when the request is no longer open, because it was answered before.
    func settle(_ request: ProviderRequest, _ answer: ProviderAnswer) -> [PaymentsV1.Event] {
        guard requests.contains(request) else { return [] }
        return [PaymentsV1.Event(kind: outcome(of: request, answer))]
    }

    private func outcome(of request: ProviderRequest, _ answer: ProviderAnswer) -> PaymentsV1.Event.Kind {
        switch (request.action, answer) {
        case (.authorize, .approved):
            .paymentAuthorized(
                PaymentsV1.PaymentAuthorized(authorizationID: request.key, orderID: orderID, amount: request.amount))
        case (.authorize, .declined(let reason)):
            .paymentDeclined(
                PaymentsV1.PaymentDeclined(authorizationID: request.key, orderID: orderID, reason: reason))
        case (.capture, .approved) where canceled || !captures.isEmpty:
            .surplusCaptured(
                PaymentsV1.SurplusCaptured(
                    invoiceID: invoiceID, orderID: orderID, chargeID: request.key, amount: request.amount))
        case (.capture, .approved):
            .invoicePaid(
                PaymentsV1.InvoicePaid(
                    invoiceID: invoiceID, orderID: orderID, amount: request.amount, method: .card,
                    chargeID: request.key))
        case (.capture, .declined(let reason)):
            .chargeDeclined(
                PaymentsV1.ChargeDeclined(
                    invoiceID: invoiceID, orderID: orderID, chargeID: request.key, reason: reason))
        case (.release(let authorizationID), _):
            .authorizationReleased(
                PaymentsV1.AuthorizationReleased(authorizationID: authorizationID, orderID: orderID))
        case (.refund, _):
            .invoiceRefunded(
                PaymentsV1.InvoiceRefunded(
                    invoiceID: invoiceID, orderID: orderID, refundID: request.key, amount: request.amount))
        }
    }
}
