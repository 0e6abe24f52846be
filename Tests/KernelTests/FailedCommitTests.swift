import Kernel
import KernelFixtures
import Messages
import Synchronization
import Testing

/// A log that refuses: nothing is acknowledged that is not there, and the state is the log's.
@Suite struct FailedCommitTests {
    private func tally(_ log: any EventLog, clock: any KernelClock = ManualClock()) throws -> ServiceLoop<TallyCore> {
        try ServiceLoop(log: log, stream: EventStream(), clock: clock, logger: quiet)
    }

    private func add(_ number: UInt64, _ loop: ServiceLoop<TallyCore>) async throws -> UInt64 {
        try await loop.decide { core, _ in Decision(try core.add(number, to: "s")) { $0.sums["s", default: 0] } }
    }

    @Test func aRefusedBatchIsUndoneAndTheNextSucceeds() async throws {
        let log = FaultyLog(InMemoryEventLog(name: "tally"))
        let loop = try tally(log)
        try await running(loop) { () async throws in
            #expect(try await add(1, loop) == 1)
            log.failNext(.refuse)
            let error = await #expect(throws: StorageError.self) { try await add(2, loop) }
            #expect(error?.code == .full)
            #expect(error?.statusCode == .resourceExhausted)
            #expect(try await loop.read(\.sums) == ["s": 1])
            #expect(try await add(4, loop) == 5)
        }
        #expect(log.head == 2)
    }

    @Test func aWholeBatchIsRefusedTogether() async throws {
        let log = FaultyLog(InMemoryEventLog(name: "tally"))
        let loop = try tally(log)
        log.failNext(.refuse)
        let failures = Mutex(0)
        // The second is refused by the core; with the first gone the reason may be too.
        for number in [1, 0, 2] as [UInt64] {
            loop.submit({ core, _ in Decision(try core.add(number, to: "s")) }) { (result: Result<Void, any Error>) in
                if case .failure(let error) = result, error is StorageError { failures.withLock { $0 += 1 } }
            }
        }
        try await running(loop) { () async throws in #expect(try await loop.read(\.events) == 0) }
        #expect(failures.withLock { $0 } == 3)
        #expect(log.head == 0)
    }

    @Test func aKeyOfARefusedBatchIsFree() async throws {
        let log = FaultyLog(InMemoryEventLog(name: "tally"))
        let loop = try tally(log)
        let key = try IdempotencyKey("k", request: BotsV1.GatewayStarted())
        let add: @Sendable (TallyCore, Timestamp) throws -> Decision<TallyCore, BotsV1.GatewayStarted> = { core, _ in
            Decision(try core.add(5, to: "s")) { BotsV1.GatewayStarted(life: $0.sums["s", default: 0]) }
        }
        try await running(loop) { () async throws in
            log.failNext(.refuse)
            await #expect(throws: StorageError.self) { try await loop.decide(key: key, add) }
            #expect(try await loop.decide(key: key, add).life == 5)
            // The flush lied: it was written, so sending it again finds the answer.
            let second = try IdempotencyKey("k2", request: BotsV1.GatewayStarted())
            log.failNext(.lie)
            await #expect(throws: StorageError.self) { try await loop.decide(key: second, add) }
            #expect(try await loop.decide(key: second, add).life == 10)
        }
        #expect(log.head == 2)
    }

    @Test func whatWasWrittenAllTheSameReachesObservers() async throws {
        let log = FaultyLog(InMemoryEventLog(name: "tally"))
        let loop = try tally(log)
        let seen = Mutex<[UInt64]>([])
        loop.onCommit { events, _ in seen.withLock { $0 += events.map(\.stamp.position) } }
        try await running(loop) { () async throws in
            _ = try await add(1, loop)
            log.failNext(.refuse)
            await #expect(throws: StorageError.self) { try await add(2, loop) }
            #expect(seen.withLock { $0 } == [1])
            log.failNext(.lie)
            await #expect(throws: StorageError.self) { try await add(3, loop) }
            // Without anything that follows: an observer may be all that would make something follow.
            #expect(seen.withLock { $0 } == [1, 2])
            _ = try await add(4, loop)
            #expect(seen.withLock { $0 } == [1, 2, 3])
        }
    }

    @Test func whatWasWrittenAllTheSameReachesSubscribers() async throws {
        let log = FaultyLog(InMemoryEventLog(name: "tally"))
        let loop = try tally(log)
        try await running(loop) { () async throws in
            _ = try await add(1, loop)
            log.failNext(.lie)
            await #expect(throws: StorageError.self) { try await add(2, loop) }
            _ = try await add(3, loop)
            var positions: [UInt64] = []
            for try await event in loop.stream.events(of: "tally", after: 0) {
                positions.append(event.position)
                if positions.count == 3 { break }
            }
            #expect(positions == [1, 2, 3])
            #expect(try await loop.read(\.sums) == ["s": 6])
        }
    }

    @Test func whileTheLogCannotBeReadNothingIsDecided() async throws {
        let log = FaultyLog(InMemoryEventLog(name: "tally"))
        let loop = try tally(log)
        try await running(loop) { () async throws in
            _ = try await add(1, loop)
            log.failNext(.refuse)
            log.failReads(true)
            await #expect(throws: StorageError.self) { try await add(2, loop) }
            let error = await #expect(throws: StorageError.self) { try await add(2, loop) }
            #expect(error?.statusCode == .unavailable)
            await #expect(throws: StorageError.self) { try await loop.read(\.events) }
            log.failReads(false)
            #expect(try await add(4, loop) == 5)
        }
        #expect(log.head == 2)
    }
}
