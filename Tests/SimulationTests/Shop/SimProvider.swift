import Messages

@testable import Kernel
@testable import Payments

/// How a payment provider behaves. In a thousand requests each.
struct ProviderManners {
    var latencyMs = 5...200
    /// The request, or the answer, goes astray.
    var loses = 0
    var losesAnswer = 0
    /// The answer comes after whoever asked has given up waiting.
    var isLate = 0
    var answersTwice = 0
    /// It says that it cannot, before or after it did it.
    var fails = 0
}

/// The payment provider, as honest as its books and as unreliable as its line. It knows each request by its key: the same again
/// gets the same answer and moves no money.
final class SimProvider {
    private let loop: SimLoop
    private let random: SimRandom
    private let trace: Trace
    var manners = ProviderManners()
    /// It is not there before, and rises with each restart: then what it was about to answer is lost.
    private var downUntil: Int64 = 0
    private var life = 0
    private(set) var asked = 0
    private(set) var mishaps = 0

    /// It goes down, with what it had not answered yet, and is back after a while.
    func restart(downMs: Int64) {
        life += 1
        downUntil = loop.milliseconds + downMs
    }

    // MARK: Its books

    private var requests: [String: ProviderRequest] = [:]
    private(set) var answers: [String: ProviderAnswer] = [:]
    /// What it holds, by the authorisation's key.
    private(set) var held: [String: Int64] = [:]
    /// What it took, and what of it it gave back, by charge.
    private(set) var captured: [String: Int64] = [:]
    private(set) var refunded: [String: Int64] = [:]
    var fail: (String) -> Void = { _ in }

    init(loop: SimLoop, random: SimRandom, trace: Trace) {
        self.loop = loop
        self.trace = trace
        self.random = random
    }

    // MARK: The line

    /// - Parameters:
    ///   - answered: called with each answer that comes, however late and often.
    ///   - failed: called once, when the outcome is not known.
    func ask(_ request: ProviderRequest, answered: @escaping (ProviderAnswer) -> Void, failed: @escaping () -> Void) {
        asked += 1
        trace.note("ask", request.key, Int(request.amount.minorUnits))
        var isOver = false
        func giveUp() {
            if isOver { return }
            isOver = true
            failed()
        }
        func answer(_ answer: ProviderAnswer) {
            isOver = true
            trace.note("answer", request.key, answer == .approved ? 1 : 0)
            answered(answer)
        }
        func happens(_ perMille: Int) -> Bool {
            guard perMille > 0, random.chance(perMille) else { return false }
            mishaps += 1
            return true
        }
        loop.after(ms: ProviderDesk.deadline.wholeMilliseconds) { giveUp() }
        if happens(manners.loses) { return }
        loop.after(ms: between(manners.latencyMs)) { [self] in
            if loop.milliseconds < downUntil { return giveUp() }
            if happens(manners.fails) { return giveUp() }
            let decided = book(request)
            if happens(manners.fails) { return giveUp() }
            if happens(manners.losesAnswer) { return }
            let late = happens(manners.isLate) ? Int64(random.between(20_000, 200_000)) : 0
            send(decided, afterMs: late + between(manners.latencyMs), answer)
            if happens(manners.answersTwice) { send(decided, afterMs: late + between(manners.latencyMs) * 3, answer) }
        }
    }

    private func send(_ answer: ProviderAnswer, afterMs: Int64, _ take: @escaping (ProviderAnswer) -> Void) {
        let life = life
        loop.after(ms: afterMs) { [self] in
            if self.life == life { take(answer) }
        }
    }

    private func between(_ range: ClosedRange<Int>) -> Int64 {
        Int64(random.between(range.lowerBound, range.upperBound))
    }

    // MARK: Booking

    private func book(_ request: ProviderRequest) -> ProviderAnswer {
        if let known = requests[request.key], let answer = answers[request.key] {
            if known != request { fail("the provider is asked for \(request.key) again, and for something else") }
            return answer
        }
        let answer = move(request)
        requests[request.key] = request
        answers[request.key] = answer
        return answer
    }

    private func move(_ request: ProviderRequest) -> ProviderAnswer {
        let (key, amount) = (request.key, request.amount.minorUnits)
        if amount <= 0 { fail("the provider is asked for \(amount) by \(key)") }
        switch request.action {
        case .authorize(let card):
            if let refusal = refusal(card, capturing: false) { return refusal }
            held[key] = amount
        case .capture(let card, let hold):
            if let hold {
                guard let most = held[hold] else {
                    fail("\(key) captures \(hold), which is not held")
                    return .declined(reason: "nothing is held")
                }
                if amount > most { fail("\(key) captures \(amount) of \(most) that are held") }
            }
            if let refusal = refusal(card, capturing: hold != nil) { return refusal }
            if let hold { held[hold] = nil }
            captured[key] = amount
        case .release(let hold):
            guard let of = requests[hold], case .authorize = of.action else {
                fail("\(key) releases \(hold), which is no hold")
                break
            }
            if held[hold] == nil { fail("\(key) releases \(hold), which is not held") }
            held[hold] = nil
        case .refund(let charge):
            refunded[charge, default: 0] += amount
            let (back, most) = (refunded[charge] ?? 0, captured[charge] ?? 0)
            if back > most { fail("\(key) gives back \(back) of the \(most) that \(charge) took") }
        }
        return .approved
    }

    private func refusal(_ card: String, capturing: Bool) -> ProviderAnswer? {
        switch card {
        case "card-approve": nil
        case "card-decline-capture": capturing ? .declined(reason: "the limit is reached") : nil
        case "card-moody": random.chance(500) ? .declined(reason: "not today") : nil
        default: .declined(reason: "the card is blocked")
        }
    }
}
