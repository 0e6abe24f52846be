import Kernel
import Logging
import Messages
import Synchronization
import Wire

/// The shell of one `BotSession`: joins a robot's call, the gateway's log and the live sessions.
///
/// It answers its call without a task, because most of the time it only waits: what a robot costs the gateway is this
/// object and its session. The session changes under its lock, from the connection's event loop (the robot), the log's
/// thread (what was flushed) and the reader of Depot's log (directives); it is sent from the event loop alone.
///
/// Safe because everything but the session and the constants is used on the connection's event loop only.
final class SessionRunner: WireReactor, @unchecked Sendable {
    private let session: Mutex<BotSession>
    private let gateway: BotGateway
    private let reply: WireReply<BotsV1.ToBot>
    private let helloIsDue: ContinuousClock.Instant
    private let wasHeard = Atomic(false)
    /// What the connection would not take yet.
    private var unsent: BotsV1.ToBot?
    private var isPaused = false
    private var meter: MessageMeter?
    /// The robot talks faster than it may: nothing is read until then.
    private var heldUntil: ContinuousClock.Instant?
    private let thinning: TelemetryThinning
    private var telemetry: TelemetrySlot?

    /// On the connection's event loop, when the call begins.
    init(gateway: BotGateway, reply: WireReply<BotsV1.ToBot>) {
        session = Mutex(BotSession(identity: SessionIdentity(peer: reply.context.peer), limits: gateway.limits))
        self.gateway = gateway
        self.reply = reply
        meter = MessageMeter(gateway.limits, now: .now)
        thinning = TelemetryThinning(gateway.limits)
        helloIsDue = .now + gateway.limits.helloDeadline
        reply.wake(after: gateway.limits.helloDeadline)
    }

    /// Whose session it is; nil before Hello.
    var botID: String? { session.withLock { $0.hello?.botID } }
    var isOver: Bool { session.withLock { $0.isOver } }

    /// Whether the robot said anything since this was last asked.
    func takeHeard() -> Bool { wasHeard.exchange(false, ordering: .relaxed) }

    // MARK: The call, on the event loop

    var maxMessageBytes: Int { gateway.limits.maxMessageBytes }

    func received(_ message: BotsV1.FromBot) {
        wasHeard.store(true, ordering: .relaxed)
        perform(session.withLock { $0.receive(message) })
        meterMessage()
        turn()
    }

    func finished() {
        perform(session.withLock { $0.inboundFinished() })
        turn()
    }

    func canSend() {
        if botID == nil, .now >= helloIsDue { perform(session.withLock { $0.helloIsOverdue() }) }
        if let heldUntil, .now >= heldUntil { self.heldUntil = nil }
        turn()
    }

    func ended(_ status: WireStatus) {
        let why = status.code == .ok ? "connection lost" : status.description
        perform(session.withLock { $0.lost(why: why) })
        gateway.sessions.end(self)
    }

    /// Sends what there is to send, and takes from the robot what may be taken.
    private func turn() {
        while true {
            if let message = unsent {
                guard reply.send(message) else { break }
                unsent = nil
            }
            switch session.withLock({ $0.next() }) {
            case .send(let message): unsent = message
            case .wait: return read()
            case .end(let status): return end(status)
            }
        }
        read()
    }

    private func read() {
        let isHeld = heldUntil != nil
        let mayRead = session.withLock { $0.mayRead && !isHeld || $0.isOver }
        guard mayRead == isPaused else { return }
        isPaused = !mayRead
        if isPaused { reply.pause() } else { reply.resume() }
    }

    private func meterMessage() {
        switch meter?.count(at: .now) {
        case .hold(let until):
            heldUntil = until
            reply.wake(after: until - .now)
        case .end(let status): perform(session.withLock { $0.dismissed(status) })
        case .goOn, nil: break
        }
    }

    private func publish(_ newest: BotsV1.Telemetry) {
        if telemetry == nil { telemetry = botID.map(gateway.telemetry.slot) }
        telemetry?.publish(newest, at: gateway.clock.now(), gap: thinning.gap(lag: reply.loopLag))
    }

    private func end(_ status: WireStatus?) {
        if let status {
            gateway.logger.debug(
                "gateway.session.ended",
                metadata: [
                    "bot": "\(botID ?? "-")", "remote": "\(reply.context.remoteAddress)", "status": "\(status)",
                ])
        }
        reply.end(status ?? WireStatus(.ok, ""))
    }

    // MARK: The machine

    /// Changes the machine and has the event loop look at it; the caller performs the actions. Any thread.
    func change(_ body: (inout BotSession) -> [BotSession.Action]) -> [BotSession.Action] {
        let actions = session.withLock { body(&$0) }
        reply.wake()
        return actions
    }

    private func apply(_ body: (inout BotSession) -> [BotSession.Action]) {
        perform(change(body))
    }

    func perform(_ actions: [BotSession.Action]) {
        for action in actions {
            switch action {
            case .open(let hello): open(hello)
            case .append(let reports): append(reports)
            case .close(let session, let why): close(session, why)
            case .directivesStored(let directive):
                if let botID { gateway.sessions.stored(botID, through: directive) }
            // From `received` only, so on the event loop.
            case .telemetry(let newest): publish(newest)
            }
        }
    }

    // MARK: The log

    private func open(_ hello: BotsV1.Hello) {
        let issued = gateway.sessions.lastDirective(issuedTo: hello.botID)
        guard hello.lastDirective <= issued else {
            let text =
                "the robot has directive \(hello.lastDirective), the last one issued to it is \(issued): "
                + "its journal is from another mall. Give the robot a new journal"
            return apply { $0.refused(WireStatus(.failedPrecondition, text)) }
        }
        if let status = gateway.sessions.admit(hello.botID) { return apply { $0.refused(status) } }
        let address = reply.context.remoteAddress
        gateway.loop.submit { core, now in
            Decision(core.open(hello, remoteAddress: address)) { core in
                let bot = core.bots[hello.botID] ?? GatewayCore.Bot()
                return Opening(session: bot.session, lastReport: bot.lastReport(of: hello.journal), time: now)
            }
        } completion: { [self] result in
            switch result {
            case .success(let opening):
                gateway.sessions.stored(hello.botID, through: hello.lastDirective)
                gateway.sessions.begin(
                    self, hello: hello, session: opening.session, lastReport: opening.lastReport, now: opening.time)
            case .failure(let error):
                gateway.sessions.notOpened()
                apply { $0.refused(WireStatus(describing: error)) }
            }
        }
    }

    private struct Opening: Sendable {
        let session: UInt64
        let lastReport: UInt64
        let time: Timestamp
    }

    private func append(_ reports: [BotsV1.FromBot]) {
        let (hello, number) = session.withLock { ($0.hello, $0.session) }
        guard let hello, let last = reports.last?.report else { return }
        gateway.loop.submit { core, _ in
            Decision(
                try core.receive(reports, bot: hello.botID, session: number, journal: hello.journal), replying: last)
        } completion: { [self] result in
            switch result {
            // The completion runs after the flush: only now may the robot hear of it.
            case .success(let last): apply { $0.appended(through: last) }
            case .failure(let error): apply { $0.refused(WireStatus(describing: error)) }
            }
        }
    }

    private func close(_ number: UInt64, _ why: String) {
        guard let botID else { return }
        let logger = gateway.logger
        gateway.loop.submit { core, _ in
            Decision(core.close(bot: botID, session: number, why: why))
        } completion: { (result: Result<Void, any Error>) in
            // When the gateway stops, its next life's GatewayStarted ends the session.
            if case .failure(let error) = result {
                logger.debug("gateway.close.failed", metadata: ["bot": "\(botID)", "error": "\(error)"])
            }
        }
    }
}
