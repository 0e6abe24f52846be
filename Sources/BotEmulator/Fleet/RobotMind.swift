import Messages
import RobotLink

/// A body and what its robot has heard: joins the body to its client, without a clock of its own.
struct RobotMind: Sendable {
    var body: Body
    private var lastDirective: UInt64
    /// The journal's note is older than its last report.
    private var isNoteOld: Bool
    /// Entries of the journal above which it is made smaller, when it may be.
    var journalLimit = 64
    /// How often telemetry is wanted; 0: not at all.
    private(set) var telemetryIntervalMs: UInt32 = 0

    /// - Parameter body: at simulated time 0, before anything of the journal.
    init(body: Body, recovered: RecoveredJournal) {
        self.body = body
        self.body.recover(recovered)
        lastDirective = recovered.lastDirective
        isNoteOld = recovered.noteReport < recovered.lastReport
    }

    mutating func hear(_ incoming: RobotClient.Incoming) {
        switch incoming {
        case .directive(let directive):
            lastDirective = directive.directive
            body.receive(directive)
        case .sessionBegan(let welcome):
            telemetryIntervalMs = welcome.telemetryIntervalMs
            body.sessionBegan()
        case .rejected(let rejected, let report): body.rejected(rejected, report: report?.body)
        case .sessionEnded, .notConnected, .journalFailed: break
        }
    }

    /// Lives until `target`, in simulated milliseconds, and has the client say what there is to report: that is returned.
    mutating func live(to target: Int64, saying client: RobotClient) -> [BotsV1.FromBot.Body] {
        let reports = body.advance(to: target)
        say(reports, by: client)
        return reports
    }

    /// Has the client say what the body reports, and keep what the body must know after a crash.
    mutating func say(_ reports: [BotsV1.FromBot.Body], by client: RobotClient) {
        if !reports.isEmpty || isNoteOld {
            client.submit(reports, note: body.bodyNote().protobuf())
            isNoteOld = false
        }
        if body.isForgetful { client.compactJournal(above: journalLimit, lastDirective: lastDirective) }
    }
}
