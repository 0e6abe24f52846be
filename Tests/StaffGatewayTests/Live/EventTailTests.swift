import Kernel
import Testing

@testable import StaffGateway

@Suite struct EventTailTests {
    private static func event(_ service: String, _ position: UInt64) -> RecordedEvent {
        RecordedEvent(
            service: service, position: position, stream: "order/o", version: position, type: "T", time: Make.now,
            cause: nil, payload: [])
    }

    @Test func whatWasReadAndWhatArrivedMeanwhileComesOnce() {
        var tail = EventTail()
        tail.arrive(Self.event("orders", 3))
        tail.beginReading()
        tail.arrive(Self.event("orders", 4))
        tail.arrive(Self.event("orders", 5))
        tail.read((1...4).map { Self.event("orders", $0) }, ends: ["orders": 4, "depot": 70])
        #expect(tail.take(3).map(\.position) == [1, 2, 3])
        #expect(tail.seen == LogPositions(["orders": 3]), "the ends count once everything is taken")
        #expect(tail.take(9).map(\.position) == [4, 5])
        #expect(tail.seen == LogPositions(["orders": 5, "depot": 70]))
        tail.arrive(Self.event("depot", 71))
        #expect(tail.take(9).map(\.position) == [71] && !tail.needsReading)
    }

    @Test func whoIsSlowReadsLaterFromTheLog() {
        var tail = EventTail(capacity: 2)
        tail.beginReading()
        tail.read([], ends: ["orders": 0])
        for position in UInt64(1)...5 { tail.arrive(Self.event("orders", position)) }
        #expect(tail.needsReading)
        #expect(tail.take(9).map(\.position) == [1, 2])
        tail.beginReading()
        tail.read((1...5).map { Self.event("orders", $0) }, ends: ["orders": 5])
        #expect(tail.take(9).map(\.position) == [3, 4, 5] && !tail.needsReading)
    }

    /// Logs that grow at random moments, a reader that sees them late, a client that takes when it likes.
    @Test(arguments: 0..<300)
    func everyEventComesOnceAndInOrder(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let services = ["orders", "payments", "depot"]
        var logs: [String: UInt64] = [:]
        /// What was recorded and the tail has not yet been told of.
        var coming: [RecordedEvent] = []
        var reading: (events: [RecordedEvent], ends: [String: UInt64])?
        var from: [String: UInt64] = [:]
        for service in services {
            logs[service] = UInt64.random(in: 0...20, using: &random)
            from[service] = UInt64.random(in: 0...(logs[service] ?? 0), using: &random)
        }
        var tail = EventTail(after: LogPositions(from), capacity: Int.random(in: 1...6, using: &random))
        var taken: [String: [UInt64]] = [:]
        func step(isQuiet: Bool) {
            switch Int.random(in: 0..<(isQuiet ? 4 : 6), using: &random) {
            case 0:
                if !coming.isEmpty { tail.arrive(coming.removeFirst()) }
            case 1:
                if tail.needsReading, tail.isEmpty, reading == nil {
                    tail.beginReading()
                    // What was recorded by now is on disk, told of or not.
                    let events = services.flatMap { service in
                        let (first, last) = (tail.seen.byService[service] ?? 0, logs[service] ?? 0)
                        return first < last ? ((first + 1)...last).map { Self.event(service, $0) } : []
                    }
                    reading = (events, logs)
                }
            case 2:
                if let read = reading {
                    tail.read(read.events, ends: read.ends)
                    reading = nil
                }
            case 3:
                for event in tail.take(Int.random(in: 1...4, using: &random)) {
                    taken[event.service, default: []].append(event.position)
                }
            default:
                let service = services[Int.random(in: 0..<3, using: &random)]
                logs[service, default: 0] += 1
                coming.append(Self.event(service, logs[service] ?? 0))
            }
        }
        for _ in 0..<400 { step(isQuiet: false) }
        for _ in 0..<1_000 { step(isQuiet: true) }
        for service in services {
            let (first, last) = (from[service] ?? 0, logs[service] ?? 0)
            #expect(taken[service] ?? [] == (first < last ? Array((first + 1)...last) : []), "\(service), seed \(seed)")
            #expect(tail.seen.byService[service] ?? 0 == last)
        }
    }
}
