import Kernel
import Messages

@testable import Payments

/// The payment provider of a history: it forgets nothing, and answers when it likes.
extension Trio {
    /// The provider answers one request, at times one that it was asked before, or again one that was answered; false when
    /// it has nothing to say.
    mutating func providerAnswers() -> Bool {
        if !answered.isEmpty, draw(8) == 0 {
            let (request, answer) = answered[draw(answered.count)]
            takePayments(payments.core.settle(request, answer))
        }
        let requests = payments.core.pendingRequests().filter { isAnswered($0) }
        guard !requests.isEmpty else { return false }
        let request = requests[draw(requests.count)]
        let answer = provider[request.key] ?? decide(request)
        provider[request.key] = answer
        // A crash before the answer was recorded: it is asked again.
        if draw(5) == 0 { return true }
        answered.append((request, answer))
        takePayments(payments.core.settle(request, answer))
        return true
    }

    /// Slow cards are heard of after three minutes.
    private mutating func isAnswered(_ request: ProviderRequest) -> Bool {
        switch request.action {
        case .authorize("slow"), .capture("slow", _), .capture("slow-capture", _):
            let first = asked[request.key] ?? now
            asked[request.key] = first
            return now >= first + .seconds(180)
        default: return true
        }
    }

    fileprivate mutating func decide(_ request: ProviderRequest) -> ProviderAnswer {
        let amount = request.amount.minorUnits
        switch request.action {
        case .authorize:
            if draw(5) == 0 { return .declined(reason: "no") }
            held[request.key] = amount
        case .capture(_, let hold):
            if draw(5) == 0 { return .declined(reason: "no") }
            if let hold { held[hold] = nil }
            captured[request.orderID, default: 0] += amount
        case .refund: refunded[request.orderID, default: 0] += amount
        case .release(let hold): held[hold] = nil
        }
        return .approved
    }
}
