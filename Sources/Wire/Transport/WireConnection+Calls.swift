import Logging
import Messages
import NIOCore

// What streams ask of their connection, and how calls begin. On the event loop.
extension WireConnection {
    /// False when it has to wait, and then the stream's `drain` is called when it need not any more.
    func sendMessage(_ stream: CallStream, _ payload: UnsafeRawBufferPointer) throws -> Bool {
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

    func sendHeaders(_ stream: CallStream, _ metadata: [WireV1.MetadataEntry]) {
        machine.sendHeaders(stream.id, metadata)
        touch()
    }

    func sendEnd(_ stream: CallStream) {
        machine.sendEnd(stream.id)
        touch()
    }

    func sendStatus(_ stream: CallStream, _ status: WireV1.Status) {
        streams[stream.id] = nil
        machine.sendStatus(stream.id, status, now: now)
        touch()
    }

    func grant(_ stream: CallStream) {
        machine.grant(stream.id, bytes: stream.takeUnreported())
        touch()
    }

    /// The calls hold more than they may: what was taken and not yet said does not count.
    func collectGrants() {
        for (id, stream) in streams { machine.grant(id, bytes: stream.takeUnreported()) }
        machine.shed(now: now)
    }

    func badMessage(_ stream: CallStream, _ error: DecodingError) {
        guard streams[stream.id] === stream else { return }
        refuse(.badMessage, "stream \(stream.id): \(error.description)")
        machine.abandon(stream.id, error.statusCode, error.statusMessage, now: now)
        touch()
    }

    func abandon(_ stream: CallStream) {
        machine.abandon(stream.id, .cancelled, "cancelled by the caller", now: now)
        touch()
    }

    /// Client: begins a call on `stream`; nil when it must wait for `roomForCalls`.
    func open(_ stream: CallStream, sink: MessageSink, method: String) throws -> Bool {
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
            if !stream.attach(to: self, id: id, sink: sink) { abandon(stream) }
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
        let stream = CallStream(isServer: true, context: context)
        guard let router, let route = router.route(open.method) else {
            let refusal = router?.refusal(open.method) ?? WireStatus(.unimplemented, "no methods here")
            machine.handlerEnded()
            machine.sendStatus(id, .init(code: refusal.code, message: refusal.message), now: now)
            return
        }
        let (sink, run) = route.start(stream, context)
        streams[id] = stream
        _ = stream.attach(to: self, id: id, sink: sink)
        let logger = logger
        stream.task = Task(executorPreference: executor) { [weak self] in
            var status = WireStatus(.ok, "")
            do {
                try await run()
            } catch {
                status = WireStatus(describing: error)
                if status.code == .unknown {
                    logger.error("wire.handler.failed", metadata: ["method": "\(open.method)", "error": "\(error)"])
                }
            }
            stream.complete(status)
            stream.task = nil
            self?.handlerEnded()
        }
    }

    func handlerEnded() {
        if eventLoop.inEventLoop {
            machine.handlerEnded()
        } else {
            eventLoop.execute { self.machine.handlerEnded() }
        }
    }
}
