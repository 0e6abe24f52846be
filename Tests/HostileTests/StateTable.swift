import Messages
import Testing

@testable import Wire

/// Each state against each input.
///
/// `.` nothing comes of it, `+` it takes effect and the connection goes on, `x` it breaks the protocol and ends the
/// connection, `c` messages without credit end it, `=` it ends the connection in order.
@Suite struct StateTable {
    /// What a peer sends. Stream 1 is the call of the state; 9 was never opened.
    static let inputs: [(name: String, send: @Sendable (inout Victim) -> Void)] = [
        ("hello/0", { $0.hello() }),
        ("hello/1", { $0.frame(.hello(.init(minVersion: 1, maxVersion: 1)), on: 1) }),
        ("open/1", { $0.open(1) }), ("open/9", { $0.open(9) }), ("open/0", { $0.open(0) }),
        ("message/0", { $0.message(0) }), ("message/1", { $0.message(1) }), ("message/9", { $0.message(9) }),
        ("headers/0", { $0.frame(.headers(.init())) }), ("headers/1", { $0.frame(.headers(.init()), on: 1) }),
        ("headers/9", { $0.frame(.headers(.init()), on: 9) }),
        ("status/0", { $0.frame(.status(.init())) }), ("status/1", { $0.frame(.status(.init()), on: 1) }),
        ("status/9", { $0.frame(.status(.init()), on: 9) }),
        ("reset/0", { $0.frame(.reset(.init())) }), ("reset/1", { $0.frame(.reset(.init()), on: 1) }),
        ("reset/9", { $0.frame(.reset(.init()), on: 9) }),
        ("credit/0", { $0.frame(.credit(.init(bytes: 9))) }),
        ("credit/1", { $0.frame(.credit(.init(bytes: 9)), on: 1) }),
        ("credit/9", { $0.frame(.credit(.init(bytes: 9)), on: 9) }),
        ("ping/0", { $0.frame(.ping(.init(opaque: 1))) }), ("ping/1", { $0.frame(.ping(.init(opaque: 1)), on: 1) }),
        ("pong/0", { $0.frame(.ping(.init(opaque: 1, ack: true))) }),
        ("goaway/0", { $0.frame(.goAway(.init(lastStreamID: 9))) }),
        ("goaway/1", { $0.frame(.goAway(.init(lastStreamID: 9)), on: 1) }),
        ("end/0", { $0.frame(nil, end: true) }), ("end/1", { $0.frame(nil, on: 1, end: true) }),
        ("end/9", { $0.frame(nil, on: 9, end: true) }),
        ("unknown/0", { $0.body([0xA2, 6, 0]) }), ("unknown/1", { $0.body([8, 1, 0xA2, 6, 0]) }),
        ("unknown/9", { $0.body([8, 9, 0xA2, 6, 0]) }),
    ]

    static let states: [(name: String, role: ConnectionMachine.Role, reach: @Sendable (inout Victim) -> Void)] = [
        ("server, before Hello", .server, { _ in }),
        ("server, no calls", .server, { $0.hello() }),
        (
            "server, call open", .server,
            {
                $0.hello(); $0.open(1)
            }
        ),
        (
            "server, half-closed", .server,
            {
                $0.hello(); $0.open(1, end: true)
            }
        ),
        (
            "server, call over", .server,
            {
                $0.hello(); $0.open(1); $0.answer(1)
            }
        ),
        (
            "server, call reset", .server,
            {
                $0.hello(); $0.open(1); $0.frame(.reset(.init()), on: 1)
            }
        ),
        (
            "server, leaving", .server,
            {
                $0.hello(); $0.open(1); $0.leave()
            }
        ),
        (
            "server, peer leaving", .server,
            {
                $0.hello(); $0.open(1); $0.frame(.goAway(.init()))
            }
        ),
        (
            "server, closed", .server,
            {
                $0.hello(); $0.open(1); $0.bytes([0, 0, 0, 0])
            }
        ),
        ("client, before Hello", .client, { $0.call() }),
        ("client, no calls", .client, { $0.hello() }),
        (
            "client, call open", .client,
            {
                $0.hello(); $0.call()
            }
        ),
        (
            "client, past headers", .client,
            {
                $0.hello(); $0.call(); $0.message(1)
            }
        ),
        (
            "client, call over", .client,
            {
                $0.hello(); $0.call(); $0.frame(.status(.init()), on: 1)
            }
        ),
        (
            "client, call cancelled", .client,
            {
                $0.hello(); $0.call(); $0.cancel(1)
            }
        ),
        (
            "client, leaving", .client,
            {
                $0.hello(); $0.call(); $0.leave()
            }
        ),
        (
            "client, peer leaving", .client,
            {
                $0.hello(); $0.call(); $0.frame(.goAway(.init(lastStreamID: 9)))
            }
        ),
        (
            "client, closed", .client,
            {
                $0.hello(); $0.call(); $0.bytes([0, 0, 0, 0])
            }
        ),
    ]

    /// A column for each state in turn, a row for each input.
    static let table: [(input: String, server: String, client: String)] = [
        //              b n o h o r l p c    b n o h o c l p c
        ("hello/0", "  + x x x x x x x .", "+ x x x x x x x ."),
        ("hello/1", "  x x x x x x x x .", "x x x x x x x x ."),
        ("open/1", "   x + x x x x x x .", "x x x x x x x x ."),
        ("open/9", "   x + + + + + + + .", "x x x x x x x x ."),
        ("open/0", "   x x x x x x x x .", "x x x x x x x x ."),
        ("message/0", "x x x x x x x x .", "x x x x x x x x ."),
        ("message/1", "x x + x . c + + .", "x x + + c . + + ."),
        ("message/9", "x x x x x x x x .", "x x x x x x x x ."),
        ("headers/0", "x x x x x x x x .", "x x x x x x x x ."),
        ("headers/1", "x x x x . . x x .", "x x + x . . + + ."),
        ("headers/9", "x x x x x x x x .", "x x x x x x x x ."),
        ("status/0", " x x x x x x x x .", "x x x x x x x x ."),
        ("status/1", " x x x x . . x x .", "x x + + . . = = ."),
        ("status/9", " x x x x x x x x .", "x x x x x x x x ."),
        ("reset/0", "  x x x x x x x x .", "x x x x x x x x ."),
        ("reset/1", "  x x + + . . = = .", "x x + + . . = = ."),
        ("reset/9", "  x x x x x x x x .", "x x x x x x x x ."),
        ("credit/0", " x x x x x x x x .", "x x x x x x x x ."),
        ("credit/1", " x x + + . . + + .", "x x + + . . + + ."),
        ("credit/9", " x x x x x x x x .", "x x x x x x x x ."),
        ("ping/0", "   x + + + + + + + .", "x + + + + + + + ."),
        ("ping/1", "   x x x x . . x x .", "x x x x . . x x ."),
        ("pong/0", "   x . . . . . . . .", "x . . . . . . . ."),
        ("goaway/0", " x = + + = = + . .", "x = + + = = + + ."),
        ("goaway/1", " x x x x . . x x .", "x x x x . . x x ."),
        ("end/0", "    x . . . . . . . .", "x . . . . . . . ."),
        ("end/1", "    x x + . . . + + .", "x x . . . . . . ."),
        ("end/9", "    x x x x x x x x .", "x x x x x x x x ."),
        ("unknown/0", "x . . . . . . . .", "x . . . . . . . ."),
        ("unknown/1", "x x . . . . . . .", "x x . . . . . . ."),
        ("unknown/9", "x x x x x x x x .", "x x x x x x x x ."),
    ]

    @Test(arguments: 0..<31)
    func eachStateAgainst(input index: Int) throws {
        let input = Self.inputs[index]
        let row = Self.table[index]
        try #require(row.input == input.name)
        let expected = (row.server + " " + row.client).filter { $0 != " " }
        try #require(expected.count == Self.states.count)
        for (state, wanted) in zip(Self.states, expected) {
            var victim = Victim(state.role, limits: WireLimits())
            state.reach(&victim)
            let effects = victim.effects.count
            let before = Self.facts(victim)
            input.send(&victim)
            #expect(
                Self.outcome(victim, since: effects, changed: Self.facts(victim) != before) == wanted,
                "\(state.name), \(input.name)")
        }
    }

    @Test func theTableIsWhole() {
        #expect(Self.inputs.count == 31 && Self.table.count == 31 && Self.states.count == 18)
        // Each kind of outcome is in it: a machine that always answers the same cannot pass.
        #expect(Set(Self.table.flatMap { $0.server + $0.client }) == Set(" .+xc="))
    }

    /// What an input may change beside what it makes the machine do.
    private static func facts(_ victim: Victim) -> [Int] {
        [
            victim.delivered.values.reduce(0, +), Int(victim.machine.lastStream), victim.machine.streams.count,
            victim.machine.streams.values.reduce(0) { $0 + $1.sendCredit + ($1.hasReceivedEnd ? 1 << 40 : 0) },
            victim.machine.streams.values.reduce(0) { $0 + ($1.isPastHeaders ? 1 : 0) },
            victim.machine.hasReceivedGoAway ? 1 : 0,
        ]
    }

    private static func outcome(_ victim: Victim, since start: Int, changed: Bool) -> Character {
        let new = victim.effects[start...]
        for case .refused(let reason, _) in new { return reason == .credit ? "c" : "x" }
        if new.contains(where: { if case .close = $0 { true } else { false } }) { return "=" }
        return changed || !new.isEmpty ? "+" : "."
    }
}

extension Victim {
    mutating func leave() {
        machine.drain("bye", reconnectAfterMs: 0, grace: .seconds(60), now: time)
        note()
    }
}
