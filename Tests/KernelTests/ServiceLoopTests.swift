import Kernel
import KernelFixtures
import Messages
import Synchronization
import Testing

/// Commands: decided one after another, written together, answered after.
@Suite struct ServiceLoopTests {
    private func tally(
        _ log: any EventLog = InMemoryEventLog(name: "tally"), clock: any KernelClock = ManualClock(),
        options: LoopOptions = LoopOptions()
    ) throws -> ServiceLoop<TallyCore> {
        try ServiceLoop(log: log, stream: EventStream(), clock: clock, logger: quiet, options: options)
    }

    private func add(_ number: UInt64, to stream: String = "s", _ loop: ServiceLoop<TallyCore>) async throws -> UInt64 {
        try await loop.decide { core, _ in
            Decision(try core.add(number, to: stream)) { $0.sums[stream, default: 0] }
        }
    }

    @Test func aDecisionsEventsChangeTheStateAndAreRecorded() async throws {
        let log = InMemoryEventLog(name: "tally")
        let clock = ManualClock(Timestamp(unixMs: 77))
        let loop = try tally(log, clock: clock)
        try await running(loop) { () async throws in
            #expect(try await add(3, loop) == 3)
            #expect(try await add(4, loop) == 7)
            #expect(try await loop.read(\.sums) == ["s": 7])
        }
        let events = try log.read(after: 0, limit: 9)
        #expect(events.map(\.type) == ["GatewayStarted", "GatewayStarted"])
        #expect(events.map(\.version) == [1, 2])
        #expect(events.map(\.time.unixMs) == [77, 77])
    }

    @Test func aRefusedCommandHarmsNoOtherOfItsBatch() async throws {
        let log = InMemoryEventLog(name: "tally")
        let loop = try tally(log)
        let answers = Mutex<[String]>([])
        // All wait before the loop starts, so that they are one batch.
        for number in [1, 0, 2, 0, 3] as [UInt64] {
            loop.submit({ core, _ in
                Decision(try core.add(number, to: "s")) { $0.sums["s", default: 0] }
            }) { result in
                answers.withLock { answers in
                    switch result {
                    case .success(let sum): answers.append("\(sum)")
                    case .failure(let error): answers.append((error as? ServiceError)?.code.name ?? "?")
                    }
                }
            }
        }
        try await running(loop) { () async throws in
            try await eventually("all are answered") { () async throws in answers.withLock { $0.count } == 5 }
        }
        #expect(
            answers.withLock { $0 } == ["1", "CODE_INVALID_ARGUMENT", "3", "CODE_INVALID_ARGUMENT", "6"])
        #expect(log.head == 3)
    }

    @Test func theSameKeyGetsTheSameAnswer() async throws {
        let fixture = try LogFixture(.sqlite)
        let request = BotsV1.GatewayStarted(life: 5)
        let key = try IdempotencyKey("k-1", request: request)
        let add: @Sendable (TallyCore, Timestamp) throws -> Decision<TallyCore, BotsV1.GatewayStarted> = { core, _ in
            Decision(try core.add(5, to: "s")) { BotsV1.GatewayStarted(life: $0.sums["s", default: 0]) }
        }
        let loop = try tally(fixture.log)
        try await running(loop) { () async throws in
            async let first = loop.decide(key: key, add)
            async let second = loop.decide(key: key, add)
            #expect(try await [first.life, second.life] == [5, 5])
            let other = try IdempotencyKey("k-1", request: BotsV1.GatewayStarted(life: 6))
            let error = await #expect(throws: ServiceError.self) { try await loop.decide(key: other, add) }
            #expect(error?.code == .alreadyExists)
            #expect(error?.message.contains("'k-1'") == true)
            // The type counts as content too.
            let otherType = try IdempotencyKey("k-1", request: BotsV1.SessionClosed())
            await #expect(throws: ServiceError.self) { try await loop.decide(key: otherType, add) }
        }
        try fixture.reopen()
        let after = try tally(fixture.log)
        try await running(after) { () async throws in
            #expect(try await after.decide(key: key, add).life == 5)
        }
        #expect(fixture.log.head == 1)
        #expect(try fixture.log.read(after: 0, limit: 1)[0].cause == .command("k-1"))
    }

    @Test func aRefusalIsNotKept() async throws {
        let loop = try tally()
        let key = try IdempotencyKey("k", request: BotsV1.GatewayStarted())
        try await running(loop) { () async throws in
            await #expect(throws: ServiceError.self) {
                try await loop.decide(key: key) { core, _ in
                    Decision(try core.add(0, to: "s"), replying: BotsV1.GatewayStarted())
                }
            }
            let reply = try await loop.decide(key: key) { core, _ in
                Decision(try core.add(1, to: "s"), replying: BotsV1.GatewayStarted(life: 9))
            }
            #expect(reply.life == 9)
        }
    }

    @Test func keysHaveALength() {
        #expect(throws: ServiceError.self) { try IdempotencyKey("", request: BotsV1.GatewayStarted()) }
        #expect(throws: ServiceError.self) {
            try IdempotencyKey(String(repeating: "k", count: 257), request: BotsV1.GatewayStarted())
        }
        #expect(throws: Never.self) {
            try IdempotencyKey(String(repeating: "k", count: 256), request: BotsV1.GatewayStarted())
        }
    }

    @Test func aFullMailboxRefuses() async throws {
        var options = LoopOptions()
        options.mailboxCapacity = 2
        let loop = try tally(options: options)
        let refused = Mutex<[String]>([])
        for _ in 0..<3 {
            loop.submit({ core, _ in Decision(try core.add(1, to: "s")) }) { (result: Result<Void, any Error>) in
                if case .failure(let error) = result { refused.withLock { $0.append("\(error)") } }
            }
        }
        #expect(refused.withLock { $0.count } == 1)
        #expect(refused.withLock { $0[0] }.contains("RESOURCE_EXHAUSTED"))
        try await running(loop) { () async throws in
            // The first two go through, and then there is room again.
            try await eventually("what waited is done") { loop.log.head == 2 }
            #expect(try await loop.read(\.events) == 2)
        }
    }

    @Test func stoppingAnswersWhatWaitsAndKeepsASnapshot() async throws {
        let log = InMemoryEventLog(name: "tally")
        let loop = try tally(log)
        let answered = Mutex(0)
        for _ in 0..<100 {
            loop.submit({ core, _ in Decision(try core.add(1, to: "s")) }) { (_: Result<Void, any Error>) in
                answered.withLock { $0 += 1 }
            }
        }
        loop.stop()
        await #expect(throws: ServiceError.self) { try await add(1, loop) }
        try await loop.run()
        #expect(answered.withLock { $0 } == 100)
        #expect(try log.snapshot()?.position == 100)
        await #expect(throws: StorageError.self) { try await loop.run() }
    }

    @Test func cancellingTheTaskStopsTheLoop() async throws {
        let loop = try tally()
        let run = Task { try await loop.run() }
        #expect(try await add(1, loop) == 1)
        run.cancel()
        try await run.value
        await #expect(throws: ServiceError.self) { try await add(1, loop) }
    }

    @Test func timeNeverGoesBack() async throws {
        let log = InMemoryEventLog(name: "tally")
        let clock = ManualClock(Timestamp(unixMs: 1000))
        let loop = try tally(log, clock: clock)
        try await running(loop) { () async throws in
            _ = try await add(1, loop)
            clock.advance(by: .milliseconds(-500))
            _ = try await add(1, loop)
        }
        let after = try tally(log, clock: clock)
        try await running(after) { () async throws in _ = try await add(1, after) }
        #expect(try log.read(after: 0, limit: 9).map(\.time.unixMs) == [1000, 1000, 1000])
    }

    @Test func observersSeeWhatWasCommitted() async throws {
        let loop = try tally()
        let seen = Mutex<[UInt64]>([])
        loop.onCommit { events, core in
            seen.withLock { $0 += events.map(\.stamp.position) + [core.events] }
        }
        try await running(loop) { () async throws in
            _ = try await add(1, loop)
            _ = try await add(1, loop)
        }
        #expect(seen.withLock { $0 } == [1, 1, 2, 2])
    }
}
