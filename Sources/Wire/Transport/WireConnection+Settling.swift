import Logging
import Messages
import NIOCore

// Doing what is to be done, and ending. On the event loop.
extension WireConnection {
    func drain(_ message: String, reconnectAfter: Duration, grace: Duration) {
        let milliseconds = UInt32(clamping: Int64(reconnectAfter / .milliseconds(1)))
        enter { machine.drain(message, reconnectAfterMs: milliseconds, grace: grace, now: now) }
    }

    /// Ends it now; calls end with `.unavailable`.
    func close(_ reason: String) {
        enter { machine.connectionLost(reason) }
        closeReason = reason
        if case .none = link { return lost(reason) }
        closeLink()
    }

    /// A server has too many handshakes, and this one has taken too long.
    func giveWay() {
        guard !isReady else { return }
        failed(.tooManyHandshakes, "the handshake was slow, and others wait")
        close(closeReason)
    }

    func close(linger: Bool) {
        guard !isClosing else { return }
        isClosing = true
        flush()
        if linger {
            _ = eventLoop.scheduleTask(in: .milliseconds(250)) { self.closeLink() }
        } else {
            closeLink()
        }
    }

    func closeLink() {
        isClosing = true
        flush()
        switch link {
        case .none: break
        case .channel(let context): context.close(promise: nil)
        case .memory(let link): link.close()
        case .tap(_, let closed): closed()
        }
    }

    /// Runs `body` as an entry from outside.
    func enter(_ body: () -> Void) {
        depth += 1
        body()
        depth -= 1
        if depth == 0 { settle() }
    }

    /// Something is to be done; if no one is at it, do it at the end of this turn of the event loop.
    func touch() {
        guard depth == 0, !isSettleScheduled else { return }
        isSettleScheduled = true
        eventLoop.execute {
            self.isSettleScheduled = false
            if self.depth == 0 { self.settle() }
        }
    }

    func settle() {
        depth += 1
        perform()
        executor.run(limit: Self.jobsPerTurn)
        perform()
        flush()
        setTimer()
        depth -= 1
        if executor.hasJobs { touch() }
    }

    func perform() {
        while !machine.effects.isEmpty {
            for effect in machine.takeEffects() { perform(effect) }
        }
    }

    func perform(_ effect: ConnectionEffect) {
        switch effect {
        case .write(let frame): output.writeBytes(FrameEncoder.encode(frame))
        case .ready(let agent):
            isReady = true
            logger.debug("wire.ready", metadata: ["peer": "\(peerName)", "agent": "\(agent)"])
            events.ready()
        case .begin(let id, let open, let deadline): begin(id, open, deadline: deadline)
        case .headers(let id, let metadata): streams[id]?.context.response.initial = Metadata(metadata)
        case .end(let id): streams[id]?.peerEnded()
        case .over(let id, let status):
            streams.removeValue(forKey: id)?
                .over(WireStatus(status.code, status.message, metadata: Metadata(status.metadata)))
        case .writable(let id): streams[id]?.drain()
        case .roomForCalls: events.roomForCalls()
        case .goingAway(let after, let code, let message):
            closeReason = "the server said \(code.title): \(message)"
            hasHeardWhy = true
            events.goingAway(.milliseconds(Int64(after)), closeReason)
        case .collectGrants: collectGrants()
        case .refused(let refusal, let detail): refuse(refusal, detail)
        case .close(let linger): close(linger: linger)
        }
    }

    /// Any thread.
    func handlerFailed(_ method: String, _ error: any Error) {
        logger.error("wire.handler.failed", metadata: ["method": "\(method)", "error": "\(error)"])
    }

    var peerName: String { peer?.description ?? remoteAddress }

    func refuse(_ refusal: WireRefusal, _ detail: String) {
        counters.count(refusal)
        logger.debug(
            "wire.refused",
            metadata: [
                "reason": "\(refusal.rawValue)", "peer": "\(peerName)", "address": "\(remoteAddress)",
                "detail": "\(detail)",
            ])
    }

    func flush() {
        guard output.readableBytes > 0 else { return }
        traffic?.send(output.readableBytes)
        switch link {
        case .none: return output.clear()
        case .channel(let context):
            context.writeAndFlush(NIOAny(output), promise: nil)
            if !context.channel.isWritable { checkUnsent(context.channel) }
        case .memory(let link): link.write(output)
        case .tap(let take, _): take(Array(output.readableBytesView))
        }
        if output.capacity > 1_024 {
            output = ByteBuffer()
        } else {
            output.clear()
        }
    }

    /// The peer reads slowly, or not at all; what it makes us answer meanwhile must not pile up.
    private func checkUnsent(_ channel: any Channel) {
        guard !isClosing, let unsent = try? channel.syncOptions?.getOption(.bufferedWritableBytes) else { return }
        machine.unsent(unsent)
        if !machine.effects.isEmpty { touch() }
    }

    func setTimer() {
        guard !isClosed, let due = machine.nextTimer else { return }
        if let timerDue, timerDue <= due { return }
        timer?.cancel()
        timerDue = due
        // `lost` cancels it.
        timer = eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(clamping: due.nanoseconds))) {
            self.timerFired()
        }
    }

    func timerFired() {
        timerDue = nil
        timer = nil
        enter { machine.timerFired(now: now) }
    }
}
