import Messages
import Wire

/// One robot's stream as a pure machine: what came in and what the log did go in, what is to be done comes out.
///
/// Its life: the first message is a Hello; the gateway's log opens a session; Welcome goes out, and behind it the
/// directives that the robot does not have; then reports come in, numbered without gaps, and are acknowledged only
/// after `appended`. What goes out is pulled with `next()`, so that acknowledgements gather while the robot's
/// connection is busy. The shell reads from the robot only while `mayRead` is true.
struct BotSession {
    /// What the shell is to do.
    enum Action: Hashable {
        /// Append SessionOpened to the log, then call `opened`.
        case open(BotsV1.Hello)
        /// Append these reports to the log, then call `appended`. One such action is under way at a time.
        case append([BotsV1.FromBot])
        /// The robot has stored every directive up to this one.
        case directivesStored(through: UInt64)
        /// Hand the newest telemetry on.
        case telemetry(BotsV1.Telemetry)
        /// Append SessionClosed to the log.
        case close(session: UInt64, why: String)
    }

    /// What goes to the robot now.
    enum Step: Hashable {
        case send(BotsV1.ToBot)
        /// Nothing until the machine's next input.
        case wait
        /// The call is over, with this status; nil: well.
        case end(WireStatus?)
    }

    private enum Phase: Hashable {
        case awaitingHello
        case opening
        case live
        /// No more is taken from the robot; what is under way is flushed and acknowledged, then the call ends well.
        case draining
        case ended
    }

    private let limits: GatewayLimits
    private let identity: SessionIdentity
    private var phase = Phase.awaitingHello
    private(set) var hello: BotsV1.Hello?
    private(set) var session: UInt64 = 0
    private var why = ""
    private var isClosed = false
    private var ending: WireStatus?

    // Reports: up to `flushed` on disk, up to `appending` at the log, up to `received` here.
    private var received: UInt64 = 0
    private var flushed: UInt64 = 0
    private var isAppending = false
    private var waiting: [BotsV1.FromBot] = []

    // To the robot, in this order: session messages, directives, an acknowledgement.
    private var messages: [BotsV1.ToBot] = []
    private var directives: [BotsV1.ToBot] = []
    private var nextDirective = 0
    private var isAckDue = false
    private var lastQueuedDirective: UInt64 = 0
    private var lastSentDirective: UInt64 = 0
    private var directivesStored: UInt64 = 0

    init(identity: SessionIdentity, limits: GatewayLimits) {
        self.identity = identity
        self.limits = limits
    }

    /// Whether the shell may read the robot's next message.
    var mayRead: Bool {
        switch phase {
        case .awaitingHello: true
        case .live: waiting.count < limits.maxUnflushedReports
        case .opening, .draining, .ended: false
        }
    }

    /// Whether nothing more will be taken from the robot.
    var isOver: Bool { phase == .ended || phase == .draining }

    // MARK: From the robot

    mutating func receive(_ message: BotsV1.FromBot) -> [Action] {
        switch phase {
        case .awaitingHello: receiveFirst(message)
        case .live: receiveLive(message)
        case .opening: end(WireStatus(.failedPrecondition, "wait for Welcome before sending more"))
        case .draining, .ended: []
        }
    }

    private mutating func receiveFirst(_ message: BotsV1.FromBot) -> [Action] {
        guard case .hello(let hello) = message.body, message.report == 0 else {
            let what = message.body?.typeName ?? "an empty message"
            return end(WireStatus(.failedPrecondition, "the first message must be a Hello; this was \(what)"))
        }
        if let status = refusal(of: hello, identity: identity, limits: limits) { return end(status) }
        self.hello = hello
        phase = .opening
        return [.open(hello)]
    }

    private mutating func receiveLive(_ message: BotsV1.FromBot) -> [Action] {
        if let fault = message.numberingFault { return end(WireStatus(.invalidArgument, fault)) }
        var actions: [Action] = []
        if message.directiveAck > directivesStored {
            guard message.directiveAck <= lastSentDirective else {
                let text =
                    "directive \(message.directiveAck) is acknowledged, \(lastSentDirective) was the last one sent"
                return end(WireStatus(.invalidArgument, text))
            }
            directivesStored = message.directiveAck
            actions.append(.directivesStored(through: directivesStored))
        }
        switch message.body {
        case .hello: actions += end(WireStatus(.failedPrecondition, "a second Hello on one call"))
        case .goodbye(let goodbye):
            actions += drain(why: goodbye.reason.isEmpty ? "goodbye" : "goodbye: \(goodbye.reason)")
        case .telemetry(let telemetry): actions.append(.telemetry(telemetry))
        case nil: break
        default: actions += receive(report: message)
        }
        return actions
    }

    private mutating func receive(report: BotsV1.FromBot) -> [Action] {
        if report.report <= received {
            // Already here: a repeated acknowledgement tells the robot so. One not yet on disk is acknowledged then.
            if report.report <= flushed { isAckDue = true }
            return []
        }
        guard report.report == received + 1 else {
            let text = "report \(report.report) came after \(received): send again from \(received + 1)"
            return end(WireStatus(.failedPrecondition, text))
        }
        received += 1
        waiting.append(report)
        return appendWaiting()
    }

    private mutating func appendWaiting() -> [Action] {
        guard !isAppending, !waiting.isEmpty else { return [] }
        isAppending = true
        let batch = waiting
        waiting = []
        return [.append(batch)]
    }

    /// The robot sends no more: half-close.
    mutating func inboundFinished() -> [Action] {
        switch phase {
        case .live: drain(why: "closed by the robot")
        case .awaitingHello: end(WireStatus(.failedPrecondition, "the call ended before its Hello"))
        case .opening, .draining, .ended: []
        }
    }

    /// The robot cannot be reached any more, or sent something that broke its call.
    mutating func lost(why: String) -> [Action] {
        end(nil, why: why)
    }

    // MARK: From the clock, the log and the gateway

    mutating func helloIsOverdue() -> [Action] {
        guard phase == .awaitingHello else { return [] }
        return end(WireStatus(.deadlineExceeded, "no Hello within \(limits.helloDeadline)"))
    }

    /// SessionOpened is on disk.
    ///
    /// - Parameters:
    ///   - lastReport: the last report on disk for the journal in Hello.
    ///   - directives: those above `Hello.last_directive` that are still open, in order.
    mutating func opened(
        session: UInt64, lastReport: UInt64, directives: [BotsV1.ToBot], storedBefore: UInt64 = 0, nowUnixMs: Int64
    ) -> [Action] {
        self.session = session
        guard phase == .opening else { return [.close(session: session, why: why)] }
        phase = .live
        received = lastReport
        flushed = lastReport
        directivesStored = hello?.lastDirective ?? 0
        // What an earlier call brought may have been stored while this one began.
        lastSentDirective = max(directivesStored, storedBefore)
        lastQueuedDirective = directivesStored
        let welcome = BotsV1.Welcome(
            session: session, lastReport: lastReport, leaseSeconds: limits.leaseSeconds,
            telemetryIntervalMs: limits.telemetryIntervalMs, serverTimeUnixMs: nowUnixMs)
        messages = [BotsV1.ToBot(body: .welcome(welcome))]
        for directive in directives { deliver(directive) }
        return []
    }

    /// The reports of the last `append` are on disk.
    mutating func appended(through report: UInt64) -> [Action] {
        isAppending = false
        flushed = max(flushed, report)
        isAckDue = true
        guard phase != .ended else { return [] }
        return appendWaiting() + closeWhenDrained()
    }

    /// The log would not open the session or take the reports.
    mutating func refused(_ status: WireStatus) -> [Action] {
        isAppending = false
        return end(status)
    }

    /// A directive for this robot; one that is not newer than the last one is dropped.
    mutating func deliver(_ directive: BotsV1.ToBot) {
        guard phase == .live, directive.directive > lastQueuedDirective else { return }
        lastQueuedDirective = directive.directive
        directives.append(directive)
    }

    /// One of this robot's reports was rejected; what concerns another journal is not for this session.
    mutating func reject(_ rejected: BotsV1.Rejected, journal: String) {
        guard phase == .live, journal == hello?.journal else { return }
        messages.append(BotsV1.ToBot(body: .rejected(rejected)))
    }

    /// Another session of this robot has begun: say so, and end.
    mutating func superseded(by newer: UInt64) -> [Action] {
        guard phase != .ended else { return [] }
        messages.append(BotsV1.ToBot(body: .superseded(BotsV1.Superseded(session: newer))))
        directives = []
        nextDirective = 0
        return end(WireStatus(.aborted, "session \(newer) of this robot has begun"), why: "superseded")
    }

    /// The robot may not stay. What is on disk is acknowledged and what was issued goes out before the call ends: a robot that
    /// was retired hears where to go.
    mutating func dismissed(_ status: WireStatus) -> [Action] {
        if isAckDue, phase == .live { messages.append(BotsV1.ToBot()) }
        return end(status)
    }

    // MARK: To the robot

    mutating func next() -> Step {
        if let message = takeMessage() { return .send(message) }
        switch phase {
        case .ended: return .end(ending)
        case .draining where !isAppending && waiting.isEmpty:
            phase = .ended
            return .end(nil)
        case .awaitingHello, .opening, .live, .draining: return .wait
        }
    }

    private mutating func takeMessage() -> BotsV1.ToBot? {
        var message: BotsV1.ToBot
        if !messages.isEmpty {
            message = messages.removeFirst()
        } else if nextDirective < directives.count {
            message = directives[nextDirective]
            nextDirective += 1
            lastSentDirective = message.directive
            if nextDirective == directives.count {
                directives.removeAll(keepingCapacity: nextDirective < 16)
                nextDirective = 0
            }
        } else if isAckDue, phase != .ended {
            message = BotsV1.ToBot()
        } else {
            return nil
        }
        message.reportAck = flushed
        isAckDue = false
        return message
    }

    // MARK: Ends

    private mutating func drain(why: String) -> [Action] {
        phase = .draining
        self.why = why
        return closeWhenDrained()
    }

    /// The log refuses reports of a closed session: SessionClosed comes after the last of them.
    private mutating func closeWhenDrained() -> [Action] {
        phase == .draining && !isAppending && waiting.isEmpty ? close() : []
    }

    private mutating func end(_ status: WireStatus?, why: String? = nil) -> [Action] {
        guard phase != .ended else { return [] }
        let before = phase
        phase = .ended
        ending = status
        if before != .draining { self.why = why ?? status?.message ?? "connection lost" }
        waiting = []
        isAckDue = false
        // While opening there is no session yet; `opened` closes it.
        return before == .live || before == .draining ? close() : []
    }

    private mutating func close() -> [Action] {
        guard !isClosed else { return [] }
        isClosed = true
        return [.close(session: session, why: why)]
    }
}
