import DequeModule
import Kernel
import Messages

/// The robots' gateway's log: sessions that rise, one at a time for each robot, and each journal's reports once and in
/// order. It keeps each report until Depot has taken it in.
struct GatewayAudit: Sendable {
    /// The gateway remembers as many journals of a robot: one that is older begins anew.
    private static let maxJournals = 8

    private struct Bot: Sendable {
        var session: UInt64 = 0
        var isOpen = false
        var journals: [(id: String, last: UInt64)] = []
    }

    /// A report as the log has it, for what Depot makes of it.
    struct Report: Sendable {
        /// The gateway's.
        var service: String
        var position: UInt64
        var botID: String
        var journal: String
        var number: UInt64
        /// "ItemPicked".
        var kind: String
        /// Empty when it is of no task.
        var taskID = ""
        var epoch: UInt64 = 0
        /// Depot records something because of it, in any case.
        var mustShow: Bool
        var hasShown = false
    }

    private var life: UInt64 = 0
    private var bots: [String: Bot] = [:]
    // Those that Depot may still have to take in, oldest first.
    private var waiting: Deque<Report> = []

    /// What robots said they have stored, and where they said so.
    private(set) var storedDirectives: [String: (directive: UInt64, position: UInt64)] = [:]

    mutating func take(_ event: BotsV1.Event, _ recorded: RecordedEvent) throws(Violation) {
        switch event.kind {
        case .gatewayStarted(let started):
            guard started.life == life + 1 else {
                throw Violation(
                    .reports, recorded, expected: "life \(life + 1) of the gateway", found: "life \(started.life)")
            }
            life = started.life
            for id in bots.keys { bots[id]?.isOpen = false }
        case .sessionOpened(let opened): try open(opened, recorded)
        case .sessionClosed(let closed):
            guard let bot = bots[closed.botID], bot.isOpen, bot.session == closed.session else {
                throw Violation(
                    .reports, recorded, expected: "the end of a session that is open",
                    found: "the end of session \(closed.session) of \(closed.botID), which is not")
            }
            bots[closed.botID]?.isOpen = false
        case .reportReceived(let received): try receive(received, recorded)
        case nil: break
        }
    }

    private mutating func open(_ opened: BotsV1.SessionOpened, _ recorded: RecordedEvent) throws(Violation) {
        var bot = bots[opened.botID] ?? Bot()
        guard opened.session > bot.session else {
            throw Violation(
                .reports, recorded, expected: "a session of \(opened.botID) after \(bot.session)",
                found: "session \(opened.session)")
        }
        if bot.isOpen {
            throw Violation(
                .reports, recorded, expected: "that session \(bot.session) of \(opened.botID) was ended before",
                found: "session \(opened.session) beside it")
        }
        let last = bot.journals.last { $0.id == opened.journal }?.last ?? 0
        bot.journals.removeAll { $0.id == opened.journal }
        bot.journals.append((opened.journal, last))
        if bot.journals.count > Self.maxJournals { bot.journals.removeFirst() }
        bot.session = opened.session
        bot.isOpen = true
        bots[opened.botID] = bot
        note(opened.botID, stored: opened.lastDirective, at: recorded.position)
    }

    private mutating func receive(_ received: BotsV1.ReportReceived, _ recorded: RecordedEvent) throws(Violation) {
        guard let report = received.report, report.report > 0 else {
            throw Violation(.reports, recorded, expected: "a report with a number", found: "none")
        }
        guard let bot = bots[received.botID], bot.isOpen, bot.session == received.session,
            let journal = bot.journals.last
        else {
            throw Violation(
                .reports, recorded, expected: "a report of \(received.botID)'s newest session, while it is open",
                found: "one of session \(received.session)")
        }
        guard journal.id == received.journal else {
            throw Violation(
                .reports, recorded, expected: "a report of journal \(journal.id), the session's",
                found: "one of journal \(received.journal)")
        }
        guard report.report == journal.last + 1 else {
            throw Violation(
                .reports, recorded, expected: "report \(journal.last + 1) of \(received.botID)'s journal \(journal.id)",
                found: "report \(report.report)")
        }
        bots[received.botID]?.journals[bot.journals.count - 1].last = report.report
        note(received.botID, stored: report.directiveAck, at: recorded.position)
        waiting.append(Report(received, report, in: recorded))
    }

    private mutating func note(_ bot: String, stored directive: UInt64, at position: UInt64) {
        if directive > storedDirectives[bot]?.directive ?? 0 { storedDirectives[bot] = (directive, position) }
    }

    // MARK: What Depot makes of reports

    /// The report at a position to which Depot traces an event back; nil when another event is there.
    mutating func cause(at position: UInt64) throws(Violation) -> Report? {
        while let first = waiting.first, first.position < position {
            try checkShown(first)
            waiting.removeFirst()
        }
        guard waiting.first?.position == position else { return nil }
        waiting[0].hasShown = true
        return waiting[0]
    }

    /// All reports were taken in.
    mutating func finish() throws(Violation) {
        for report in waiting { try checkShown(report) }
        waiting = []
    }

    private func checkShown(_ report: Report) throws(Violation) {
        guard report.mustShow, !report.hasShown else { return }
        throw Violation(
            .causes, service: report.service, position: report.position, type: "ReportReceived",
            stream: "bot/\(report.botID)",
            expected: "that Depot recorded something because of report \(report.number), \(report.kind)",
            found: "nothing in the log of depot: the report is lost")
    }
}

extension GatewayAudit.Report {
    init(_ received: BotsV1.ReportReceived, _ report: BotsV1.FromBot, in recorded: RecordedEvent) {
        self.init(
            service: recorded.service, position: recorded.position, botID: received.botID, journal: received.journal,
            number: report.report, kind: "a report", mustShow: true)
        switch report.body {
        case .taskAccepted(let body): (kind, taskID, epoch) = ("TaskAccepted", body.taskID, body.epoch)
        case .taskDeclined(let body): (kind, taskID, epoch) = ("TaskDeclined", body.taskID, body.epoch)
        // Said twice, it changes nothing.
        case .stopReached(let body):
            (kind, taskID, epoch, mustShow) = ("StopReached", body.taskID, body.epoch, false)
        case .itemPicked(let body): (kind, taskID, epoch) = ("ItemPicked", body.taskID, body.epoch)
        case .itemUnavailable(let body): (kind, taskID, epoch) = ("ItemUnavailable", body.taskID, body.epoch)
        case .stopDone(let body): (kind, taskID, epoch) = ("StopDone", body.taskID, body.epoch)
        case .taskDelivered(let body): (kind, taskID, epoch) = ("TaskDelivered", body.taskID, body.epoch)
        case .taskAbandoned(let body): (kind, taskID, epoch) = ("TaskAbandoned", body.taskID, body.epoch)
        case .taskRequest: kind = "TaskRequest"
        case .fault: kind = "Fault"
        case .faultCleared: kind = "FaultCleared"
        case .paused: kind = "Paused"
        case .resumed: kind = "Resumed"
        case .telemetry, .hello, .goodbye, nil: mustShow = false
        }
    }
}
