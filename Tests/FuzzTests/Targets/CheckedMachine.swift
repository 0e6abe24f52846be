import Messages

@testable import Wire

/// A connection machine under watch: every input goes through here, and what comes out is held against a model that
/// keeps its own account of calls and credit.
struct CheckedMachine {
    /// What is known of a call that is not over.
    struct Call {
        /// What the peer may still send, and what this side may.
        var receiveCredit: Int
        var sendCredit: Int
        /// A send was refused, and `writable` has not come.
        var isBlocked = false
        /// The peer's half-close was told; for a client, its `Headers` or first message came.
        var hasEnded = false
        var isPastHeaders = false
        /// Its last frame, a `Status` or `Reset`, was written.
        var isAnswered = false
        /// Taken from the peer and not yet granted again.
        var consumed = 0
    }

    /// What goes to the peer.
    enum Outgoing {
        case frame(WireV1.Frame)
        case message(stream: UInt32, bytes: Int)
    }

    let role: ConnectionMachine.Role
    var machine: ConnectionMachine
    var calls: [UInt32: Call] = [:]
    var isClosed = false
    var isReady = false
    /// Reasons of refusals so far.
    var refusals: [(WireRefusal, String)] = []
    var handlers = 0
    /// What was written and not yet taken by `takeOutgoing`.
    var outgoing: [Outgoing] = []
    var time = MonotonicTime(nanoseconds: 1_000_000_000)

    var hasWritten = false
    var lastStream: UInt32 = 0
    var peerCredit = 65_536

    init(_ role: ConnectionMachine.Role, limits: WireLimits) {
        self.role = role
        machine = ConnectionMachine(role: role, limits: limits, agent: "fuzz")
    }

    /// The calls that are not over, in order.
    var streams: [UInt32] { calls.keys.sorted() }

    // MARK: Inputs

    mutating func start() throws {
        machine.start(since: time, now: time)
        try settle()
    }

    mutating func receive(_ frame: WireV1.Frame) throws {
        if case .message(let payload) = frame.kind {
            return try receiveMessage(frame.streamID, bytes: payload.count, end: frame.end)
        }
        let credit: Int? = if case .credit(let credit) = frame.kind { Int(credit.bytes) } else { nil }
        let wasLive = calls[frame.streamID] != nil && isReady && !isClosed
        if case .hello(let hello) = frame.kind, !isReady {
            peerCredit = min(max(Int(hello.initialCreditBytes), 65_536), Int(Int32.max))
        }
        machine.received(frame, now: time)
        if let credit, wasLive, machine.phase == .open { calls[frame.streamID]?.sendCredit += credit }
        try settle()
        if wasLive, role == .server, frame.end, let call = calls[frame.streamID] {
            try always(call.hasEnded, "the end of stream \(frame.streamID) was not told")
        }
    }

    mutating func receiveMessage(_ id: UInt32, bytes: Int, end: Bool) throws {
        // The decoder lets no longer ones through.
        let bytes = min(bytes, FrameEncoder.maxPayloadBytes(maxFrameBytes: machine.limits.maxFrameBytes))
        let arrival = machine.receivedMessage(id, payloadBytes: bytes, end: end)
        if case .deliver(let cost) = arrival {
            guard var call = calls[id] else {
                throw FuzzFinding(description: "a message for stream \(id), which is over")
            }
            try always(isReady && !isClosed, "a message is delivered out of time")
            try always(call.receiveCredit > 0, "a message without credit is delivered on stream \(id)")
            try always(!call.hasEnded, "a message after the end of stream \(id)")
            try always(cost >= max(bytes, 1), "a message of \(bytes) bytes costs \(cost)")
            call.receiveCredit -= cost
            call.consumed += cost
            call.isPastHeaders = true
            if end, role == .server { call.hasEnded = true }
            calls[id] = call
            try always(machine.effects.allSatisfy { $0 == .collectGrants }, "a message that is delivered has effects")
        }
        try settle()
    }

    mutating func receive(_ error: FrameError) throws {
        machine.received(error)
        try settle()
        try always(isClosed || machine.phase == .new, "the connection goes on after \(error)")
    }

    /// A frame's bytes with their prefix, whatever they are, as the connection's shell passes them on.
    mutating func receive(_ bytes: [UInt8]) throws {
        let result = bytes.withUnsafeBytes { bytes -> Result<DecodedFrame?, FrameError> in
            do throws(FrameError) {
                return .success(try FrameDecoder.decode(bytes, maxFrameBytes: machine.limits.maxFrameBytes)?.frame)
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(nil): break
        case .success(.other(let frame)?): try receive(frame)
        case .success(.message(let stream, let range, let end)?):
            try receiveMessage(stream, bytes: range.count, end: end)
        case .failure(let error): try receive(error)
        }
    }

    mutating func heard() throws {
        machine.heard(now: time)
        try settle()
    }

    @discardableResult
    mutating func open(_ open: WireV1.Open, after: Duration?) throws -> UInt32? {
        let wasClosed = isClosed
        let result = machine.open(open, deadline: after.map { time + $0 }, now: time)
        guard case .success(let id) = result else {
            try settle()
            return nil
        }
        try always(role == .client && !wasClosed, "a call begins on a connection that is over")
        try always(id > lastStream, "stream \(id) is begun after stream \(lastStream)")
        lastStream = id
        calls[id] = Call(
            receiveCredit: machine.limits.initialCreditBytes, sendCredit: isReady ? peerCredit : 65_536)
        try settle()
        return id
    }

    mutating func send(_ id: UInt32, bytes: Int) throws {
        let permission = machine.send(id, payloadBytes: bytes)
        switch permission {
        case .write:
            guard var call = calls[id], !isClosed else {
                throw FuzzFinding(description: "a message may be sent on stream \(id), which is over")
            }
            try always(call.sendCredit > 0, "a message may be sent on stream \(id) without credit")
            call.sendCredit -= max(bytes, 32)
            calls[id] = call
            try settle()
            outgoing.append(.message(stream: id, bytes: bytes))
        case .blocked:
            guard let call = calls[id] else {
                throw FuzzFinding(description: "stream \(id), which is over, is blocked")
            }
            try always(call.sendCredit <= 0, "stream \(id) is blocked with credit \(call.sendCredit)")
            calls[id]?.isBlocked = true
        case .tooLarge(let limit): try always(limit >= 65_000 && bytes > limit, "\(bytes) bytes are over \(limit)")
        case .over: break
        }
        try settle()
    }

    mutating func sendEnd(_ id: UInt32) throws {
        machine.sendEnd(id)
        try settle()
    }

    mutating func sendHeaders(_ id: UInt32, _ metadata: [WireV1.MetadataEntry]) throws {
        machine.sendHeaders(id, metadata)
        try settle()
    }

    /// A handler's result.
    mutating func sendStatus(_ id: UInt32, _ status: WireV1.Status) throws {
        let wasLive = calls[id] != nil && role == .server
        machine.sendStatus(id, status, now: time)
        if wasLive { calls[id]?.isAnswered = true }
        try settle(ended: wasLive ? id : nil)
    }

    mutating func abandon(_ id: UInt32) throws {
        machine.abandon(id, .cancelled, "no more", now: time)
        try settle()
        try always(calls[id] == nil, "stream \(id) goes on after it was given up")
    }

    /// Grants what was taken from the peer on a call, or part of it.
    mutating func grant(_ id: UInt32, bytes: Int) throws {
        let granted = min(bytes, calls[id]?.consumed ?? bytes)
        let before = outgoing.count
        machine.grant(id, bytes: granted)
        try settle()
        if outgoing.count > before, var call = calls[id] {
            call.consumed -= granted
            call.receiveCredit += granted
            calls[id] = call
        }
    }

    mutating func drain(grace: Duration) throws {
        machine.drain("over", reconnectAfterMs: 7, grace: grace, now: time)
        try settle()
    }

    mutating func handlerEnded() throws {
        guard handlers > 0 else { return }
        handlers -= 1
        machine.handlerEnded()
        try settle()
    }

    mutating func writability(_ isWritable: Bool) throws {
        machine.writability(isWritable, now: time)
        try settle()
    }

    mutating func pass(_ duration: Duration) throws {
        time = time + duration
        machine.timerFired(now: time)
        try settle()
        if let next = machine.nextTimer {
            try always(next > time, "the timer is due again at \(next), which is not after \(time)")
        }
    }

    /// The end, whatever went before: everything that began ends, and nothing follows.
    mutating func lose() throws {
        machine.connectionLost("lost")
        try settle()
        isClosed = true
        try always(calls.isEmpty, "streams \(streams) never end")
        try always(machine.streams.isEmpty && machine.pendingDeadlines == 0, "a dead connection keeps streams")
        try always(machine.nextTimer == nil, "a dead connection has a timer")
        try pass(.seconds(100_000))
        try receive(WireV1.Frame(kind: .ping(.init(opaque: 1))))
        try receive(WireV1.Frame(kind: .hello(.init(minVersion: 1, maxVersion: 1))))
        try receive(WireV1.Frame(streamID: 9, kind: .open(.init(method: "/a.B/C"))))
        try receiveMessage(9, bytes: 5, end: true)
        try open(.init(method: "/a.B/C"), after: .seconds(1))
        try drain(grace: .zero)
    }
}
