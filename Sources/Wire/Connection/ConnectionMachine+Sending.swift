import HeapModule
import Messages

// What this side wants to send.
extension ConnectionMachine {
    /// Client: begins a call. Fails with `.unavailable` when this connection takes no more calls, ever, and with
    /// `.resourceExhausted` when it takes none now: `roomForCalls` says when to try again.
    mutating func open(
        _ open: WireV1.Open, deadline: MonotonicTime?, now: MonotonicTime
    ) -> Result<UInt32, WireStatus> {
        guard role == .client, phase == .open || phase == .handshaking, !hasReceivedGoAway, !hasSentGoAway else {
            return .failure(WireStatus(.unavailable, "the connection takes no new calls"))
        }
        if let problem = MetadataRules.problem(open.metadata, limits) {
            return .failure(WireStatus(problem.code, problem.message))
        }
        guard lastStream < UInt32.max else {
            return .failure(WireStatus(.unavailable, "the connection has no stream numbers left"))
        }
        guard streams.count < peerStreams else {
            someoneWaitsForRoom = true
            return .failure(WireStatus(.resourceExhausted, "\(streams.count) calls are open on the connection"))
        }
        lastStream += 1
        insert(lastStream, deadline: deadline)
        effects.append(.write(WireV1.Frame(streamID: lastStream, kind: .open(open))))
        return .success(lastStream)
    }

    mutating func insert(_ id: UInt32, deadline: MonotonicTime?) {
        var stream = Stream(sendCredit: peerCredit, receiveCredit: limits.initialCreditBytes)
        if let deadline {
            stream.hasDeadline = true
            deadlines.insert(Deadline(time: deadline, stream: id))
        }
        streams[id] = stream
        idleSince = nil
    }

    /// The largest message that the peer takes.
    var maxPayloadBytes: Int { FrameEncoder.maxPayloadBytes(maxFrameBytes: peerFrameBytes) }

    /// May a message of this length be sent? If so, its credit is taken and it must be written now.
    mutating func send(_ id: UInt32, payloadBytes: Int) -> SendPermission {
        if payloadBytes > maxPayloadBytes { return .tooLarge(limit: maxPayloadBytes) }
        guard let index = streams.index(forKey: id) else { return .over }
        if streams.values[index].hasSentEnd { return .over }
        guard streams.values[index].sendCredit > 0 else {
            streams.values[index].isBlocked = true
            return .blocked
        }
        streams.values[index].sendCredit -= CreditCost.of(payloadBytes: payloadBytes)
        if role == .server { streams.values[index].isPastHeaders = true }
        return .write
    }

    /// Client: no more messages on this stream.
    mutating func sendEnd(_ id: UInt32) {
        guard role == .client, let index = streams.index(forKey: id), !streams.values[index].hasSentEnd else { return }
        streams.values[index].hasSentEnd = true
        effects.append(.write(WireV1.Frame(streamID: id, end: true)))
    }

    /// Server: initial metadata, before the first message. Later, or again, it is not sent.
    mutating func sendHeaders(_ id: UInt32, _ metadata: [WireV1.MetadataEntry]) {
        guard role == .server, let index = streams.index(forKey: id), !streams.values[index].isPastHeaders else {
            return
        }
        if MetadataRules.problem(metadata, limits) != nil { return }
        streams.values[index].isPastHeaders = true
        effects.append(.write(WireV1.Frame(streamID: id, kind: .headers(WireV1.Headers(metadata: metadata)))))
    }

    /// Server: the handler's result. The stream is gone with it.
    mutating func sendStatus(_ id: UInt32, _ status: WireV1.Status, now: MonotonicTime) {
        guard role == .server, streams[id] != nil else { return }
        var status = status
        // What a handler set that may not be sent is its own fault, not its caller's.
        if MetadataRules.problem(status.metadata, limits) != nil { status.metadata = [] }
        // A status has to fit into the smallest frame that a peer may ask for.
        status.message = status.message.clipped(toUTF8: 8_192)
        effects.append(.write(WireV1.Frame(streamID: id, kind: .status(status))))
        remove(id, now: now)
    }

    /// Gives up a call from this side: the application cancelled it, or cannot read what the peer sent.
    /// `over` follows.
    mutating func abandon(_ id: UInt32, _ code: WireV1.Code, _ message: String, now: MonotonicTime) {
        guard streams[id] != nil else { return }
        switch role {
        case .client:
            effects.append(.write(WireV1.Frame(streamID: id, kind: .reset(.init(code: code, message: message)))))
        case .server:
            effects.append(.write(WireV1.Frame(streamID: id, kind: .status(.init(code: code, message: message)))))
        }
        effects.append(.over(stream: id, WireV1.Status(code: code, message: message)))
        remove(id, now: now)
    }

    /// Server: ends a call without a status. `over` follows.
    mutating func reset(_ id: UInt32, _ code: WireV1.Code, _ message: String, now: MonotonicTime) {
        guard role == .server, streams[id] != nil else { return }
        effects.append(.write(WireV1.Frame(streamID: id, kind: .reset(.init(code: code, message: message)))))
        effects.append(.over(stream: id, WireV1.Status(code: code, message: message)))
        remove(id, now: now)
    }

    /// The application has taken messages that cost the peer this much credit.
    mutating func grant(_ id: UInt32, bytes: Int) {
        guard bytes > 0, let index = streams.index(forKey: id) else { return }
        let released = min(bytes, streams.values[index].held)
        streams.values[index].held -= released
        held -= released
        if streams.values[index].hasReceivedEnd { return }
        streams.values[index].receiveCredit += bytes
        effects.append(.write(WireV1.Frame(streamID: id, kind: .credit(.init(bytes: UInt32(clamping: bytes))))))
    }

    /// Ends the calls that hold the most until all of them together hold no more than they may. What is granted is not
    /// held, so the shell first grants what it has not told yet.
    mutating func shed(now: MonotonicTime) {
        while held > limits.maxBufferedBytes,
            let (id, stream) = streams.max(by: { ($0.value.held, $1.key) < ($1.value.held, $0.key) })
        {
            effects.append(.refused(.tooMuchBuffered, detail: "stream \(id) holds \(stream.held) of \(held) bytes"))
            abandon(
                id, .resourceExhausted,
                "its \(stream.held) bytes of unread messages are the most of \(held); "
                    + "\(limits.maxBufferedBytes) are allowed on a connection", now: now)
        }
    }

    /// How much is written and not yet taken by the socket.
    mutating func unsent(_ bytes: Int) {
        guard bytes > limits.maxUnsentBytes else { return }
        fail(.tooMuchUnsent, .resourceExhausted, "\(bytes) bytes wait to be read; \(limits.maxUnsentBytes) are allowed")
    }

    /// Takes no new calls; those that are open may go on for `grace`, then they are reset.
    mutating func drain(
        _ message: String, code: WireV1.Code = .unavailable, reconnectAfterMs: UInt32, grace: Duration,
        now: MonotonicTime
    ) {
        guard phase != .closed else { return }
        sendGoAway(code, message, reconnectAfterMs: reconnectAfterMs, again: false)
        drainDeadline = now + grace
        closeIfDone()
    }

    /// Server: a handler has returned, whether or not its call was still there.
    mutating func handlerEnded() { handlers -= 1 }

    /// Whether what is written is being taken. While it is not, a clock runs.
    mutating func writability(_ isWritable: Bool, now: MonotonicTime) {
        stallDeadline = isWritable ? nil : (stallDeadline ?? now + limits.stalledWriteTimeout)
    }
}
