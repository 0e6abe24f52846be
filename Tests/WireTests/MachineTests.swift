import Messages
import Testing

@testable import Wire

/// A machine with its clock, as tests drive it.
struct Driven {
    typealias Frame = WireV1.Frame
    typealias Kind = WireV1.Frame.Kind

    var machine: ConnectionMachine
    var time = MonotonicTime(nanoseconds: 1_000_000_000)

    /// A machine that waits for Hello.
    init(_ role: ConnectionMachine.Role, limits: WireLimits = WireLimits()) {
        machine = ConnectionMachine(role: role, limits: limits, agent: "test")
        machine.start(since: time, now: time)
        _ = machine.takeEffects()
    }

    /// A machine that has heard Hello.
    static func open(
        _ role: ConnectionMachine.Role, limits: WireLimits = WireLimits(),
        hello: WireV1.Hello = .init(minVersion: 1, maxVersion: 1)
    ) -> Driven {
        var driven = Driven(role, limits: limits)
        _ = driven.receive(.hello(hello))
        return driven
    }

    mutating func receive(_ kind: Kind?, on stream: UInt32 = 0, end: Bool = false) -> [ConnectionEffect] {
        machine.received(Frame(streamID: stream, kind: kind, end: end), now: time)
        return machine.takeEffects()
    }

    mutating func message(on stream: UInt32, bytes: Int = 100, end: Bool = false) -> MessageArrival {
        machine.receivedMessage(stream, payloadBytes: bytes, end: end)
    }

    mutating func after(_ duration: Duration) -> [ConnectionEffect] {
        time = time + duration
        machine.timerFired(now: time)
        return machine.takeEffects()
    }

    /// Server: call 1 is open.
    mutating func withCall(_ stream: UInt32 = 1, timeoutMs: UInt32 = 0) {
        _ = receive(.open(.init(method: "/a.B/C", timeoutMs: timeoutMs)), on: stream)
    }
}

extension [ConnectionEffect] {
    /// The kind of trouble that ended the connection, with the code of its GoAway.
    var failure: (refusal: WireRefusal, code: WireV1.Code)? {
        var refusal: WireRefusal?
        var code: WireV1.Code?
        var isClosed = false
        for effect in self {
            switch effect {
            case .refused(let reason, _): refusal = reason
            case .write(let frame): if case .goAway(let goAway) = frame.kind { code = goAway.code }
            case .close: isClosed = true
            default: break
            }
        }
        guard let refusal, let code, isClosed else { return nil }
        return (refusal, code)
    }

    var written: [WireV1.Frame] {
        compactMap { if case .write(let frame) = $0 { frame } else { nil } }
    }
}

@Suite struct MachineTests {
    // MARK: Hello

    @Test func clientSpeaksFirstAndServerAnswers() {
        var client = ConnectionMachine(role: .client, limits: WireLimits(), agent: "c")
        var server = ConnectionMachine(role: .server, limits: WireLimits(), agent: "s")
        let now = MonotonicTime(nanoseconds: 5)
        client.start(since: now, now: now)
        server.start(since: now, now: now)
        #expect(server.takeEffects().isEmpty)
        let hello = client.takeEffects().written
        #expect(hello.count == 1)
        server.received(hello[0], now: now)
        let answer = server.takeEffects()
        #expect(answer.count == 2)
        #expect(answer.last == .ready(agent: "c"))
        client.received(answer.written[0], now: now)
        #expect(client.takeEffects() == [.ready(agent: "s")])
        #expect(client.phase == .open && server.phase == .open)
    }

    @Test func aKnownPeerHasItsOwnLimitsButTheSizesThatWereSetUp() throws {
        var base = WireLimits()
        base.maxStreams = 1
        base.maxOpensPerSecond = 1
        var more = WireLimits()
        more.maxFrameBytes = 1 << 20
        more.initialCreditBytes = 1 << 20
        more.maxStreams = 50
        more.maxOpensPerSecond = 40
        var server = ConnectionMachine(role: .server, limits: base, agent: "s")
        let now = MonotonicTime(nanoseconds: 5)
        server.adopt(more)
        server.start(since: now, now: now)
        // It is too late for others now.
        server.adopt(base)
        server.received(.init(kind: .hello(.init(minVersion: 1, maxVersion: 1))), now: now)
        guard case .hello(let hello)? = server.takeEffects().written.first?.kind else {
            Issue.record("no Hello")
            return
        }
        #expect(hello.maxStreams == 50 && hello.maxFrameBytes == 65_536 && hello.initialCreditBytes == 65_536)
        for stream in 1...41 as ClosedRange<UInt32> {
            server.received(.init(streamID: stream, kind: .open(.init(method: "/a.B/C"))), now: now)
            let effects = server.takeEffects()
            if stream <= 40 {
                #expect(effects.failure == nil)
            } else {
                #expect(try #require(effects.failure).refusal == .tooManyOpens)
            }
        }
    }

    @Test(arguments: [(0, 0), (2, 3), (2, 1)] as [(UInt32, UInt32)])
    func noVersionInCommon(low: UInt32, high: UInt32) throws {
        var server = Driven(.server)
        let effects = server.receive(.hello(.init(minVersion: low, maxVersion: high)))
        #expect(try #require(effects.failure) == (.version, .unimplemented))
        // Its own Hello comes first all the same, with the versions that it knows.
        guard case .hello? = effects.written.first?.kind else {
            Issue.record("no Hello")
            return
        }
    }

    @Test func noHelloInTime() throws {
        var server = Driven(.server)
        #expect(server.after(.seconds(9)).isEmpty)
        #expect(try #require(server.after(.seconds(1)).failure) == (.handshakeTimeout, .unavailable))
        #expect(server.machine.nextTimer == nil)
    }

    @Test func lowHelloMeansTheDefaults() {
        var server = Driven.open(
            .server, hello: .init(minVersion: 1, maxVersion: 9, maxFrameBytes: 1, initialCreditBytes: 1))
        server.withCall()
        #expect(server.machine.send(1, payloadBytes: 65_000) == .write)
        #expect(server.machine.send(1, payloadBytes: 65_536) == .tooLarge(limit: 65_520))
    }

    @Test func callsBegunBeforeHelloGetTheRestOfTheirCredit() throws {
        var client = Driven(.client)
        let id = try client.machine.open(.init(method: "/a.B/C"), deadline: nil, now: client.time).get()
        for _ in 0..<2 { #expect(client.machine.send(id, payloadBytes: 60_000) == .write) }
        #expect(client.machine.send(id, payloadBytes: 1) == .blocked)
        _ = client.machine.takeEffects()
        let effects = client.receive(.hello(.init(minVersion: 1, maxVersion: 1, initialCreditBytes: 200_000)))
        #expect(effects.contains(.writable(stream: id)))
        #expect(client.machine.send(id, payloadBytes: 60_000) == .write)
    }

    // MARK: Each state against each input

    static let kinds: [Driven.Kind?] = [
        nil, .hello(.init(minVersion: 1, maxVersion: 1)), .open(.init(method: "/a.B/C")), .headers(.init()),
        .status(.init()),
        .reset(.init(code: .cancelled)), .credit(.init(bytes: 10)), .ping(.init(opaque: 4)), .goAway(.init()),
    ]

    enum Outcome { case fine, violation }

    /// Where a frame may come: on stream 0, on the open stream 1, on stream 5 that never was. The rest are faults.
    static func allowed(_ role: ConnectionMachine.Role, _ kind: Driven.Kind?, on stream: UInt32) -> Bool {
        switch (kind, stream) {
        case (nil, 0), (.ping, 0), (.goAway, 0), (nil, 1), (.credit, 1), (.reset, 1): true
        case (.open, 5): role == .server
        case (.headers, 1), (.status, 1): role == .client
        default: false
        }
    }

    @Test(arguments: [ConnectionMachine.Role.server, .client], [0, 1, 5] as [UInt32])
    func openConnection(role: ConnectionMachine.Role, stream: UInt32) throws {
        for kind in Self.kinds {
            var driven = Driven.open(role)
            if role == .server {
                driven.withCall()
            } else {
                _ = driven.machine.open(.init(method: "/a.B/C"), deadline: nil, now: driven.time)
                _ = driven.machine.takeEffects()
            }
            let effects = driven.receive(kind, on: stream)
            if Self.allowed(role, kind, on: stream) {
                #expect(effects.failure == nil, "\(String(describing: kind)) on \(stream)")
            } else {
                let failure = try #require(effects.failure, "\(String(describing: kind)) on \(stream)")
                #expect(failure == (.protocolViolation, .internal))
                #expect(driven.machine.phase == .closed)
                // The call that was open is over, once.
                #expect(effects.filter { if case .over(1, _) = $0 { true } else { false } }.count == 1)
            }
        }
    }

    @Test(arguments: [ConnectionMachine.Role.server, .client])
    func beforeHelloNothingElseIsTaken(role: ConnectionMachine.Role) throws {
        for kind in Self.kinds {
            for stream in [0, 1] as [UInt32] {
                var driven = Driven(role)
                let effects = driven.receive(kind, on: stream)
                if case .hello? = kind, stream == 0 {
                    #expect(effects.failure == nil)
                } else {
                    #expect(try #require(effects.failure) == (.protocolViolation, .internal))
                }
            }
        }
        var driven = Driven(role)
        #expect(driven.message(on: 1) == .drop)
        #expect(try #require(driven.machine.takeEffects().failure) == (.protocolViolation, .internal))
    }

    @Test(arguments: [ConnectionMachine.Role.server, .client])
    func afterTheEndEverythingIsIgnored(role: ConnectionMachine.Role) {
        var driven = Driven.open(role)
        driven.machine.connectionLost("test")
        _ = driven.machine.takeEffects()
        for kind in Self.kinds { #expect(driven.receive(kind, on: 1).isEmpty) }
        #expect(driven.message(on: 1) == .drop)
        driven.machine.received(FrameError.empty)
        driven.machine.drain("x", reconnectAfterMs: 0, grace: .zero, now: driven.time)
        #expect(driven.after(.seconds(1_000)).isEmpty)
        #expect(driven.machine.send(1, payloadBytes: 1) == .over)
        #expect(throws: WireStatus.self) {
            try driven.machine.open(.init(), deadline: nil, now: driven.time).get()
        }
    }

    @Test(arguments: [
        (FrameError.empty, WireRefusal.badFrame, WireV1.Code.internal),
        (.tooLong(1 << 32 - 1), .frameTooLong, .resourceExhausted), (.malformed("x"), .badFrame, .internal),
    ])
    func brokenFrame(error: FrameError, refusal: WireRefusal, code: WireV1.Code) throws {
        var driven = Driven.open(.server)
        driven.machine.received(error)
        #expect(try #require(driven.machine.takeEffects().failure) == (refusal, code))
    }
}
