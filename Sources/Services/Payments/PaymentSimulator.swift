import Messages
import Synchronization

/// The built-in payment provider. It is a simulator: it moves no money, and says so in the log.
///
/// Test cards are tokens: `card-approve` approves everything, `card-decline` nothing, `card-decline-capture` lets an
/// amount be held and then not taken. Any other token is declined, with a list of these. It remembers its answers by
/// key for as long as it lives; after a restart a key gets the same answer, because only the token decides.
public final class PaymentSimulator: PaymentProvider {
    /// The tokens that mean something here.
    public static let testCards = ["card-approve", "card-decline", "card-decline-capture"]

    /// What it would have moved, had it been real. For tests and for the curious.
    public struct Ledger: Hashable, Sendable {
        /// By charge key.
        public var captured: [String: Int64] = [:]
        /// By refund key.
        public var refunded: [String: Int64] = [:]
        /// By authorisation key, of those neither captured nor released.
        public var held: [String: Int64] = [:]
    }

    private struct State {
        var answers: [String: ProviderAnswer] = [:]
        var ledger = Ledger()
    }

    private let state = Mutex(State())

    public init() {}

    public let name = "simulator"

    public var ledger: Ledger { state.withLock { $0.ledger } }

    public func perform(_ request: ProviderRequest) async throws -> ProviderAnswer {
        state.withLock { state in
            if let answer = state.answers[request.key] { return answer }
            let answer = Self.answer(to: request)
            state.answers[request.key] = answer
            if answer == .approved { Self.book(request, in: &state.ledger) }
            return answer
        }
    }

    private static func answer(to request: ProviderRequest) -> ProviderAnswer {
        switch request.action {
        case .authorize(let cardToken), .capture(let cardToken, nil): ask(cardToken, capturing: false)
        case .capture(let cardToken, _): ask(cardToken, capturing: true)
        case .release, .refund: .approved
        }
    }

    private static func ask(_ cardToken: String, capturing: Bool) -> ProviderAnswer {
        switch cardToken {
        case "card-approve": .approved
        case "card-decline": .declined(reason: "the simulated card declines")
        case "card-decline-capture":
            capturing ? .declined(reason: "the simulated card declines the capture") : .approved
        default:
            .declined(
                reason: "the simulator does not know this card; it knows \(testCards.joined(separator: ", "))")
        }
    }

    private static func book(_ request: ProviderRequest, in ledger: inout Ledger) {
        let amount = request.amount.minorUnits
        switch request.action {
        case .authorize: ledger.held[request.key] = amount
        case .capture(_, let authorizationID):
            if let authorizationID { ledger.held[authorizationID] = nil }
            ledger.captured[request.key] = amount
        case .release(let authorizationID): ledger.held[authorizationID] = nil
        case .refund: ledger.refunded[request.key] = amount
        }
    }
}
