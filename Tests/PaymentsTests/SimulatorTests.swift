import Kernel
import Logging
import Messages
import Synchronization
import Testing

@testable import Payments

/// What the simulator's cards do, and how it is asked.
@Suite(.timeLimit(.minutes(1))) struct SimulatorTests {
    private static var quick: PaymentSimulator.Delays {
        var delays = PaymentSimulator.Delays()
        (delays.late, delays.timeout) = (.milliseconds(50), .milliseconds(150))
        return delays
    }

    private static func request(
        _ key: String, _ action: ProviderRequest.Action, _ amount: Int64 = 100
    ) -> ProviderRequest {
        ProviderRequest(
            orderID: "o", key: key, amount: TypesV1.Money(minorUnits: amount, currencyCode: "EUR"), action: action)
    }

    @Test(arguments: [
        ("card-approve", true, true, true), ("card-decline", false, false, false),
        ("card-decline-capture", true, false, true), ("card-late", true, true, true),
        ("card-timeout", true, true, true),
        ("card-timeout-capture", true, true, true), ("card-twice", true, true, true), ("card-x", false, false, false),
    ])
    func whatEachCardSays(card: String, holds: Bool, captures: Bool, charges: Bool) async throws {
        let simulator = PaymentSimulator(delays: Self.quick)
        let answers = [
            try await simulator.perform(Self.request("auth", .authorize(cardToken: card))),
            try await simulator.perform(
                Self.request("charge", .capture(cardToken: card, authorizationID: "auth"))),
            try await simulator.perform(Self.request("direct", .capture(cardToken: card, authorizationID: nil))),
        ]
        #expect(answers.map { $0 == .approved } == [holds, captures, charges])
        #expect(try await simulator.perform(Self.request("back", .refund(chargeID: "charge"))) == .approved)
    }

    @Test func theSameKeyMovesMoneyOnce() async throws {
        let simulator = PaymentSimulator(delays: Self.quick)
        let charge = Self.request("c", .capture(cardToken: "card-approve", authorizationID: nil))
        for _ in 0..<3 { #expect(try await simulator.perform(charge) == .approved) }
        #expect(simulator.ledger.captured == ["c": 100])
        // After a restart it knows nothing, and says the same.
        #expect(try await PaymentSimulator().perform(charge) == .approved)
    }

    @Test func itForgetsWhatItMoved() async throws {
        let simulator = PaymentSimulator()
        for number in 0..<12_000 {
            _ = try await simulator.perform(
                Self.request("c-\(number)", .capture(cardToken: "card-approve", authorizationID: nil)))
        }
        #expect((10_000...11_250).contains(simulator.ledger.captured.count))
        #expect(simulator.ledger.captured["c-11999"] != nil && simulator.ledger.captured["c-0"] == nil)
    }

    @Test func aLateAnswerComesByItselfAndToWhoAsksAgain() async throws {
        let simulator = PaymentSimulator(delays: Self.quick)
        let charge = Self.request("c", .capture(cardToken: "card-late", authorizationID: nil))
        let first = Task { try await simulator.perform(charge) }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        var late = simulator.lateAnswers.makeAsyncIterator()
        let answer = await late.next()
        #expect(answer?.request == charge && answer?.answer == .approved)
        #expect(try await simulator.perform(charge) == .approved)
        #expect(simulator.ledger.captured == ["c": 100])
    }

    @Test func oneCardAnswersTwice() async throws {
        let simulator = PaymentSimulator()
        let charge = Self.request("c", .capture(cardToken: "card-twice", authorizationID: nil))
        #expect(try await simulator.perform(charge) == .approved)
        var late = simulator.lateAnswers.makeAsyncIterator()
        #expect(await late.next()?.request == charge)
    }

    /// A provider that never answers the first time.
    private final class Silent: PaymentProvider {
        let name = "silent"
        let asked = Mutex(0)

        func perform(_ request: ProviderRequest) async throws -> ProviderAnswer {
            let count = asked.withLock { asked in
                asked += 1
                return asked
            }
            if count == 1 { try await Task.sleep(for: .seconds(3_600)) }
            return .approved
        }
    }

    @Test func aRequestHasADeadlineAndIsAskedAgain() async throws {
        let provider = Silent()
        let charge = Self.request("c", .capture(cardToken: "card", authorizationID: nil))
        let (recorded, record) = AsyncStream.makeStream(of: ProviderRequest.self)
        let isOpen = Mutex(true)
        let desk = ProviderDesk(
            provider: provider, deadline: .milliseconds(20),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { request, _ in
            isOpen.withLock { $0 = false }
            record.yield(request)
        }
        async let running: Void = desk.run { _, busy in
            isOpen.withLock { $0 } && !busy.contains(charge) ? [charge] : []
        }
        for await request in recorded {
            #expect(request == charge && provider.asked.withLock { $0 } == 2)
            break
        }
        desk.close()
        await running
    }
}
