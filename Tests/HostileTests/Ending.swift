import Messages

@testable import Wire

// Statuses, resets, half-closes, pings and goodbyes.
extension Catalogue {
    mutating func statusAndReset() {
        server("Status from a client", Self.violation) { victim in
            victim.open(1)
            victim.frame(.status(.init()), on: 1)
        }
        server("Headers from a client", Self.violation) { victim in
            victim.open(1)
            victim.frame(.headers(.init()), on: 1)
        }
        server("Status on stream 0", Self.violation) { $0.frame(.status(.init())) }
        server("Headers on stream 0", Self.violation) { $0.frame(.headers(.init())) }
        server("Reset on stream 0", Self.violation) { $0.frame(.reset(.init())) }
        server("Reset of a call that never was", Self.violation) { $0.frame(.reset(.init()), on: 1) }
        client("Reset of a call that never was", Self.violation) { $0.frame(.reset(.init()), on: 2) }
        client("Headers twice", Self.violation) { victim in
            for _ in 0..<2 { victim.frame(.headers(.init()), on: 1) }
        } check: {
            $0.ends(of: 1) == [.unavailable]
        }
        client("Headers behind a message", Self.violation) { victim in
            victim.message(1)
            victim.frame(.headers(.init()), on: 1)
        }
        client("a status twice: the first counts", .call(1, .notFound, nil)) { victim in
            victim.frame(.status(.init(code: .notFound)), on: 1)
            victim.frame(.status(.init(code: .ok)), on: 1)
        }
        client("a status behind a reset", .call(1, .aborted, nil)) { victim in
            victim.frame(.reset(.init(code: .aborted)), on: 1)
            victim.frame(.status(.init(code: .ok)), on: 1)
        }
        client("a status with a code that there is not", .call(1, .unknown, nil)) {
            $0.frame(.status(.init(code: .init(rawValue: 99))), on: 1)
        }
        client("a status with a negative code", .call(1, .unknown, nil)) {
            $0.frame(.status(.init(code: .init(rawValue: -1))), on: 1)
        }
        client("a reset that says OK is no success", .call(1, .unknown, nil)) {
            $0.frame(.reset(.init(code: .ok)), on: 1)
        }
        server("a reset that says OK is no success", .call(1, .cancelled, nil)) { victim in
            victim.open(1)
            victim.frame(.reset(.init(code: .ok)), on: 1)
        }
        server("a reset twice", .call(1, .cancelled, nil)) { victim in
            victim.open(1)
            for _ in 0..<2 { victim.frame(.reset(.init(code: .cancelled)), on: 1) }
        }
        client("a status's message of 60,000 bytes is cut", .call(1, .aborted, nil)) {
            $0.frame(.status(.init(code: .aborted, message: String(repeating: "x", count: 60_000))), on: 1)
        } check: { victim in
            victim.effects.allSatisfy {
                if case .over(_, let status) = $0 { status.message.utf8.count <= 8_200 } else { true }
            }
        }
        client("a flood of resets from a server ends nothing but its calls", .nobody) { victim in
            for id in 1...2_000 as ClosedRange<UInt32> {
                victim.frame(.reset(.init(code: .aborted)), on: id)
                victim.call()
            }
        } check: {
            $0.ends(of: 2_000) == [.aborted]
        }
        client("a status flood for one call", Self.controls) { victim in
            for _ in 0...20_001 { victim.frame(.status(.init()), on: 1) }
        }
    }

    mutating func pingAndGoAway() {
        server("more pings than allowed in a minute", .connection(.tooManyPings, .resourceExhausted)) { victim in
            for opaque in 0...120 as ClosedRange<UInt64> { victim.frame(.ping(.init(opaque: opaque))) }
        } check: { victim in
            victim.written.count { if case .ping(let ping)? = $0.kind { ping.ack } else { false } } == 120
        }
        client("more pings than allowed in a minute", .connection(.tooManyPings, .resourceExhausted)) { victim in
            for opaque in 0...120 as ClosedRange<UInt64> { victim.frame(.ping(.init(opaque: opaque))) }
        }
        server("pings as fast as allowed, for ten minutes", .nobody) { victim in
            for minute in 0..<10 as Range<UInt64> {
                for opaque in 0..<120 as Range<UInt64> { victim.frame(.ping(.init(opaque: minute << 32 + opaque))) }
                victim.time = victim.time + .seconds(60)
            }
        }
        server("the largest opaque comes back", .nobody) {
            $0.frame(.ping(.init(opaque: .max)))
        } check: { victim in
            victim.written.contains(.init(kind: .ping(.init(opaque: .max, ack: true))))
        }
        server("answers to pings that nobody sent", .nobody) { victim in
            for opaque in 0..<1_000 as Range<UInt64> { victim.frame(.ping(.init(opaque: opaque, ack: true))) }
        } check: {
            $0.written.count == 1
        }
        server("a flood of answers to pings", Self.controls) { victim in
            for _ in 0...20_000 { victim.frame(.ping(.init(opaque: 1, ack: true))) }
        }
        server("Ping on a call", Self.violation) { victim in
            victim.open(1)
            victim.frame(.ping(.init(opaque: 1)), on: 1)
        }
        server("GoAway on a call", Self.violation) { victim in
            victim.open(1)
            victim.frame(.goAway(.init()), on: 1)
        }
        server("GoAway, and then calls all the same", Self.violation) { victim in
            victim.open(1)
            victim.frame(.goAway(.init()))
            victim.open(3)
            victim.frame(.headers(.init()), on: 3)
        }
        server("GoAway ends the connection with its last call", .closed([])) { victim in
            victim.open(1)
            victim.frame(.goAway(.init(message: "bye")))
            victim.answer(1)
        } check: {
            $0.told(of: 1) == [.ok]
        }
        server("GoAway without calls", .closed([])) { $0.frame(.goAway(.init())) }
        client("GoAway before all calls", .closed([])) { victim in
            victim.call()
            victim.frame(.goAway(.init(lastStreamID: 0, code: .unavailable, reconnectAfterMs: .max)))
        } check: {
            $0.ends(of: 1) == [.unavailable] && $0.ends(of: 2) == [.unavailable]
        }
        client("GoAway of 60,000 bytes is cut", .closed([])) {
            $0.frame(.goAway(.init(code: .internal, message: String(repeating: "x", count: 60_000))))
        } check: { victim in
            victim.effects.allSatisfy {
                if case .goingAway(_, _, let message) = $0 { message.utf8.count <= 1_030 } else { true }
            }
        }
        client("a server that leaves and talks on to a call above the last", Self.noCredit) { victim in
            victim.call()
            victim.frame(.goAway(.init(lastStreamID: 1)))
            for _ in 0..<4 { victim.message(2, bytes: 60_000) }
        } check: {
            $0.ends(of: 1) == [.unavailable] && $0.ends(of: 2) == [.unavailable]
        }
        client("a flood of GoAway", Self.controls) {
            $0.maxControlFramesPerSecond = 50
        } _: { victim in
            for _ in 0...50 { victim.frame(.goAway(.init(lastStreamID: 1))) }
        }
    }

    mutating func ends() {
        server("end twice", .nobody) { victim in
            victim.open(1)
            for _ in 0..<2 { victim.frame(nil, on: 1, end: true) }
        } check: { victim in
            victim.effects.count { $0 == .end(stream: 1) } == 1
        }
        server("end on a stream that never was", Self.violation) { $0.frame(nil, on: 1, end: true) }
        server("end of the connection", .nobody) { $0.frame(nil, end: true) }
        server("end of a call that is over", .nobody) { victim in
            victim.open(1)
            victim.answer(1)
            victim.frame(nil, on: 1, end: true)
        }
        client("a server's end means nothing", .nobody) {
            $0.frame(nil, on: 1, end: true)
        } check: { victim in
            victim.machine.streams[1] != nil && !victim.effects.contains(.end(stream: 1))
        }
        server("end along with credit", .nobody) { victim in
            victim.open(1)
            victim.frame(.credit(.init(bytes: 1)), on: 1, end: true)
        } check: {
            $0.machine.streams[1]?.hasReceivedEnd == true
        }
        server("a reset along with end", .call(1, .cancelled, nil)) { victim in
            victim.open(1)
            victim.frame(.reset(.init(code: .cancelled)), on: 1, end: true)
        } check: { victim in
            !victim.effects.contains(.end(stream: 1))
        }
        server("frames with nothing in them, on a call", Self.controls) { victim in
            victim.open(1)
            for _ in 0...20_000 { victim.frame(nil, on: 1) }
        }
        server("frames with nothing in them, on the connection", Self.controls) { victim in
            for _ in 0...20_000 { victim.body([0x78, 0]) }
        }
    }
}
