import Messages

@testable import Wire

// The first frame.
extension Catalogue {
    mutating func hello() {
        server("Ping first", Self.violation, greeted: false) { $0.frame(.ping(.init(opaque: 1))) }
        server("Open first", Self.violation, greeted: false) {
            $0.open(1)
        } check: {
            $0.begun.isEmpty
        }
        server("a message first", Self.violation, greeted: false) {
            $0.message(1)
        } check: {
            $0.delivered.isEmpty
        }
        server("a message on stream 0 first", Self.violation, greeted: false) { $0.message(0) }
        server("Credit first", Self.violation, greeted: false) { $0.frame(.credit(.init(bytes: 1)), on: 1) }
        server("Reset first", Self.violation, greeted: false) { $0.frame(.reset(.init()), on: 1) }
        server("GoAway first", Self.violation, greeted: false) { $0.frame(.goAway(.init())) }
        server("an unknown kind first", Self.violation, greeted: false) { $0.body([0xA2, 6, 1, 1]) }
        client("a server that begins with a status", Self.violation, greeted: false) { victim in
            victim.call()
            victim.frame(.status(.init()), on: 1)
        } check: {
            $0.ends(of: 1) == [.unavailable]
        }
        client("a server that begins with GoAway", Self.violation, greeted: false) { $0.frame(.goAway(.init())) }
        server("a second Hello", Self.violation) { $0.hello() }
        client("a second Hello", Self.violation) { $0.hello() }
        server("Hello on stream 1", Self.violation, greeted: false) {
            $0.frame(.hello(.init(minVersion: 1, maxVersion: 1)), on: 1)
        }
        let noVersion = HostileCase.Outcome.connection(.version, .unimplemented)
        server("an empty Hello", noVersion, greeted: false) { $0.frame(.hello(.init())) }
        server("version 0 only", noVersion, greeted: false) { $0.hello(0, 0) }
        server("versions of the future only", noVersion, greeted: false) { $0.hello(2, .max) }
        server("versions upside down", noVersion, greeted: false) { $0.hello(2, 1) }
        client("a server of the future", noVersion, greeted: false) { $0.hello(2, 3) }
        server("every version there can be", .nobody, greeted: false) { $0.hello(0, .max) }
        server("a Hello that ends nothing", .nobody, greeted: false) {
            $0.frame(.hello(.init(minVersion: 1, maxVersion: 1)), end: true)
        }
        server("limits below the least mean the least", .nobody, greeted: false) { victim in
            victim.frame(.hello(.init(minVersion: 1, maxVersion: 1, maxFrameBytes: 1, initialCreditBytes: 1)))
            victim.open(1)
        } check: { victim in
            var victim = victim
            return victim.machine.send(1, payloadBytes: 65_000) == .write
        }
        server("credit of 4 GiB in Hello is taken as the most there is", .nobody, greeted: false) { victim in
            victim.frame(.hello(.init(minVersion: 1, maxVersion: 1, initialCreditBytes: .max)))
            victim.open(1)
        } check: {
            $0.machine.streams[1]?.sendCredit == ConnectionMachine.maxCredit
        }
        client("a server that takes no streams takes the default", .nobody, greeted: false) { victim in
            victim.frame(.hello(.init(minVersion: 1, maxVersion: 1, maxStreams: 0)))
            for _ in 0..<101 { victim.call() }
        } check: {
            $0.machine.streams.count == 100
        }
        server("an agent of 60,000 bytes is cut", .nobody, greeted: false) {
            $0.hello(agent: String(repeating: "é", count: 30_000))
        } check: { victim in
            victim.effects.contains { if case .ready(let agent) = $0 { agent.utf8.count <= 130 } else { false } }
        }
        server("a million versions of nothing in Hello's unknown fields", Self.badFrame, greeted: false) { victim in
            victim.body([0x1A, 0x80, 0x80, 2] + Array(repeating: [0x50, 1] as [UInt8], count: 16_384).flatMap { $0 })
        }
    }
}
