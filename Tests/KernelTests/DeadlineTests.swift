import Kernel
import KernelFixtures
import Messages
import Testing

/// A core that sets an alarm with each number: it rings that many seconds later, once.
private struct AlarmCore: ServiceCore {
    typealias Event = BotsV1.Event
    static let serviceName = "alarm"

    var alarms: [Timestamp] = []
    var rung = 0

    init() {}
    init(snapshot: [UInt8]) throws { throw ServiceError.internal("always replayed") }
    func snapshot() -> [UInt8] { [] }

    mutating func evolve(_ event: Event, _ stamp: EventStamp) {
        switch event.kind {
        case .gatewayStarted(let started):
            alarms.append(stamp.time + .seconds(Int64(started.life)))
            alarms.sort()
        case .sessionClosed:
            rung += 1
            alarms.removeFirst()
        default: break
        }
    }

    func nextDeadline(after now: Timestamp) -> Timestamp? { alarms.first }

    func due(_ now: Timestamp) -> [NewEvent<Event>] {
        alarms.filter { $0 <= now }.map { _ in
            NewEvent("alarm", BotsV1.Event(kind: .sessionClosed(BotsV1.SessionClosed(why: "it is time"))))
        }
    }
}

@Suite struct DeadlineTests {
    @Test func deadlinesAreKeptAndFoundAgainAfterARestart() async throws {
        let log = InMemoryEventLog(name: "alarm")
        let clock = ManualClock()
        for expected in [0, 2] {
            let loop = try ServiceLoop<AlarmCore>(log: log, stream: EventStream(), clock: clock, logger: quiet)
            try await running(loop) { () async throws in
                if expected == 0 {
                    try await loop.decide { _, _ in
                        Decision([10, 20, 30].map { TallyCore.added($0, to: "alarm") })
                    }
                }
                clock.advance(by: .seconds(expected == 0 ? 9 : 1))
                #expect(try await loop.read(\.rung) == expected)
            }
            // The first loop is gone when the time of two alarms passes.
            if expected == 0 { clock.advance(by: .seconds(10)) }
        }
        #expect(log.head == 5)
    }

    @Test func theSystemsClockWakesTheLoop() async throws {
        let log = InMemoryEventLog(name: "alarm")
        let loop = try ServiceLoop<AlarmCore>(log: log, stream: EventStream(), logger: quiet)
        try await running(loop) { () async throws in
            try await loop.decide { _, _ in Decision([TallyCore.added(1, to: "alarm")]) }
            // No command and no read comes in between.
            try await eventually("it rings") { log.head == 2 }
        }
    }
}
