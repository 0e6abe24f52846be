public import Kernel
public import Messages
import Wire

/// What the gateway knows from its own log: each bot's last session, and the last report of each of its journals.
///
/// Decisions are pure: they read this value and return events. A report is appended once, in its journal's order,
/// and only by the bot's newest session; everything else about a report is for Depot to judge.
public struct GatewayCore: ServiceCore {
    public typealias Event = BotsV1.Event
    public static let serviceName = "gateway"

    /// One bot's standing.
    public struct Bot: Sendable, Hashable {
        /// The last session's number; 0: none yet.
        public internal(set) var session: UInt64 = 0
        /// That session has not ended.
        public internal(set) var isOpen = false
        /// Every directive up to this one is known, from the log, to be stored by the bot.
        public internal(set) var directiveAck: UInt64 = 0
        /// The newest last; the last one is the last session's.
        var journals: [JournalMark] = []

        func lastReport(of journal: String) -> UInt64 {
            journals.last { $0.journal == journal }?.lastReport ?? 0
        }
    }

    struct JournalMark: Sendable, Hashable {
        var journal: String
        var lastReport: UInt64
    }

    /// How many times this gateway has started.
    public private(set) var life: UInt64 = 0
    public private(set) var bots: [String: Bot] = [:]
    /// Part of what the log means, so not a setting: a replay must forget the same journals.
    static let maxJournals = 8

    public init() {}

    // MARK: Decisions

    func start() -> [NewEvent<BotsV1.Event>] {
        let event = BotsV1.Event(kind: .gatewayStarted(BotsV1.GatewayStarted(life: life + 1)))
        return [NewEvent("gateway", event)]
    }

    /// A new session of the bot in `hello`; it ends the one before.
    func open(_ hello: BotsV1.Hello, remoteAddress: String) -> [NewEvent<BotsV1.Event>] {
        let bot = bots[hello.botID] ?? Bot()
        let opened = BotsV1.SessionOpened(
            botID: hello.botID, session: bot.session + 1, journal: hello.journal, model: hello.model,
            capacityUnits: hello.capacityUnits, capabilities: hello.capabilities, software: hello.software,
            remoteAddress: remoteAddress, lastDirective: hello.lastDirective)
        return close(bot: hello.botID, session: bot.session, why: "superseded") + [
            NewEvent(Self.stream(hello.botID), BotsV1.Event(kind: .sessionOpened(opened)))
        ]
    }

    /// The bot's session ends; nothing when it is not the newest or has ended already.
    func close(bot id: String, session: UInt64, why: String) -> [NewEvent<BotsV1.Event>] {
        guard let bot = bots[id], bot.isOpen, bot.session == session else { return [] }
        let closed = BotsV1.SessionClosed(botID: id, session: session, why: why)
        return [NewEvent(Self.stream(id), BotsV1.Event(kind: .sessionClosed(closed)))]
    }

    /// Reports of one session, in order. Those that the log has are left out; a gap is refused.
    func receive(
        _ reports: [BotsV1.FromBot], bot id: String, session: UInt64, journal: String
    ) throws(WireStatus) -> [NewEvent<BotsV1.Event>] {
        guard let bot = bots[id], bot.isOpen, bot.session == session else {
            throw WireStatus(.aborted, "session \(session) of the robot '\(id)' is over")
        }
        var last = bot.lastReport(of: journal)
        var events: [NewEvent<BotsV1.Event>] = []
        events.reserveCapacity(reports.count)
        for report in reports where report.report > last {
            guard report.report == last + 1 else {
                throw WireStatus(.failedPrecondition, "report \(report.report) came after \(last)")
            }
            last += 1
            let received = BotsV1.ReportReceived(botID: id, session: session, journal: journal, report: report)
            events.append(
                NewEvent(Self.stream(id), BotsV1.Event(kind: .reportReceived(received))))
        }
        return events
    }

    static func stream(_ botID: String) -> String { "bot/\(botID)" }

    // MARK: Evolution

    public mutating func evolve(_ event: BotsV1.Event, _ recorded: EventStamp) {
        switch event.kind {
        case .gatewayStarted(let started):
            life = started.life
            for id in bots.keys { bots[id]?.isOpen = false }
        case .sessionOpened(let opened):
            bots[opened.botID, default: Bot()].open(opened)
        case .sessionClosed(let closed):
            if bots[closed.botID]?.session == closed.session { bots[closed.botID]?.isOpen = false }
        case .reportReceived(let received):
            bots[received.botID]?.note(received)
        case nil: break
        }
    }
}

extension GatewayCore.Bot {
    fileprivate mutating func open(_ opened: BotsV1.SessionOpened) {
        session = opened.session
        isOpen = true
        // Another journal is another storage: what the old one had stored is gone, except for what is acknowledged
        // and done (`DirectiveBook`), so the mark stays.
        directiveAck = max(directiveAck, opened.lastDirective)
        let mark = GatewayCore.JournalMark(journal: opened.journal, lastReport: lastReport(of: opened.journal))
        journals.removeAll { $0.journal == opened.journal }
        journals.append(mark)
        if journals.count > GatewayCore.maxJournals { journals.removeFirst() }
    }

    fileprivate mutating func note(_ received: BotsV1.ReportReceived) {
        guard let report = received.report, let last = journals.indices.last else { return }
        directiveAck = max(directiveAck, report.directiveAck)
        // A session's journal is the last one: a report of another is not appended.
        if journals[last].journal == received.journal { journals[last].lastReport = report.report }
    }
}

// MARK: Snapshot

extension GatewayCore {
    public func snapshot() -> [UInt8] {
        let records = bots.sorted { $0.key < $1.key }.map { id, bot in
            BotsV1.BotRecord(
                botID: id, session: bot.session, open: bot.isOpen, directiveAck: bot.directiveAck,
                journals: bot.journals.map { BotsV1.JournalMark(journal: $0.journal, lastReport: $0.lastReport) })
        }
        return BotsV1.GatewaySnapshot(life: life, bots: records).protobuf()
    }

    public init(snapshot: [UInt8]) throws {
        let snapshot = try BotsV1.GatewaySnapshot(protobuf: snapshot, limits: .unlimited)
        life = snapshot.life
        for record in snapshot.bots {
            bots[record.botID] = Bot(
                session: record.session, isOpen: record.open, directiveAck: record.directiveAck,
                journals: record.journals.map { JournalMark(journal: $0.journal, lastReport: $0.lastReport) })
        }
    }
}
