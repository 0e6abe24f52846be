import Messages

/// The simulator's test cards, by their tokens.
enum TestCard: String, CaseIterable, Sendable {
    /// Approves everything at once.
    case approve = "card-approve"
    case decline = "card-decline"
    /// An amount can be held, and is then not taken.
    case declineCapture = "card-decline-capture"
    /// Approves, but later than anybody waits for one answer.
    case late = "card-late"
    /// Gives no answer for so long that an order is rejected and a charge is given up; then it approves.
    case timeout = "card-timeout"
    /// Holds at once, and gives no answer for as long when the amount is to be taken.
    case timeoutCapture = "card-timeout-capture"
    /// Approves at once, and says so a second time.
    case twice = "card-twice"

    /// The card that a request is to; nil when it is to none that is known, or needs no card's consent.
    init?(asked request: ProviderRequest) {
        switch request.action {
        case .authorize(let token), .capture(let token, _): self.init(rawValue: token)
        case .release, .refund: return nil
        }
        // To hold is what these do at once.
        if self == .timeoutCapture, case .authorize = request.action { self = .approve }
    }

    /// How long it takes to answer; nil: no time.
    func delay(_ delays: PaymentSimulator.Delays) -> Duration? {
        switch self {
        case .late: delays.late
        case .timeout, .timeoutCapture: delays.timeout
        default: nil
        }
    }

    /// What the simulator says in the end.
    static func answer(to request: ProviderRequest) -> ProviderAnswer {
        switch request.action {
        case .authorize(let token): ask(token, capturesHold: false)
        case .capture(let token, let hold): ask(token, capturesHold: hold != nil)
        case .release, .refund: .approved
        }
    }

    private static func ask(_ token: String, capturesHold: Bool) -> ProviderAnswer {
        switch TestCard(rawValue: token) {
        case .approve, .late, .timeout, .timeoutCapture, .twice: .approved
        case .decline: .declined(reason: "the simulated card declines")
        case .declineCapture:
            capturesHold ? .declined(reason: "the simulated card declines the capture") : .approved
        case nil:
            .declined(
                reason: "the simulator does not know this card; it knows "
                    + PaymentSimulator.testCards.joined(separator: ", "))
        }
    }
}
