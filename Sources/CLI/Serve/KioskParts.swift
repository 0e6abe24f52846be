import KioskGateway
import Payments

extension KioskGateway.Settings {
    /// What kiosks are told of a shop whose payments are simulated.
    static let simulated = KioskGateway.Settings(
        testCards: PaymentSimulator.testCards.map { TestCard(cardToken: $0, name: cardWords[$0] ?? $0) })

    private static let cardWords = [
        "card-approve": "Is approved",
        "card-decline": "Is declined",
        "card-decline-capture": "Is held, then declined",
        "card-late": "Answers late",
        "card-timeout": "Does not answer",
        "card-timeout-capture": "Is held, then does not answer",
        "card-twice": "Answers twice",
    ]
}
