import Kernel
import KernelFixtures
import Messages
import Synchronization
import Testing

/// What a loop tells of itself: it must never say that it works while its log takes nothing.
@Suite(.timeLimit(.minutes(1))) struct ConditionTests {
    private let log = FaultyLog(InMemoryEventLog(name: "tally"))
    private let clock = ManualClock()
    private let seen = Seen()

    private final class Seen: Sendable {
        private let state = Mutex<[String]>([])

        var all: [String] { state.withLock { $0 } }

        func note(_ condition: LoopCondition) {
            let text =
                switch condition {
                case .working: "working"
                case .failing(let error): "failing: \(error.code)"
                case .stopped: "stopped"
                }
            state.withLock { $0.append(text) }
        }
    }

    private func tally() throws -> ServiceLoop<TallyCore> {
        let loop = try ServiceLoop<TallyCore>(log: log, stream: EventStream(), clock: clock, logger: quiet)
        loop.onCondition { [seen] in seen.note($0) }
        return loop
    }

    private func add(_ number: UInt64, _ loop: ServiceLoop<TallyCore>) async throws {
        try await loop.decide { core, _ in Decision(try core.add(number, to: "s")) }
    }

    private var all: [String] { seen.all }

    @Test func aLoopThatWorksSaysSoOnce() async throws {
        let loop = try tally()
        #expect(all == [])
        try await running(loop) { () async throws in
            for number in 1...5 as ClosedRange<UInt64> { try await add(number, loop) }
            // A core's refusal is no failure of the loop's.
            await #expect(throws: (any Error).self) { try await add(0, loop) }
            #expect(all == ["working"])
        }
        #expect(all == ["working", "stopped"])
    }

    @Test func whoWasRefusedFindsTheLoopFailing() async throws {
        let loop = try tally()
        try await running(loop) { () async throws in
            try await add(1, loop)
            log.failNext(.refuse)
            await #expect(throws: StorageError.self) { try await add(2, loop) }
            #expect(all == ["working", "failing: full"])
            // Reading is possible, and mends nothing.
            #expect(try await loop.read(\.sums) == ["s": 1])
            #expect(all == ["working", "failing: full"])
            try await add(4, loop)
            #expect(all == ["working", "failing: full", "working"])
        }
    }

    @Test func aLoopThatNobodyAsksFindsOutByItself() async throws {
        let loop = try tally()
        try await running(loop) { () async throws in
            try await add(1, loop)
            log.failNext(.refuse, .refuse, .refuse)
            await #expect(throws: StorageError.self) { try await add(2, loop) }
            #expect(all.last == "failing: full")
            // Two more attempts fail, the third succeeds; none of them is an event.
            for _ in 0..<2 {
                let before = log.commits
                clock.advance(by: .seconds(1))
                try await eventually("another attempt") { log.commits > before }
                #expect(all == ["working", "failing: full"])
            }
            clock.advance(by: .seconds(1))
            try await eventually("the loop to work again") { all.last == "working" }
            let commits = log.commits
            clock.advance(by: .seconds(60))
            _ = try await loop.read(\.events)
            #expect(log.commits == commits, "a loop that works tries nothing")
            #expect(try await loop.read(\.sums) == ["s": 1])
        }
        #expect(log.head == 1)
    }

    @Test func aLogThatCannotBeReadIsAFailure() async throws {
        let loop = try tally()
        try await running(loop) { () async throws in
            try await add(1, loop)
            log.failNext(.refuse)
            log.failReads(true)
            await #expect(throws: StorageError.self) { try await add(2, loop) }
            #expect(all == ["working", "failing: io"])
            log.failReads(false)
            clock.advance(by: .seconds(1))
            try await eventually("the loop to work again") { all.last == "working" }
            try await add(4, loop)
            #expect(try await loop.read(\.sums) == ["s": 5])
        }
    }

    @Test func anotherLogThatHasLostEventsIsAFailure() async throws {
        let stream = EventStream()
        let source = try ServiceLoop<TallyCore>(log: log, stream: stream, clock: clock, logger: quiet)
        let echo = try ServiceLoop<EchoCore>(
            log: InMemoryEventLog(name: "echo"), stream: stream, clock: clock, logger: quiet)
        echo.onCondition { [seen] in seen.note($0) }
        try echo.subscribe(to: "tally", BotsV1.Event.self) { core, event, _ in core.echo(event) }
        try await running(echo) { () async throws in
            try await running(source) { () async throws in try await add(7, source) }
            try await eventually("the event to be taken in") { try await echo.read(\.numbers) == [7] }
            #expect(all == ["working"])
            // As after a backup was restored: the same log, shorter.
            _ = try ServiceLoop<TallyCore>(
                log: InMemoryEventLog(name: "tally"), stream: stream, clock: clock, logger: quiet)
            try await eventually("the loop to fail") { all.last == "failing: damaged" }
        }
    }
}
