public import Messages

/// Something that the payment provider is to do: worked out from the state of an account, so that a restart finds it
/// again. Its key is the same each time it is asked, so the provider does it once.
public struct ProviderRequest: Hashable, Sendable {
    public enum Action: Hashable, Sendable {
        /// Hold the amount on the card.
        case authorize(cardToken: String)
        /// Take the amount: what an earlier authorisation holds, or directly from the card.
        case capture(cardToken: String, authorizationID: String?)
        /// Let go of what an authorisation holds.
        case release(authorizationID: String)
        /// Give the amount back, of what a charge took.
        case refund(chargeID: String)
    }

    public let orderID: String
    /// The provider's idempotency key.
    public let key: String
    public let amount: TypesV1.Money
    public let action: Action

    public init(orderID: String, key: String, amount: TypesV1.Money, action: Action) {
        self.orderID = orderID
        self.key = key
        self.amount = amount
        self.action = action
    }
}

/// What a provider says to a request. A refusal to answer is an error that it throws: it is then asked again.
public enum ProviderAnswer: Hashable, Sendable {
    case approved
    /// For people: "insufficient funds".
    case declined(reason: String)
}

/// Whoever holds, takes and gives back money on cards.
///
/// Each request carries a key. The same key again means the same request again: it must get the same answer and must
/// move no money a second time, also after a restart of either side. A thrown error says that the outcome is unknown;
/// the request is then repeated, later and later, until there is an answer. Called from any task, many at once.
public protocol PaymentProvider: Sendable {
    /// What it is, for the log: "simulator".
    var name: String { get }

    /// Does what is asked. A release or refund cannot be declined: what it answers to them is taken as done.
    func perform(_ request: ProviderRequest) async throws -> ProviderAnswer
}

extension Account {
    /// What the provider must be asked for, given the state; in an order that is always the same.
    var requests: [ProviderRequest] {
        var requests: [ProviderRequest] = []
        let needsNoHold = closing || captured > 0 || state == .canceled
        for hold in holds {
            switch hold.state {
            case .pending:
                requests.append(request(hold.id, hold.amount, .authorize(cardToken: hold.cardToken)))
            case .authorized where needsNoHold && !isCapturing(hold):
                requests.append(request("release-\(hold.id)", hold.amount, .release(authorizationID: hold.id)))
            default: break
            }
        }
        if state == .paying, let charge {
            let holdID = charge.holdID.isEmpty ? nil : charge.holdID
            requests.append(
                request(charge.id, charge.amount, .capture(cardToken: charge.cardToken, authorizationID: holdID)))
        }
        if method == .card, let charge {
            for refund in refunds where !refund.done {
                requests.append(request(refund.id, refund.amount, .refund(chargeID: charge.id)))
            }
        }
        return requests
    }

    /// A hold that a charge on its way will take must not be let go before the answer is known.
    private func isCapturing(_ hold: Hold) -> Bool {
        state == .paying && charge?.holdID == hold.id
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
