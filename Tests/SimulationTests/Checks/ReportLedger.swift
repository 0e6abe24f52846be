import Kernel
import Messages

/// What robots have stored and what the gateway's log has of it: each report once, in its journal's order, unchanged.
final class ReportLedger {
    /// A report in the gateway's log.
    struct Entry {
        let botID: String
        let body: BotsV1.FromBot.Body
    }

    private struct Session {
        var number: UInt64
        var journal: String
        var isOpen: Bool
    }

    var fail: (String) -> Void = { _ in }
    /// What was stored, by journal, in order; and how many of these the log has.
    private var made: [String: [BotsV1.FromBot.Body?]] = [:]
    private var logged: [String: Int] = [:]
    private var sessions: [String: Session] = [:]
    /// The reports in the gateway's log, by position.
    private(set) var entries: [UInt64: Entry] = [:]
    private(set) var lastPosition: UInt64 = 0
    private var life: UInt64 = 0

    func lastReport(of journal: String) -> UInt64 { UInt64(logged[journal] ?? 0) }
    func madeCount(of journal: String) -> UInt64 { UInt64(made[journal]?.count ?? 0) }

    /// A robot has stored a report.
    func stored(_ report: BotsV1.FromBot, in journal: String) {
        let count = made[journal]?.count ?? 0
        if report.report != UInt64(count) + 1 {
            return fail("journal \(journal) has report \(report.report) after \(count)")
        }
        made[journal, default: []].append(report.body)
    }

    func take(_ event: BotsV1.Event, _ recorded: RecordedEvent) {
        lastPosition = recorded.position
        switch event.kind {
        case .gatewayStarted(let started):
            if started.life != life + 1 { fail("the gateway's life \(started.life) follows \(life)") }
            life = started.life
            for bot in sessions.keys { sessions[bot]?.isOpen = false }
        case .sessionOpened(let opened):
            let last = sessions[opened.botID]
            if opened.session != (last?.number ?? 0) + 1 {
                fail("\(opened.botID): session \(opened.session) follows \(last?.number ?? 0)")
            }
            if last?.isOpen == true {
                fail("\(opened.botID): session \(opened.session) begins before the end of the last")
            }
            sessions[opened.botID] = Session(number: opened.session, journal: opened.journal, isOpen: true)
        case .sessionClosed(let closed):
            if sessions[closed.botID]?.number != closed.session || sessions[closed.botID]?.isOpen != true {
                fail("\(closed.botID): session \(closed.session) ends, which is not open")
            }
            sessions[closed.botID]?.isOpen = false
        case .reportReceived(let received): take(received, at: recorded.position)
        case nil: fail("an event of no kind at position \(recorded.position) of the gateway's log")
        }
    }

    private func take(_ received: BotsV1.ReportReceived, at position: UInt64) {
        let (bot, journal) = (received.botID, received.journal)
        guard let session = sessions[bot], session.isOpen, session.number == received.session,
            session.journal == journal
        else {
            return fail(
                "\(bot): a report of session \(received.session), journal \(journal), is not the open session's")
        }
        guard let report = received.report, let body = report.body else { return fail("\(bot): an empty report") }
        let last = logged[journal] ?? 0
        guard report.report == UInt64(last) + 1 else {
            return fail("\(bot): report \(report.report) of journal \(journal) is in the log after \(last)")
        }
        let stored = made[journal] ?? []
        guard last < stored.count, stored[last] == body else {
            return fail("\(bot): report \(report.report) of journal \(journal) is in the log, and not what was stored")
        }
        logged[journal] = last + 1
        entries[position] = Entry(botID: bot, body: body)
    }
}
