import Messages

@testable import Wire

// Peers that are slow, silent, or make much of little.
extension Catalogue {
    mutating func time() {
        let late = HostileCase.Outcome.connection(.handshakeTimeout, .unavailable)
        server("no Hello at all", late, greeted: false) { $0.wait(.seconds(10)) }
        client("a server without a Hello", late, greeted: false) { victim in
            victim.call()
            victim.wait(.seconds(10))
        } check: {
            $0.ends(of: 1) == [.unavailable]
        }
        server("Hello a byte a second", late, greeted: false) { victim in
            let hello = FrameEncoder.encode(.init(kind: .hello(.init(minVersion: 1, maxVersion: 1, agent: "slow"))))
            for byte in hello.prefix(10) {
                victim.bytes([byte])
                victim.wait(.seconds(1))
            }
        }
        server("Hello at the last moment", .nobody, greeted: false) { victim in
            victim.wait(.milliseconds(9_999))
            victim.hello()
            victim.wait(.seconds(1))
        }
        let silent = HostileCase.Outcome.connection(.keepaliveTimeout, .unavailable)
        server("silence, and no answer to a ping", silent) { victim in
            victim.open(1)
            victim.wait(.seconds(30))
            victim.wait(.seconds(20))
        } check: {
            $0.ends(of: 1) == [.unavailable]
        }
        client("a server that is gone", silent) { victim in
            victim.wait(.seconds(30))
            victim.wait(.seconds(20))
        } check: {
            $0.ends(of: 1) == [.unavailable]
        }
        server("half a frame answers a ping", .nobody) { victim in
            victim.open(1)
            victim.wait(.seconds(30))
            victim.bytes([0, 0])
            victim.wait(.seconds(20))
            victim.bytes([0, 4, 0x4A, 2, 8, 1])
        }
        server("a peer that reads nothing", .connection(.slowReader, .unavailable)) { victim in
            victim.open(1)
            victim.unwritable()
            victim.wait(.seconds(30))
        } check: {
            $0.ends(of: 1) == [.unavailable]
        }
        server("a peer that reads a byte a second", .connection(.slowReader, .unavailable)) { victim in
            victim.open(1)
            // Never down to the low-water mark: for the machine that is no progress.
            for _ in 0..<30 {
                victim.unwritable()
                victim.bytes([])
                victim.wait(.seconds(1))
            }
        }
        server("a peer that talks much and reads nothing", .connection(.slowReader, .unavailable)) { victim in
            victim.open(1)
            victim.unwritable()
            for _ in 0..<30 {
                victim.message(1)
                victim.consume(1)
                victim.wait(.seconds(1))
            }
        }
        server("a peer that reads in time, again and again", .nobody) { victim in
            victim.open(1)
            for _ in 0..<10 {
                victim.unwritable()
                victim.wait(.seconds(29))
                victim.machine.writability(true, now: victim.time)
                victim.message(1, bytes: 10)
            }
        }
        server("a peer that makes us write and does not read", .connection(.tooMuchUnsent, .resourceExhausted)) {
            victim in
            victim.open(1)
            victim.machine.unsent(1_048_577)
            victim.note()
        }
        server("as much unsent as is allowed", .nobody) { victim in
            victim.machine.unsent(1_048_576)
            victim.note()
        }
        server("a connection without calls", .closed([.idle])) { victim in
            // Answers to our pings are traffic, but no calls.
            for _ in 0..<90 {
                victim.frame(.ping(.init(opaque: 1, ack: true)))
                victim.wait(.seconds(10))
            }
        } check: {
            $0.goAways.last?.code == .ok
        }
        server("pings do not keep an idle connection", .closed([.idle])) { victim in
            for opaque in 0..<45 as Range<UInt64> {
                victim.frame(.ping(.init(opaque: opaque)))
                victim.wait(.seconds(20))
            }
        } check: {
            $0.goAways.last?.code == .ok
        }
        server("a call that never ends is reset when the server leaves", .closed([])) { victim in
            victim.open(1)
            victim.machine.drain("bye", reconnectAfterMs: 1_500, grace: .seconds(5), now: victim.time)
            victim.wait(.seconds(4))
            victim.wait(.seconds(1))
        } check: {
            $0.told(of: 1) == [.unavailable] && $0.ends(of: 1) == [.unavailable]
        }
        server("a peer that does not say hello while the server leaves", .closed([]), greeted: false) { victim in
            victim.machine.drain("bye", reconnectAfterMs: 0, grace: .seconds(5), now: victim.time)
            victim.note()
        }
        client("a server that lets a deadline pass", .call(1, .unavailable, nil)) { victim in
            victim.frame(.reset(.init(code: .unavailable)), on: 1)
            victim.call(timeout: .seconds(2))
            victim.wait(.seconds(2))
        } check: {
            $0.ends(of: 2) == [.deadlineExceeded] && $0.told(of: 2) == [.deadlineExceeded]
        }
    }

    mutating func sizes() {
        server("a frame of the largest size", .nobody) { victim in
            victim.open(1)
            victim.body([8, 1, 0x12, 0xF9, 0xFF, 3] + Array(repeating: 1, count: 65_529))
        } check: {
            $0.delivered[1] == 1
        }
        server("an unknown kind on the connection", .nobody) { $0.body([0xA2, 6, 3, 1, 2, 3]) }
        server("an unknown kind on an open call", .nobody) { victim in
            victim.open(1)
            victim.body([8, 1, 0xA2, 6, 3, 1, 2, 3])
        } check: {
            $0.machine.streams[1] != nil
        }
        server("an unknown kind on a stream that never was", Self.violation) { $0.body([8, 1, 0xA2, 6, 3, 1, 2, 3]) }
        server("an unknown kind of 65,000 bytes", .nobody) {
            $0.body([0xA2, 6, 0xE8, 0xFB, 3] + Array(repeating: 0xFF, count: 65_000))
        }
        server("a flood of unknown kinds", Self.controls) { victim in
            for _ in 0...20_000 { victim.body([0xA2, 6, 0]) }
        }
        server("a method of 60,000 bytes", .nobody) {
            $0.frame(.open(.init(method: String(repeating: "/", count: 60_000))), on: 1)
        } check: {
            $0.begun == [1]
        }
        client("a message larger than the server takes is not sent", .nobody) { _ in
        } check: { victim in
            var victim = victim
            return victim.machine.send(1, payloadBytes: 65_521) == .tooLarge(limit: 65_520)
        }
        server("a reason of 60,000 bytes for a reset is cut", .call(1, .aborted, nil)) { victim in
            victim.open(1)
            victim.frame(.reset(.init(code: .aborted, message: String(repeating: "x", count: 60_000))), on: 1)
        } check: { victim in
            victim.effects.allSatisfy {
                if case .over(_, let status) = $0 { status.message.utf8.count <= 8_200 } else { true }
            }
        }
        server("a status that a handler makes of a peer's words is cut", .call(1, .notFound, nil)) { victim in
            victim.open(1)
            // One character of 60,002 bytes: a letter with very many accents.
            let name = "e" + String(repeating: "\u{301}", count: 30_000)
            victim.machine.sendStatus(1, .init(code: .notFound, message: name), now: victim.time)
            victim.note()
        } check: { victim in
            victim.written.allSatisfy { FrameEncoder.encode($0).count < 8_300 }
        }
    }
}
