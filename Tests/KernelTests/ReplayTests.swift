import Kernel
import KernelFixtures
import Messages
import Testing

/// A service's state after a restart is that of its log, with a snapshot or without.
@Suite struct ReplayTests {
    private func loop(_ log: any EventLog, every: Int = 10) throws -> ServiceLoop<TallyCore> {
        var options = LoopOptions()
        options.snapshotEvery = every
        return try ServiceLoop(log: log, stream: EventStream(), logger: quiet, options: options)
    }

    private func work(_ loop: ServiceLoop<TallyCore>, _ count: Int, using random: inout SeededGenerator) async throws
        -> TallyCore
    {
        for _ in 0..<count {
            let number = UInt64.random(in: 1...9, using: &random)
            let stream = "s/\(Int.random(in: 0..<3, using: &random))"
            try await loop.decide { core, _ in Decision(try core.add(number, to: stream)) }
        }
        return try await loop.read { $0 }
    }

    @Test(arguments: LogKind.allCases) func restartsGiveTheSameState(_ kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        var random = SeededGenerator(seed: 3)
        var expected = TallyCore()
        for count in [7, 25, 0, 4] {
            let loop = try loop(fixture.log)
            (expected, random) = try await running(loop) { () async throws in
                #expect(try await loop.read { $0 } == expected)
                var random = random
                let core = try await work(loop, count, using: &random)
                return (core, random)
            }
            try fixture.reopen()
        }
        // And the same again without any snapshot.
        let copy = InMemoryEventLog(name: "tally")
        for event in try fixture.log.read(after: 0, limit: 1000) {
            _ = try copy.commit(batch(event.stream, event.payload))
        }
        let replayed = try self.loop(copy)
        try await running(replayed) { () async throws in #expect(try await replayed.read { $0 } == expected) }
    }

    @Test func snapshotsAreTakenOnTheWay() async throws {
        let log = InMemoryEventLog(name: "tally")
        let loop = try loop(log)
        var random = SeededGenerator(seed: 4)
        try await running(loop) { () async throws in
            _ = try await work(loop, 25, using: &random)
            #expect(try log.snapshot()?.position == 20)
        }
        #expect(try log.snapshot()?.position == 25)
    }

    @Test func aSnapshotThatMakesNoSenseIsLeftAside() async throws {
        for format in [1, 2] as [UInt32] {
            let log = InMemoryEventLog(name: "tally")
            let first = try loop(log)
            var random = SeededGenerator(seed: 5)
            let expected = try await running(first) { () async throws in try await work(first, 5, using: &random) }
            var broken = LogBatch(time: Timestamp(unixMs: 0))
            broken.snapshot = StoredSnapshot(format: format, position: 5, state: Array("garbage".utf8))
            _ = try log.commit(broken)
            let second = try loop(log)
            try await running(second) { () async throws in #expect(try await second.read { $0 } == expected) }
        }
    }

    @Test func anEventThatDoesNotDecodeIsNamed() throws {
        let log = InMemoryEventLog(name: "tally")
        _ = try log.commit(batch("s", [0xFF, 0xFF]))
        let error = #expect(throws: StorageError.self) { _ = try loop(log) }
        #expect(error?.code == .damaged)
        #expect(error?.message.contains("position 1") == true)
    }

    /// With a snapshot, before it takes in events, and after a commit that failed.
    @Test func aCoreIsConfiguredWheneverItIsLoaded() async throws {
        let log = FaultyLog(InMemoryEventLog(name: "tally"))
        _ = try log.commit(batch("s", TallyCore.added(1, to: "s").event.protobuf()))
        for expected in [[7], [7, 7]] {
            let loop = try ServiceLoop<LimitedCore>(log: log, stream: EventStream(), logger: quiet) { $0.limit = 7 }
            try await running(loop) { () async throws in
                #expect(try await loop.read(\.seen) == expected)
                log.failNext(.refuse)
                await #expect(throws: StorageError.self) {
                    try await loop.decide { _, _ in Decision([TallyCore.added(1, to: "s")]) }
                }
                #expect(try await loop.read(\.limit) == 7)
                try await loop.decide { _, _ in Decision([TallyCore.added(1, to: "s")]) }
                #expect(try await loop.read(\.seen) == expected + [7])
            }
        }
    }
}

/// Remembers which limit it had when it took in each event.
private struct LimitedCore: ServiceCore {
    typealias Event = TallyCore.Event
    static let serviceName = "tally"
    var limit = 0
    var seen: [Int] = []

    init() {}
    init(snapshot: [UInt8]) throws { seen = snapshot.map(Int.init) }
    func snapshot() -> [UInt8] { seen.map { UInt8($0) } }
    mutating func evolve(_ event: Event, _ stamp: EventStamp) { seen.append(limit) }
}
