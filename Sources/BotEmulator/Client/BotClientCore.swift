public import Messages

/// A robot's side of the contract as a pure machine: numbers reports, resends what the gateway does not have, takes
/// each directive once.
///
/// Two rules hold everything: a report is sent only after the journal has it (`stored`), and a directive is
/// acknowledged and handed on only after the journal has it. The shell stores records in the order of the actions,
/// and pulls what goes to the gateway with `next()`.
public struct BotClientCore: Sendable {
    /// What a robot says of itself in Hello.
    public struct Card: Sendable, Hashable {
        public var botID: String
        public var model: String
        public var capacityUnits: UInt32
        public var capabilities: [String]
        public var software: String

        public init(
            botID: String, model: String, capacityUnits: UInt32, capabilities: [String] = [], software: String = ""
        ) {
            self.botID = botID
            self.model = model
            self.capacityUnits = capacityUnits
            self.capabilities = capabilities
            self.software = software
        }
    }

    /// What the shell is to do, in this order.
    public enum Action: Sendable, Hashable {
        /// Put this into the journal, flush it, then call `directiveStored`.
        case store(directive: BotsV1.ToBot)
        /// Hand a stored directive to the robot.
        case deliver(BotsV1.ToBot)
        /// Tell the robot that a session has begun.
        case sessionBegan(BotsV1.Welcome)
        /// Tell the robot that one of its reports was rejected.
        case rejected(BotsV1.Rejected)
        /// The gateway has these reports on disk: note it, at leisure; the journal can forget them.
        case acknowledged(through: UInt64)
        /// The session is over; do not connect again at once.
        case superseded(by: UInt64)
        /// The session must end: the gateway has broken the contract, or is not the one that this journal knows.
        case fail(ContractBreach)
    }

    /// What a gateway cannot rightly say.
    public enum ContractBreach: Error, Sendable, Hashable, CustomStringConvertible {
        case noWelcome
        case secondWelcome
        /// Welcome knows fewer reports than were acknowledged: the gateway's data is not that of this journal.
        case reportsForgotten(known: UInt64, acknowledged: UInt64)
        /// It acknowledges a report that was not made.
        case unknownReport(UInt64, last: UInt64)

        public var description: String {
            switch self {
            case .noWelcome: "the gateway's first message was not a Welcome"
            case .secondWelcome: "the gateway sent a second Welcome"
            case .reportsForgotten(let known, let acknowledged):
                "the gateway knows reports up to \(known) of this journal, but acknowledged \(acknowledged) before: "
                    + "its data is another mall's or was lost. Delete the journal to start afresh"
            case .unknownReport(let report, let last):
                "the gateway acknowledged report \(report), the last one made is \(last)"
            }
        }
    }

    private enum Phase {
        case offline
        /// Hello is to be sent, or sent; Welcome has not come.
        case greeting(isHelloSent: Bool)
        case live
    }

    private let card: Card
    private let journal: String
    private var phase = Phase.offline

    /// Made and not acknowledged, oldest first, numbered without gaps up to `lastReport`.
    private var unacknowledged: [BotsV1.FromBot]
    private var firstUnacknowledged = 0
    private(set) var lastReport: UInt64
    private(set) var acknowledged: UInt64
    private var stored: UInt64
    /// The last report sent in this session.
    private var sent: UInt64 = 0

    /// The last directive in the journal, and the last one that is there or on its way there.
    private(set) var lastDirective: UInt64
    private var storingDirective: UInt64
    private var acknowledgedDirective: UInt64 = 0
    /// Nothing is sent meanwhile: the robot's software hangs, for emulation.
    package var isSilent = false
    private var telemetry: BotsV1.Telemetry?
    private var goodbye: BotsV1.Goodbye?
    /// Whether something was said since the last `signOfLife`, and whether that one is still to be given.
    private var hasSpoken = false
    private var owesSignOfLife = false

    /// Takes up a journal where it stands.
    public init(card: Card, recovered: RecoveredJournal) {
        self.card = card
        journal = recovered.journal
        lastReport = recovered.lastReport
        stored = recovered.lastReport
        acknowledged = recovered.reportAck
        lastDirective = recovered.lastDirective
        storingDirective = recovered.lastDirective
        unacknowledged = recovered.reports.filter { $0.report > recovered.reportAck }
    }

    /// Reports made and not acknowledged.
    public var unacknowledgedCount: Int { unacknowledged.count - firstUnacknowledged }

    /// Whether a session is under way.
    public var isLive: Bool { if case .live = phase { true } else { false } }

    // MARK: From the robot

    /// Numbers a report. Store it, then call `stored(through:)`.
    public mutating func report(_ body: BotsV1.FromBot.Body) -> BotsV1.FromBot {
        lastReport += 1
        let report = BotsV1.FromBot(report: lastReport, body: body)
        unacknowledged.append(report)
        return report
    }

    /// The journal has every report up to this one.
    public mutating func stored(through report: UInt64) {
        stored = max(stored, report)
    }

    /// The newest telemetry replaces what was not sent.
    public mutating func telemetry(_ telemetry: BotsV1.Telemetry) {
        self.telemetry = telemetry
    }

    /// The journal has this directive.
    public mutating func directiveStored(_ directive: BotsV1.ToBot) -> [Action] {
        lastDirective = max(lastDirective, directive.directive)
        return [.deliver(directive)]
    }

    /// Some time has passed, a third of a lease: one that has said nothing in it says that it is there.
    public mutating func signOfLife() {
        owesSignOfLife = !hasSpoken
        hasSpoken = false
    }

    /// The robot leaves: said after everything else.
    public mutating func leave(reason: String) {
        goodbye = BotsV1.Goodbye(reason: reason)
    }

    // MARK: The session

    /// A call has begun.
    public mutating func connected() {
        phase = .greeting(isHelloSent: false)
        telemetry = nil
    }

    /// The call is over.
    public mutating func disconnected() {
        phase = .offline
    }

    public mutating func receive(_ message: BotsV1.ToBot) -> [Action] {
        switch phase {
        case .offline: return []
        case .greeting:
            guard case .welcome(let welcome) = message.body else {
                // A second Hello may be on its way in another session before this one's Welcome.
                if case .superseded(let superseded) = message.body { return [.superseded(by: superseded.session)] }
                return [.fail(.noWelcome)]
            }
            return begin(welcome)
        case .live: return receiveLive(message)
        }
    }

    private mutating func begin(_ welcome: BotsV1.Welcome) -> [Action] {
        guard welcome.lastReport >= acknowledged else {
            return [.fail(.reportsForgotten(known: welcome.lastReport, acknowledged: acknowledged))]
        }
        guard welcome.lastReport <= lastReport else {
            return [.fail(.unknownReport(welcome.lastReport, last: lastReport))]
        }
        phase = .live
        sent = welcome.lastReport
        // Hello has told it.
        acknowledgedDirective = lastDirective
        storingDirective = max(storingDirective, lastDirective)
        return acknowledge(welcome.lastReport) + [.sessionBegan(welcome)]
    }

    private mutating func receiveLive(_ message: BotsV1.ToBot) -> [Action] {
        guard message.reportAck <= sent else { return [.fail(.unknownReport(message.reportAck, last: sent))] }
        var actions = acknowledge(message.reportAck)
        switch message.body {
        case .welcome: actions.append(.fail(.secondWelcome))
        case .superseded(let superseded): actions.append(.superseded(by: superseded.session))
        case .rejected(let rejected): actions.append(.rejected(rejected))
        default:
            // One without a known body is stored and acknowledged too: a newer gateway knows what it sent.
            guard message.directive > storingDirective else { break }
            storingDirective = message.directive
            var directive = message
            directive.reportAck = 0
            actions.append(.store(directive: directive))
        }
        return actions
    }

    private mutating func acknowledge(_ report: UInt64) -> [Action] {
        guard report > acknowledged else { return [] }
        acknowledged = report
        while firstUnacknowledged < unacknowledged.count, unacknowledged[firstUnacknowledged].report <= report {
            firstUnacknowledged += 1
        }
        if firstUnacknowledged * 2 >= unacknowledged.count {
            unacknowledged.removeFirst(firstUnacknowledged)
            firstUnacknowledged = 0
        }
        return [.acknowledged(through: report)]
    }

    // MARK: To the gateway

    /// What goes out now; nil: nothing until the next input.
    public mutating func next() -> BotsV1.FromBot? {
        guard !isSilent, let message = nextMessage() else { return nil }
        (hasSpoken, owesSignOfLife) = (true, false)
        return message
    }

    private mutating func nextMessage() -> BotsV1.FromBot? {
        switch phase {
        case .offline, .greeting(isHelloSent: true): return nil
        case .greeting(isHelloSent: false):
            phase = .greeting(isHelloSent: true)
            return BotsV1.FromBot(body: .hello(hello()))
        case .live: break
        }
        if var report = nextReport() {
            sent = report.report
            report.directiveAck = acknowledgeDirectives()
            return report
        }
        if let telemetry {
            self.telemetry = nil
            return BotsV1.FromBot(directiveAck: acknowledgeDirectives(), body: .telemetry(telemetry))
        }
        if acknowledgedDirective < lastDirective || owesSignOfLife {
            return BotsV1.FromBot(directiveAck: acknowledgeDirectives())
        }
        if let goodbye, sent == lastReport {
            self.goodbye = nil
            return BotsV1.FromBot(body: .goodbye(goodbye))
        }
        return nil
    }

    /// The next stored report that was not sent in this session.
    private func nextReport() -> BotsV1.FromBot? {
        guard sent < stored, firstUnacknowledged < unacknowledged.count else { return nil }
        let offset = sent + 1 - unacknowledged[firstUnacknowledged].report
        return unacknowledged[firstUnacknowledged + Int(offset)]
    }

    private mutating func acknowledgeDirectives() -> UInt64 {
        acknowledgedDirective = lastDirective
        return lastDirective
    }

    private func hello() -> BotsV1.Hello {
        BotsV1.Hello(
            botID: card.botID, model: card.model, protocolVersion: 1, capacityUnits: card.capacityUnits,
            capabilities: card.capabilities, journal: journal, lastDirective: lastDirective, software: card.software)
    }
}
