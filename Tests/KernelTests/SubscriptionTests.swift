import Kernel
import KernelFixtures
import Messages
import Testing

/// Another service's events take effect once each, in order, whatever breaks between.
@Suite struct SubscriptionTests {
    private let stream = EventStream()

    private func tally(_ log: any EventLog) throws -> ServiceLoop<TallyCore> {
        try ServiceLoop(log: log, stream: stream, logger: quiet)
    }

    private func echo(_ log: any EventLog, clock: any KernelClock = SystemClock()) throws -> ServiceLoop<EchoCore> {
        let loop = try ServiceLoop<EchoCore>(log: log, stream: stream, clock: clock, logger: quiet)
        try loop.subscribe(to: "tally", BotsV1.Event.self) { core, event, _ in core.echo(event) }
        return loop
    }

    private func add(_ numbers: ClosedRange<UInt64>, _ loop: ServiceLoop<TallyCore>) async throws {
        for number in numbers {
            try await loop.decide { core, _ in Decision(try core.add(number, to: "s")) }
        }
    }

    @Test(arguments: LogKind.allCases) func eachEventTakesEffectOnce(_ kind: LogKind) async throws {
        let log = InMemoryEventLog(name: "tally")
        let echoes = try LogFixture(kind, name: "echo")
        let tally = try tally(log)
        try await running(tally) { () async throws in
            try await add(1...5, tally)
            for last in [10, 15] as [UInt64] {
                let echo = try echo(echoes.log)
                try await running(echo) { () async throws in
                    try await add(last - 4...last, tally)
                    try await eventually("all are echoed") { () async throws in
                        try await echo.read(\.numbers).count == last
                    }
                }
                try echoes.reopen()
            }
        }
        let events = try echoes.log.read(after: 0, limit: 99)
        #expect(events.map(\.cause) == (1...15).map { .event(service: "tally", position: $0) })
        #expect(try echoes.log.cursor("tally") == 15)
    }

    @Test func aLogMayComeLater() async throws {
        let echo = try echo(InMemoryEventLog(name: "echo"))
        try await running(echo) { () async throws in
            #expect(try await echo.read(\.numbers) == [])
            let tally = try tally(InMemoryEventLog(name: "tally"))
            try await running(tally) { () async throws in
                try await add(1...3, tally)
                try await eventually("all are echoed") { () async throws in try await echo.read(\.numbers) == [1, 2, 3]
                }
            }
        }
    }

    @Test func aRefusedCommitTakesTheCursorBackToo() async throws {
        let faulty = FaultyLog(InMemoryEventLog(name: "echo"))
        let clock = ManualClock()
        let tally = try tally(InMemoryEventLog(name: "tally"))
        try await running(tally) { () async throws in
            try await add(1...3, tally)
            faulty.failNext(.refuse, .refuse, .lie)
            let echo = try echo(faulty, clock: clock)
            try await running(echo) { () async throws in
                try await eventually("all are echoed once") {
                    clock.advance(by: .seconds(1))
                    return try await echo.read(\.numbers) == [1, 2, 3]
                }
                try await add(4...4, tally)
                try await eventually("it goes on") {
                    clock.advance(by: .seconds(1))
                    return try await echo.read(\.numbers) == [1, 2, 3, 4]
                }
            }
        }
        #expect(faulty.head == 4)
        #expect(try faulty.cursor("tally") == 4)
    }

    @Test func anEventThatCannotBeTakenInIsTriedAgainAndHoldsNothingElseUp() async throws {
        let clock = ManualClock()
        let log = InMemoryEventLog(name: "echo")
        let echo = try ServiceLoop<EchoCore>(log: log, stream: stream, clock: clock, logger: quiet)
        try echo.subscribe(to: "tally", BotsV1.Event.self) { core, event, now in
            if event.position == 2 && now.unixMs < 1_700_000_005_000 { throw ServiceError.internal("not yet") }
            return core.echo(event)
        }
        let tally = try tally(InMemoryEventLog(name: "tally"))
        try await running(tally) { () async throws in
            try await add(1...3, tally)
            try await running(echo) { () async throws in
                try await eventually("the first is echoed") { () async throws in try await echo.read(\.numbers) == [1] }
                try await echo.decide { _, _ in Decision([TallyCore.added(77, to: "other")]) }
                #expect(try await echo.read(\.numbers) == [1, 77])
                try await eventually("the others follow") {
                    clock.advance(by: .seconds(1))
                    return try await echo.read(\.numbers) == [1, 77, 2, 3]
                }
            }
        }
    }

    @Test func eventsWithoutEffectAreNotTakenAgainAfterARestart() async throws {
        let log = InMemoryEventLog(name: "echo")
        let tally = try tally(InMemoryEventLog(name: "tally"))
        try await running(tally) { () async throws in
            try await add(1...3, tally)
            let deaf = try ServiceLoop<EchoCore>(log: log, stream: stream, logger: quiet)
            try deaf.subscribe(to: "tally", BotsV1.Event.self) { _, _, _ in [] }
            try await running(deaf) { () async throws in #expect(try await deaf.read(\.numbers) == []) }
        }
        #expect(log.head == 0)
        #expect(try log.cursor("tally") == 3)
    }

    @Test func aLogThatLostEventsIsNoticed() async throws {
        let log = InMemoryEventLog(name: "echo")
        var ahead = LogBatch(time: Timestamp(unixMs: 0))
        ahead.cursors = [("tally", 9)]
        _ = try log.commit(ahead)
        _ = try tally(InMemoryEventLog(name: "tally"))
        let error = #expect(throws: StorageError.self) { _ = try echo(log) }
        #expect(error?.code == .damaged)
        #expect(error?.message.contains("ends at position 0") == true)
    }

    @Test func aLogThatLostEventsAndComesLaterIsNotFollowed() async throws {
        let log = InMemoryEventLog(name: "echo")
        var ahead = LogBatch(time: Timestamp(unixMs: 0))
        ahead.cursors = [("tally", 2)]
        _ = try log.commit(ahead)
        let clock = ManualClock()
        let echo = try echo(log, clock: clock)
        try await running(echo) {
            let tally = try tally(InMemoryEventLog(name: "tally"))
            try await running(tally) {
                // Position 3 would pass for a new event, though 1 and 2 are not those that were acted on.
                try await add(1...1, tally)
                #expect(try await echo.read(\.numbers) == [])
                try await add(2...3, tally)
                clock.advance(by: .seconds(60))
                #expect(try await echo.read(\.numbers) == [])
            }
        }
        #expect(log.head == 0)
    }
}
