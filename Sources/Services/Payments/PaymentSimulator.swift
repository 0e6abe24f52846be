import Kernel
import Messages
import Synchronization

/// The built-in payment provider. It is a simulator: it moves no money, and says so in the log.
///
/// What it answers is up to the card's token, see ``TestCard``; docs/payments.md has them for people. It remembers its
/// newest answers by key for as long as it lives; after that, and after a restart, a key gets the same answer, because only
/// the token decides. What it does not remember then is since when it is being asked: a late answer is late again.
public final class PaymentSimulator: PaymentProvider {
    /// The tokens that mean something here.
    public static let testCards = TestCard.allCases.map(\.rawValue)

    /// So many keys are remembered at least, however many come.
    private static let remembered = 10_000

    /// What it would have moved, had it been real, of the newest keys. For tests and for the curious.
    public struct Ledger: Hashable, Sendable {
        /// By charge key.
        public var captured: [String: Int64] = [:]
        /// By refund key.
        public var refunded: [String: Int64] = [:]
        /// By authorisation key, of those neither captured nor released.
        public var held: [String: Int64] = [:]
    }

    /// How long the slow cards take.
    public struct Delays: Sendable {
        /// `card-late`: longer than anybody waits for one answer, and shorter than an order waits.
        public var late = Duration.seconds(15)
        /// `card-timeout`: longer than an order waits for its card.
        public var timeout = Duration.seconds(180)

        public init() {}
    }

    struct NoAnswer: Error, CustomStringConvertible {
        var description: String { "the simulated card gives no answer yet" }
    }

    private struct State {
        var answers: [String: ProviderAnswer] = [:]
        /// Of the answers, the first first.
        var keys = Queue()
        /// When a slow card was first asked.
        var asked: [String: ContinuousClock.Instant] = [:]
        var ledger = Ledger()
    }

    private let state = Mutex(State())
    private let delays: Delays
    public let lateAnswers: AsyncStream<(request: ProviderRequest, answer: ProviderAnswer)>
    private let late: AsyncStream<(request: ProviderRequest, answer: ProviderAnswer)>.Continuation

    public init(delays: Delays = Delays()) {
        self.delays = delays
        (lateAnswers, late) = AsyncStream.makeStream()
    }

    public let name = "simulator"

    public var ledger: Ledger { state.withLock { $0.ledger } }

    public func perform(_ request: ProviderRequest) async throws -> ProviderAnswer {
        let isAnswered = state.withLock { $0.answers[request.key] != nil }
        guard !isAnswered, let delay = TestCard(asked: request)?.delay(delays) else { return answer(request) }
        let (isNew, asked) = state.withLock { state in
            let known = state.asked[request.key]
            let asked = known ?? .now
            state.asked[request.key] = asked
            return (known == nil, asked)
        }
        if asked + delay <= .now { return answer(request) }
        // Whoever waits long enough hears it here, and everybody by itself.
        if isNew { answerLater(request, at: asked + delay) }
        try await Task.sleep(until: asked + delay)
        return answer(request)
    }

    private func answerLater(_ request: ProviderRequest, at time: ContinuousClock.Instant) {
        Task { [weak self] in
            try? await Task.sleep(until: time)
            guard let self else { return }
            late.yield((request, answer(request)))
        }
    }

    /// The same to the same key, whoever asks.
    private func answer(_ request: ProviderRequest) -> ProviderAnswer {
        let (answer, isNew) = state.withLock { state in
            if let answer = state.answers[request.key] { return (answer, false) }
            let answer = TestCard.answer(to: request)
            state.answers[request.key] = answer
            state.asked[request.key] = nil
            state.keys.add(request.key)
            if answer == .approved { Self.book(request, in: &state.ledger) }
            Self.forgetOldest(of: &state)
            return (answer, true)
        }
        if isNew, TestCard(asked: request) == .twice { late.yield((request, answer)) }
        return answer
    }

    private static func forgetOldest(of state: inout State) {
        guard state.keys.count > remembered + remembered / 8 else { return }
        for key in Array(state.keys.names.prefix(remembered / 8)) {
            state.keys.remove(key)
            state.answers[key] = nil
            state.ledger.captured[key] = nil
            state.ledger.refunded[key] = nil
            state.ledger.held[key] = nil
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
