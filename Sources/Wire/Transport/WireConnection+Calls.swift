import Logging
import Messages
import NIOCore

// What streams ask of their connection, and how calls begin. On the event loop.
extension WireConnection {
    /// False when it has to wait, and then the stream's `drain` is called when it need not any more.
    func sendMessage(_ stream: any CallEnd, _ payload: UnsafeRawBufferPointer) throws -> Bool {
        guard isWritable else {
            if !blockedByLink.contains(where: { $0 === stream }) { blockedByLink.append(stream) }
            return false
        }
        switch machine.send(stream.id, payloadBytes: payload.count) {
        case .write: break
        case .blocked: return false
        // A stream lets no message through that is too large.
        case .over, .tooLarge: throw WireStatus.endOfCall
        }
        // Frames that the machine wants written come first: the Open, the Headers.
        if !machine.effects.isEmpty { perform() }
        output.writeWithUnsafeMutableBytes(
            minimumWritableBytes: payload.count + FrameEncoder.maxMessageOverhead
        ) { FrameEncoder.writeMessage(stream: stream.id, payload: payload, end: false, to: $0) }
        touch()
        return true
    }

    func sendHeaders(_ stream: any CallEnd, _ metadata: [WireV1.MetadataEntry]) {
        machine.sendHeaders(stream.id, metadata)
        touch()
    }

    func sendEnd(_ stream: any CallEnd) {
        machine.sendEnd(stream.id)
        touch()
    }

    func sendStatus(_ stream: any CallEnd, _ status: WireV1.Status) {
        streams[stream.id] = nil
        machine.sendStatus(stream.id, status, now: now)
        touch()
    }

    func grant(_ stream: any CallEnd) {
        machine.grant(stream.id, bytes: stream.takeUnreported())
        touch()
    }

    /// The calls hold more than they may: what was taken and not yet said does not count.
    func collectGrants() {
        for id in streams.keys.sorted() { machine.grant(id, bytes: streams[id]?.takeUnreported() ?? 0) }
        machine.shed(now: now)
    }

    func badMessage(_ stream: any CallEnd, _ error: DecodingError) {
        guard streams[stream.id] === stream else { return }
        refuse(.badMessage, "stream \(stream.id): \(error.description)")
        machine.abandon(stream.id, error.statusCode, error.statusMessage, now: now)
        touch()
    }

    func abandon(_ stream: any CallEnd) {
        machine.abandon(stream.id, .cancelled, "cancelled by the caller", now: now)
        touch()
    }

    func reset(_ stream: any CallEnd, _ code: WireV1.Code, _ message: String) {
        machine.reset(stream.id, code, message, now: now)
        touch()
    }

    /// Client: begins a call on `stream`; nil when it must wait for `roomForCalls`.
    func open(_ stream: CallStream, inbox: CallInbox, method: String) throws -> Bool {
        var timeout: UInt32 = 0
        var deadline: MonotonicTime?
        if let end = stream.context.deadline {
            let left = end - ContinuousClock.now
            guard left > .zero else { throw WireStatus(.deadlineExceeded, "the deadline passed before the call began") }
            deadline = now + left
            let milliseconds = left / .milliseconds(1)
            timeout = milliseconds >= Double(UInt32.max) ? .max : UInt32(milliseconds.rounded(.up))
        }
        let open = WireV1.Open(method: method, timeoutMs: timeout, metadata: stream.context.metadata.wire)
        switch machine.open(open, deadline: deadline, now: now) {
        case .success(let id):
            streams[id] = stream
            if !stream.attach(to: self, id: id, inbox: inbox) { abandon(stream) }
            touch()
            return true
        case .failure(let status) where status.code == .resourceExhausted && machine.someoneWaitsForRoom:
            return false
        case .failure(let status): throw status
        }
    }

    func begin(_ id: UInt32, _ open: WireV1.Open, deadline: MonotonicTime?) {
        let context = CallContext(
            method: open.method, peer: peer, remoteAddress: remoteAddress, metadata: Metadata(open.metadata),
            deadline: deadline.map { ContinuousClock.now + ($0 - now) })
        guard let router, let route = router.route(open.method) else {
            let refusal = router?.refusal(open.method) ?? WireStatus(.unimplemented, "no methods here")
            machine.handlerEnded()
            machine.sendStatus(id, .init(code: refusal.code, message: refusal.message), now: now)
            return
        }
        switch route {
        case .task(let start): begin(id, context, start)
        case .reactor(let start): begin(id, context, start)
        }
    }

    private func begin(_ id: UInt32, _ context: CallContext, _ start: WireRouter.StartTask) {
        let stream = CallStream(isServer: true, context: context)
        let (inbox, run) = start(stream, context)
        streams[id] = stream
        _ = stream.attach(to: self, id: id, inbox: inbox)
        let executor = executor
        // What is alive across an await is memory that each idle call takes: as little as possible.
        stream.task = Task(executorPreference: executor) {
            var failure: (any Error)?
            do { try await run() } catch { failure = error }
            stream.handlerEnded(failure)
            executor.handlerEnded()
        }
    }

    private func begin(_ id: UInt32, _ context: CallContext, _ start: WireRouter.StartReactor) {
        let call = ReactorCall(id: id, context: context, connection: self)
        streams[id] = call
        do {
            call.start(try start(call))
        } catch {
            let status = WireStatus(describing: error)
            if status.code == .unknown { handlerFailed(context.method, error) }
            call.end(status)
        }
    }
}
