import Messages
import Testing

@testable import Wire

/// Streams of one machine: opening, ending, credit, limits, time.
@Suite struct MachineStreamTests {
    @Test func aCallFromOpenToStatus() {
        var server = Driven.open(.server)
        let open = WireV1.Open(method: "/a.B/C", timeoutMs: 0)
        #expect(server.receive(.open(open), on: 3) == [.begin(stream: 3, open, deadline: nil)])
        #expect(server.message(on: 3, bytes: 100) == .deliver(cost: 100))
        #expect(server.message(on: 3, bytes: 0) == .deliver(cost: 32))
        server.machine.sendStatus(3, .init(code: .ok), now: server.time)
        #expect(server.machine.takeEffects() == [.write(.init(streamID: 3, kind: .status(.init(code: .ok))))])
        // What was on its way is dropped; a message where no stream ever was is a fault.
        #expect(server.message(on: 3) == .drop)
        #expect(server.machine.takeEffects().isEmpty)
        #expect(server.message(on: 4) == .drop)
        #expect(server.machine.takeEffects().failure?.refusal == .protocolViolation)
    }

    /// A call that the server breaks off is over like any other.
    @Test func aServersReset() {
        var server = Driven.open(.server)
        server.withCall(3)
        server.machine.reset(3, .aborted, "no more", now: server.time)
        let reset = WireV1.Reset(code: .aborted, message: "no more")
        #expect(
            server.machine.takeEffects() == [
                .write(.init(streamID: 3, kind: .reset(reset))),
                .over(stream: 3, .init(code: .aborted, message: "no more")),
            ])
        #expect(server.message(on: 3) == .drop)
        server.machine.reset(3, .aborted, "again", now: server.time)
        #expect(server.machine.takeEffects().isEmpty)
    }

    @Test func openWithEndAndEndAlone() {
        var server = Driven.open(.server)
        #expect(server.receive(.open(.init()), on: 1, end: true).last == .end(stream: 1))
        server.withCall(2)
        #expect(server.receive(nil, on: 2, end: true) == [.end(stream: 2)])
        #expect(server.receive(nil, on: 2, end: true).isEmpty)
        #expect(server.message(on: 2) == .drop)
        #expect(server.machine.takeEffects().failure?.refusal == .protocolViolation)
    }

    @Test(arguments: [1, 2, 3] as [UInt32])
    func streamNumbersOnlyRise(id: UInt32) {
        var server = Driven.open(.server)
        server.withCall(3)
        server.machine.sendStatus(3, .init(), now: server.time)
        _ = server.machine.takeEffects()
        #expect(server.receive(.open(.init()), on: id).failure?.refusal == .protocolViolation)
    }

    @Test func creditStopsAndRestartsTheSender() {
        var server = Driven.open(.server)
        server.withCall()
        var sent = 0
        while server.machine.send(1, payloadBytes: 1_000) == .write { sent += 1 }
        #expect(sent == 66)  // the last one overdraws
        #expect(server.receive(.credit(.init(bytes: 400)), on: 1).isEmpty)  // not yet above zero
        #expect(server.receive(.credit(.init(bytes: 200)), on: 1) == [.writable(stream: 1)])
        #expect(server.machine.send(1, payloadBytes: 1_000) == .write)
        #expect(server.machine.send(1, payloadBytes: 1_000) == .blocked)
    }

    @Test func aMessageWithoutCreditEndsTheConnection() {
        var server = Driven.open(.server)
        server.withCall()
        for _ in 0..<66 { #expect(server.message(on: 1, bytes: 1_000) == .deliver(cost: 1_000)) }
        #expect(server.message(on: 1, bytes: 1_000) == .drop)
        #expect(server.machine.takeEffects().failure! == (.credit, .resourceExhausted))
    }

    @Test func emptyMessagesCostCreditToo() {
        var server = Driven.open(.server)
        server.withCall()
        var taken = 0
        while case .deliver = server.message(on: 1, bytes: 0) { taken += 1 }
        #expect(taken == 65_536 / 32)
    }

    @Test func whatIsConsumedComesBack() {
        var server = Driven.open(.server)
        server.withCall()
        for _ in 0..<10_000 {
            #expect(server.message(on: 1, bytes: 60_000) == .deliver(cost: 60_000))
            server.machine.grant(1, bytes: 60_000)
        }
        #expect(server.machine.takeEffects().count == 10_000)
    }

    @Test func creditBeyondAllBounds() {
        var server = Driven.open(.server)
        server.withCall()
        #expect(server.receive(.credit(.init(bytes: .max)), on: 1).failure?.refusal == .credit)
    }

    @Test func tooManyStreams() {
        var limits = WireLimits()
        limits.maxStreams = 2
        var server = Driven.open(.server, limits: limits)
        server.withCall(1)
        server.withCall(2)
        let effects = server.receive(.open(.init()), on: 3)
        #expect(effects.first == .refused(.tooManyStreams, detail: "stream 3"))
        #expect(effects.written.count == 1)
        // Handlers that linger after a reset count, up to as many again.
        for id in 4...5 as ClosedRange<UInt32> {
            _ = server.receive(.reset(.init()), on: id - 3)
            #expect(server.receive(.open(.init()), on: id).count == 1)
        }
        _ = server.receive(.reset(.init()), on: 4)
        #expect(server.receive(.open(.init()), on: 6).first == .refused(.tooManyStreams, detail: "stream 6"))
        server.machine.handlerEnded()
        #expect(server.receive(.open(.init()), on: 7).first == .begin(stream: 7, .init(), deadline: nil))
    }

    @Test func clientWaitsForRoom() throws {
        var client = Driven.open(.client, hello: .init(minVersion: 1, maxVersion: 1, maxStreams: 1))
        let first = try client.machine.open(.init(), deadline: nil, now: client.time).get()
        #expect(throws: WireStatus.self) { try client.machine.open(.init(), deadline: nil, now: client.time).get() }
        _ = client.machine.takeEffects()
        let effects = client.receive(.status(.init(code: .notFound, message: "x")), on: first)
        #expect(effects == [.over(stream: first, .init(code: .notFound, message: "x")), .roomForCalls])
        #expect(try client.machine.open(.init(), deadline: nil, now: client.time).get() == 2)
    }

    @Test func rates() {
        var limits = WireLimits()
        limits.maxPingsPerMinute = 3
        limits.maxResetsPerSecond = 3
        limits.maxOpensPerSecond = 5
        var server = Driven.open(.server, limits: limits)
        for _ in 0..<3 { #expect(server.receive(.ping(.init(opaque: 1))).written.count == 1) }
        #expect(server.receive(.ping(.init(opaque: 1, ack: true))).isEmpty)
        #expect(server.receive(.ping(.init(opaque: 1))).failure! == (.tooManyPings, .resourceExhausted))

        server = Driven.open(.server, limits: limits)
        for id in 1...3 as ClosedRange<UInt32> {
            server.withCall(id)
            #expect(server.receive(.reset(.init(code: .cancelled)), on: id).count == 1)
        }
        server.withCall(4)
        #expect(server.receive(.reset(.init()), on: 4).failure! == (.tooManyResets, .resourceExhausted))

        server = Driven.open(.server, limits: limits)
        for id in 1...5 as ClosedRange<UInt32> { server.withCall(id) }
        #expect(server.receive(.open(.init()), on: 6).failure! == (.tooManyOpens, .resourceExhausted))
        server = Driven.open(.server, limits: limits)
        for id in 1...50 as ClosedRange<UInt32> {
            if id % 5 == 0 { server.time = server.time + .seconds(1) }
            server.withCall(id)
        }
        #expect(server.machine.phase == .open)
    }

    @Test func deadlineAtEachEnd() throws {
        var server = Driven.open(.server)
        server.withCall(1, timeoutMs: 500)
        #expect(server.machine.nextTimer == server.time + .milliseconds(500))
        #expect(server.after(.milliseconds(499)).isEmpty)
        let status = WireV1.Status(code: .deadlineExceeded, message: "the deadline has passed")
        #expect(
            server.after(.milliseconds(1)) == [
                .write(.init(streamID: 1, kind: .status(status))), .over(stream: 1, status),
            ])

        var client = Driven.open(.client)
        let id = try client.machine.open(.init(), deadline: client.time + .seconds(1), now: client.time).get()
        _ = client.machine.takeEffects()
        let reset = WireV1.Reset(code: .deadlineExceeded, message: "the deadline has passed")
        #expect(
            client.after(.seconds(1)) == [.write(.init(streamID: id, kind: .reset(reset))), .over(stream: id, status)])
        // The server's own answer, on its way at the same time, is dropped.
        #expect(client.receive(.status(status), on: id).isEmpty)
    }

    @Test func deadlinesOfEndedCallsDoNotPileUp() {
        var limits = WireLimits()
        limits.maxOpensPerSecond = .max
        limits.maxResetsPerSecond = .max
        var server = Driven.open(.server, limits: limits)
        server.withCall(1)
        for id in 2...20_000 as ClosedRange<UInt32> {
            server.withCall(id, timeoutMs: 3_600_000)
            _ = server.receive(.reset(.init()), on: id)
            server.machine.handlerEnded()
        }
        #expect(server.machine.pendingDeadlines < 100)
    }

    @Test func keepalive() {
        var server = Driven.open(.server)
        server.withCall()
        #expect(server.after(.seconds(29)).isEmpty)
        server.machine.heard(now: server.time)
        #expect(server.after(.seconds(29)).isEmpty)
        guard case .ping? = server.after(.seconds(1)).written.first?.kind else {
            Issue.record("no ping")
            return
        }
        #expect(server.after(.seconds(19)).isEmpty)
        server.machine.heard(now: server.time)
        #expect(server.after(.seconds(30)).written.count == 1)
        let effects = server.after(.seconds(20))
        #expect(effects.failure! == (.keepaliveTimeout, .unavailable))
    }

    @Test func idleServerSaysGoodbye() {
        var server = Driven.open(.server)
        server.withCall()
        server.time = server.time + .seconds(10_000)
        server.machine.heard(now: server.time)
        server.machine.sendStatus(1, .init(), now: server.time)
        _ = server.machine.takeEffects()
        server.time = server.time + .seconds(899)
        server.machine.heard(now: server.time)
        #expect(server.after(.zero).isEmpty)
        let effects = server.after(.seconds(1))
        #expect(effects.last == .close(linger: false))
        #expect(effects.written.count == 1)
    }

    @Test func aReaderThatTakesNothing() {
        var server = Driven.open(.server)
        server.machine.writability(false, now: server.time)
        server.machine.heard(now: server.time + .seconds(29))
        #expect(server.after(.seconds(29)).isEmpty)
        server.machine.writability(false, now: server.time)
        #expect(server.after(.seconds(1)).failure! == (.slowReader, .unavailable))
    }

    @Test func drain() {
        var server = Driven.open(.server)
        server.withCall(7)
        server.machine.drain("bye", reconnectAfterMs: 5, grace: .seconds(10), now: server.time)
        let goAway = WireV1.GoAway(lastStreamID: 7, code: .unavailable, message: "bye", reconnectAfterMs: 5)
        #expect(server.machine.takeEffects() == [.write(.init(kind: .goAway(goAway)))])
        #expect(server.receive(.open(.init()), on: 8).isEmpty)
        #expect(server.message(on: 8) == .drop)
        #expect(server.message(on: 7) == .deliver(cost: 100))
        #expect(server.after(.seconds(9)).isEmpty)
        let effects = server.after(.seconds(1))
        #expect(effects.count == 3)
        #expect(effects.last == .close(linger: false))
        guard case .reset? = effects.written.first?.kind else {
            Issue.record("no reset")
            return
        }
    }

    @Test func clientLeavesWhatTheServerWillNotDo() throws {
        var client = Driven.open(.client)
        for _ in 0..<3 { _ = client.machine.open(.init(), deadline: nil, now: client.time) }
        _ = client.machine.takeEffects()
        let effects = client.receive(
            .goAway(.init(lastStreamID: 2, code: .unavailable, message: "m", reconnectAfterMs: 9)))
        #expect(effects.first == .goingAway(reconnectAfterMs: 9, code: .unavailable, message: "m"))
        #expect(effects.count == 2)
        #expect(throws: WireStatus.self) { try client.machine.open(.init(), deadline: nil, now: client.time).get() }
        #expect(client.receive(.status(.init()), on: 1).count == 1)
        #expect(client.receive(.status(.init()), on: 2).last == .close(linger: false))
    }

    @Test func badMetadataEndsOnlyTheCall() {
        var server = Driven.open(.server)
        for (id, entry) in [(1, .init(key: "A", value: "x")), (2, .init(key: "a", binaryValue: [1]))]
            as [(UInt32, WireV1.MetadataEntry)]
        {
            let effects = server.receive(.open(.init(method: "/a.B/C", metadata: [entry])), on: id)
            #expect(effects.written.count == 1)
            guard case .refused(.metadata, _)? = effects.first else {
                Issue.record("not refused")
                continue
            }
        }
        #expect(server.machine.phase == .open)
    }
}
