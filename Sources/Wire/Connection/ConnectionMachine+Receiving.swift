import Messages

// What arrives from the peer.
extension ConnectionMachine {
    /// Something was read, whatever it is. Once per batch.
    mutating func heard(now: MonotonicTime) {
        lastHeard = now
        pongDeadline = nil
    }

    /// Bytes that are not a frame.
    mutating func received(_ error: FrameError) {
        switch error {
        case .empty: fail(.badFrame, .internal, "a frame of length 0")
        case .tooLong(let length):
            fail(.frameTooLong, .resourceExhausted, "a frame of \(length) bytes; \(limits.maxFrameBytes) are allowed")
        case .malformed(let why): fail(.badFrame, .internal, "not a frame: \(why)")
        }
    }

    /// A `message` frame.
    mutating func receivedMessage(_ id: UInt32, payloadBytes: Int, end: Bool) -> MessageArrival {
        guard phase == .open else {
            if phase != .closed { fail(.protocolViolation, .internal, "the first frame is not Hello") }
            return .drop
        }
        let cost = CreditCost.of(payloadBytes: payloadBytes)
        guard let index = streams.index(forKey: id) else {
            receivedLate(id, cost: cost)
            return .drop
        }
        if streams.values[index].hasReceivedEnd {
            fail(.protocolViolation, .internal, "a message on stream \(id) after its end")
            return .drop
        }
        guard streams.values[index].receiveCredit > 0 else {
            fail(.credit, .resourceExhausted, "a message on stream \(id) without credit")
            return .drop
        }
        streams.values[index].receiveCredit -= cost
        streams.values[index].held += cost
        held += cost
        // A client's memory is bounded by the calls that it makes itself.
        if held > limits.maxBufferedBytes, role == .server { effects.append(.collectGrants) }
        if role == .client { streams.values[index].isPastHeaders = true }
        if end, role == .server { streams.values[index].hasReceivedEnd = true }
        return .deliver(cost: cost)
    }

    /// Any other frame. A `message` among them goes to `receivedMessage`.
    mutating func received(_ frame: WireV1.Frame, now: MonotonicTime) {
        if phase == .closed { return }
        if case .hello(let hello) = frame.kind {
            guard frame.streamID == 0 else { return violation("Hello on stream \(frame.streamID)") }
            return receivedHello(hello, now: now)
        }
        guard phase == .open else { return violation("the first frame is not Hello") }
        switch (frame.kind, frame.streamID) {
        case (.ping(let ping), 0): receivedPing(ping, now: now)
        case (.goAway(let goAway), 0): receivedGoAway(goAway, now: now)
        case (nil, 0): countControl(now: now)  // from a newer peer
        case (.some(let kind), 0): violation("\(kind.typeName) on stream 0")
        case (.open(let open), let id): receivedOpen(id, open, end: frame.end, now: now)
        case (let kind, let id): receivedOnStream(id, kind, end: frame.end, now: now)
        }
    }

    private mutating func violation(_ message: String) {
        fail(.protocolViolation, .internal, message)
    }

    /// A frame for a stream that is gone is dropped; one that never was is a fault.
    private mutating func checkWasOpened(_ id: UInt32) {
        if id == 0 { return violation("Message on stream 0") }
        if id > lastStream { violation("a frame on stream \(id), which was never opened") }
    }

    /// A message for a stream that is over: its sender may not know, but cannot have had more credit than it was given.
    private mutating func receivedLate(_ id: UInt32, cost: Int) {
        checkWasOpened(id)
        guard phase == .open else { return }
        lateCredit -= cost
        if lateCredit < 0 {
            fail(.credit, .resourceExhausted, "a message on stream \(id), which is over, without credit")
        }
    }

    /// Any other frame for a stream that is over. The peer ends each call once, which is no more than it should.
    private mutating func receivedLate(_ kind: WireV1.Frame.Kind?, end: Bool, now: MonotonicTime) {
        var isEnd = end
        switch kind {
        case .reset, .status: isEnd = true
        default: break
        }
        if isEnd, lateEnds > 0 { lateEnds -= 1 } else { countControl(now: now) }
    }

    /// False when there were too many, and the connection is over.
    @discardableResult
    private mutating func countControl(now: MonotonicTime) -> Bool {
        if controls.allow(limits.maxControlFramesPerSecond, now: now) { return true }
        let limit = limits.maxControlFramesPerSecond
        fail(.tooManyControlFrames, .resourceExhausted, "more than \(limit) control frames in a second")
        return false
    }

    private mutating func receivedHello(_ hello: WireV1.Hello, now: MonotonicTime) {
        guard phase == .handshaking else { return violation("a second Hello") }
        guard hello.minVersion <= Defaults.version, hello.maxVersion >= Defaults.version else {
            return fail(
                .version, .unimplemented,
                "no version in common: \(hello.minVersion) to \(hello.maxVersion) against \(Defaults.version)")
        }
        phase = .open
        handshakeDeadline = nil
        if role == .server { idleSince = now }
        peerFrameBytes = max(Int(hello.maxFrameBytes), Defaults.frameBytes)
        peerStreams = hello.maxStreams == 0 ? Defaults.streams : Int(hello.maxStreams)
        peerKeepaliveMs = hello.keepaliveMs
        let credit = min(max(Int(hello.initialCreditBytes), Defaults.creditBytes), Self.maxCredit)
        // Calls begun before this Hello had the default.
        let more = credit - peerCredit
        peerCredit = credit
        if role == .server { sendHello() }
        effects.append(.ready(agent: hello.agent.clipped(toUTF8: 128)))
        if more > 0 {
            for id in streams.keys.sorted() { addCredit(id, more) }
        }
    }

    private mutating func receivedPing(_ ping: WireV1.Ping, now: MonotonicTime) {
        if ping.ack {
            countControl(now: now)
            return
        }
        guard pings.allow(limits.maxPingsPerMinute, perSeconds: 60, now: now) else {
            return fail(.tooManyPings, .resourceExhausted, "more than \(limits.maxPingsPerMinute) pings in a minute")
        }
        effects.append(.write(WireV1.Frame(kind: .ping(WireV1.Ping(opaque: ping.opaque, ack: true)))))
    }

    private mutating func receivedGoAway(_ goAway: WireV1.GoAway, now: MonotonicTime) {
        guard countControl(now: now) else { return }
        hasReceivedGoAway = true
        let why = goAway.message.clipped(toUTF8: 1_024)
        if role == .client {
            effects.append(
                .goingAway(
                    reconnectAfterMs: goAway.reconnectAfterMs, code: goAway.code, message: why))
            for id in streams.keys.sorted() where id > goAway.lastStreamID {
                effects.append(
                    .over(
                        stream: id,
                        WireV1.Status(code: .unavailable, message: "the server took no more calls: \(why)")))
                remove(id, now: now)
            }
        }
        closeIfDone()
    }

    private mutating func receivedOpen(_ id: UInt32, _ open: WireV1.Open, end: Bool, now: MonotonicTime) {
        guard role == .server else { return violation("Open from a server") }
        guard id > lastStream else { return violation("stream \(id) opened after stream \(lastStream)") }
        guard opens.allow(limits.maxOpensPerSecond, now: now) else {
            return fail(.tooManyOpens, .resourceExhausted, "more than \(limits.maxOpensPerSecond) calls in a second")
        }
        // Its sender has not read our GoAway yet; it will, and call elsewhere.
        lastStream = id
        if hasSentGoAway {
            if !end { expectLate(credit: limits.initialCreditBytes) }
            return
        }
        var problem = MetadataRules.problem(open.metadata, limits)
        if let problem { effects.append(.refused(.metadata, detail: problem.message)) }
        // Handlers of calls that were cancelled count too, until they have returned.
        if problem == nil, streams.count >= limits.maxStreams || handlers >= 2 * limits.maxStreams {
            problem = .init(code: .resourceExhausted, message: "\(limits.maxStreams) calls are open on the connection")
            effects.append(.refused(.tooManyStreams, detail: "stream \(id)"))
        }
        if let problem {
            effects.append(.write(WireV1.Frame(streamID: id, kind: .status(problem))))
            if !end { expectLate(credit: limits.initialCreditBytes) }
            return
        }
        let deadline = open.timeoutMs == 0 ? nil : now + .milliseconds(Int64(open.timeoutMs))
        insert(id, deadline: deadline)
        handlers += 1
        effects.append(.begin(stream: id, open, deadline: deadline))
        if end { receivedEnd(id) }
    }

    private mutating func receivedOnStream(_ id: UInt32, _ kind: WireV1.Frame.Kind?, end: Bool, now: MonotonicTime) {
        guard let stream = streams[id] else {
            checkWasOpened(id)
            if phase == .open { receivedLate(kind, end: end, now: now) }
            return
        }
        switch kind {
        case .headers(let headers):
            guard role == .client else { return violation("Headers from a client") }
            guard !stream.isPastHeaders else { return violation("Headers on stream \(id) too late, or again") }
            streams[id]?.isPastHeaders = true
            if let problem = MetadataRules.problem(headers.metadata, limits) {
                effects.append(.refused(.metadata, detail: problem.message))
                return abandon(id, .internal, "the server's metadata: \(problem.message)", now: now)
            }
            effects.append(.headers(stream: id, headers.metadata))
        case .status(let status):
            guard role == .client else { return violation("Status from a client") }
            effects.append(.over(stream: id, judged(status)))
            remove(id, now: now, byPeer: true)
        case .reset(let reset): receivedReset(id, reset, now: now)
        case .credit(let credit):
            guard countControl(now: now) else { return }
            addCredit(id, Int(credit.bytes))
        case .ping, .goAway, .hello: violation("\(kind?.typeName ?? "") on stream \(id)")
        case nil where !end: countControl(now: now)  // from a newer peer
        case .message, .open, nil: break
        }
        if end { receivedEnd(id) }
    }

    private mutating func receivedReset(_ id: UInt32, _ reset: WireV1.Reset, now: MonotonicTime) {
        if role == .server, !resets.allow(limits.maxResetsPerSecond, now: now) {
            return fail(.tooManyResets, .resourceExhausted, "more than \(limits.maxResetsPerSecond) resets in a second")
        }
        // No reset is a success. A client's says that it does not want the call any more, whatever its code.
        let code: WireV1.Code = reset.code != .ok ? reset.code : role == .server ? .cancelled : .unknown
        effects.append(.over(stream: id, judged(WireV1.Status(code: code, message: reset.message))))
        remove(id, now: now, byPeer: true)
    }

    /// A status as an application may see it.
    private mutating func judged(_ status: WireV1.Status) -> WireV1.Status {
        var status = status
        status.message = status.message.clipped(toUTF8: 8_192)
        if case .unrecognized = status.code { status.code = .unknown }
        guard let problem = MetadataRules.problem(status.metadata, limits) else { return status }
        effects.append(.refused(.metadata, detail: problem.message))
        return WireV1.Status(code: .internal, message: "the server's metadata: \(problem.message)")
    }

    /// A client has half-closed. From a server it means nothing.
    mutating func receivedEnd(_ id: UInt32) {
        guard role == .server, let index = streams.index(forKey: id), !streams.values[index].hasReceivedEnd else {
            return
        }
        streams.values[index].hasReceivedEnd = true
        effects.append(.end(stream: id))
    }

    private mutating func addCredit(_ id: UInt32, _ bytes: Int) {
        guard let index = streams.index(forKey: id) else { return }
        let credit = streams.values[index].sendCredit + bytes
        guard credit <= Self.maxCredit else {
            return fail(.credit, .resourceExhausted, "credit on stream \(id) over \(Self.maxCredit) bytes")
        }
        streams.values[index].sendCredit = credit
        if credit > 0, streams.values[index].isBlocked {
            streams.values[index].isBlocked = false
            effects.append(.writable(stream: id))
        }
    }
}
