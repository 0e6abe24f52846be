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
/// the request is then repeated, later and later, until there is an answer. Called from any task, many at once; who waits too
/// long is cancelled, and asks again.
public protocol PaymentProvider: Sendable {
    /// What it is, for the log: "simulator".
    var name: String { get }

    /// Answers that come by themselves, late or again, to requests that were made. Read once. Default: there are none.
    var lateAnswers: AsyncStream<(request: ProviderRequest, answer: ProviderAnswer)> { get }

    /// Does what is asked. A release or refund cannot be declined: what it answers to them is taken as done.
    func perform(_ request: ProviderRequest) async throws -> ProviderAnswer
}

extension PaymentProvider {
    public var lateAnswers: AsyncStream<(request: ProviderRequest, answer: ProviderAnswer)> {
        AsyncStream { $0.finish() }
    }
}
