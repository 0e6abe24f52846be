import Kernel
import KernelFixtures
import Messages
import Testing

@Suite struct EventStreamTests {
    private let stream = EventStream()

    private func tally(_ log: any EventLog = InMemoryEventLog(name: "tally")) throws -> ServiceLoop<TallyCore> {
        try ServiceLoop(log: log, stream: stream, logger: quiet)
    }

    private func add(_ count: UInt64, to name: String = "s", _ loop: ServiceLoop<TallyCore>) async throws {
        try await loop.decide { core, _ in
            Decision((1...count).map { TallyCore.added($0, to: name) })
        }
    }

    @Test func subscribersCatchUpAndFollow() async throws {
        let fixture = try LogFixture(.sqlite)
        let first = try tally(fixture.log)
        try await running(first) { () async throws in try await add(1000, first) }
        // A new loop's feed has nothing in memory: the thousand come from the file, the rest as they are committed.
        let loop = try tally(fixture.log)
        try await running(loop) { () async throws in
            let sequence = stream.events(of: "tally", after: 10)
            let readers = (0..<20).map { _ in
                Task {
                    var positions: [UInt64] = []
                    for try await event in sequence {
                        positions.append(event.position)
                        if event.position == 1500 { break }
                    }
                    return positions
                }
            }
            for _ in 0..<50 { try await add(10, loop) }
            for reader in readers { #expect(try await reader.value == Array(11...1500)) }
        }
    }

    @Test func aSlowSubscriberMissesNothingBeyondWhatIsHeldInMemory() async throws {
        let fixture = try LogFixture(.sqlite)
        let loop = try tally(fixture.log)
        try await running(loop) { () async throws in
            try await add(1, loop)
            var iterator = stream.events(of: "tally", after: 0).makeAsyncIterator()
            #expect(try await iterator.next()?.position == 1)
            for _ in 0..<20 { try await add(1000, loop) }
            var expected: UInt64 = 2
            while expected <= 20_001, let event = try await iterator.next() {
                #expect(event.position == expected)
                expected += 1
            }
            #expect(expected == 20_002)
        }
    }

    @Test func theSequenceEndsWithTheService() async throws {
        let loop = try tally()
        let reader = Task { [stream] in
            var count = 0
            for try await _ in stream.events(of: "tally", after: 0) { count += 1 }
            return count
        }
        try await running(loop) { () async throws in try await add(3, loop) }
        #expect(try await reader.value == 3)
        #expect(stream.head(of: "nobody") == nil)
        for try await _ in stream.events(of: "nobody", after: 0) { Issue.record("there is no such log") }
    }

    @Test func aCancelledSubscriberReturns() async throws {
        let loop = try tally()
        try await running(loop) { () async throws in
            let reader = Task { [stream] in
                for try await _ in stream.events(of: "tally", after: 0) {}
                return true
            }
            try await Task.sleep(for: .milliseconds(5))
            reader.cancel()
            #expect(try await reader.value)
        }
    }

    @Test func filtersAndStarts() async throws {
        let loop = try tally()
        let echo = try ServiceLoop<EchoCore>(log: InMemoryEventLog(name: "echo"), stream: stream, logger: quiet)
        try echo.subscribe(to: "tally", BotsV1.Event.self) { core, event, _ in core.echo(event) }
        try await running(loop) { () async throws in
            try await running(echo) { () async throws in
                try await add(2, to: "order/1", loop)
                try await add(1, to: "bot/2", loop)
                try await eventually("all are echoed") { () async throws in try await echo.read(\.numbers).count == 3 }
                #expect(try await names(EventFilter()).count == 6)
                #expect(try await names(EventFilter(services: ["echo"])) == ["echo 1", "echo 2", "echo 3"])
                #expect(
                    try await names(EventFilter(streamPrefixes: ["bot/", "nothing"])) == ["tally 3"])
                #expect(try await names(EventFilter(types: ["SessionOpened"])) == [])
                #expect(try await names(EventFilter(types: ["GatewayStarted"])).count == 6)
                #expect(try await names(EventFilter(services: ["tally"]), .after(["tally": 2])) == ["tally 3"])
                #expect(try await names(EventFilter(), .now) == [])
                #expect(stream.services == ["tally", "echo"])

                let sequence = stream.events(matching: EventFilter(streamPrefixes: ["order/"]), from: .now)
                var iterator = sequence.makeAsyncIterator()
                try await add(1, to: "bot/2", loop)
                try await add(1, to: "order/1", loop)
                #expect(try await iterator.next()?.position == 5)
            }
        }
    }

    private func names(_ filter: EventFilter, _ start: EventStart = .beginning) async throws -> [String] {
        var names: [String] = []
        for try await event in stream.events(matching: filter, from: start, follow: false) {
            names.append("\(event.service) \(event.position)")
        }
        return names
    }
}
