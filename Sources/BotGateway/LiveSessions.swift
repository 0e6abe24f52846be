import Kernel
import Messages
import Synchronization
import Wire

/// The sessions that are live, one per bot, and what Depot's log has for them.
///
/// Under one lock, so that a session that begins gets each directive either with its beginning or after it, in order.
/// A session's own lock is taken inside this one, never the other way round.
final class LiveSessions: Sendable {
    private struct State {
        var live: [String: SessionRunner] = [:]
        /// Robots whose sessions ended and who said something in them that nobody was told of.
        var heardAtLast: Set<String> = []
        var book = DirectiveBook()
        var mall: DepotV1.Mall?
        var roster: Roster
        var admission: Admission
    }

    private let state: Mutex<State>

    init(limits: GatewayLimits, roster: RosterPolicy) {
        state = Mutex(State(roster: Roster(policy: roster), admission: Admission(limits)))
    }

    /// The mall that Depot works in; nil before Depot's log has told it.
    var mall: DepotV1.Mall? { state.withLock { $0.mall } }

    /// The bots with a live session, by id.
    var botIDs: [String] { state.withLock { $0.live.keys.sorted() } }

    func lastDirective(issuedTo bot: String) -> UInt64 { state.withLock { $0.book.lastIssued(to: bot) } }

    func stored(_ bot: String, through directive: UInt64) {
        state.withLock { $0.book.stored(bot, through: directive) }
    }

    /// How many sessions there are, how many are being opened, and how many Hellos found no room.
    var counts: (live: Int, opening: Int, refused: Int) {
        state.withLock { ($0.live.count, $0.admission.opening, $0.admission.refused) }
    }

    // MARK: Sessions

    /// Whether the bot may open a session now; why not. When it may, `begin` or `notOpened` follows.
    func admit(_ bot: String) -> WireStatus? {
        state.withLock { state in
            state.roster.refusal(of: bot)
                ?? state.admission.admit(takesOver: state.live[bot] != nil, live: state.live.count)
        }
    }

    /// The log would not open the session.
    func notOpened() { state.withLock { $0.admission.answered() } }

    /// The session is on disk: it takes the bot over from the one before.
    func begin(_ runner: SessionRunner, hello: BotsV1.Hello, session: UInt64, lastReport: UInt64, now: Timestamp) {
        let actions = state.withLock { state in
            state.admission.answered()
            let old = state.live.updateValue(runner, forKey: hello.botID)
            let directives = state.book.directives(for: hello.botID, after: hello.lastDirective)
            var actions = runner.change {
                $0.opened(
                    session: session, lastReport: lastReport, directives: directives,
                    storedBefore: state.book.lastStored(by: hello.botID), nowUnixMs: now.unixMs)
            }
            // It may have been retired since it was admitted.
            if let status = state.roster.refusal(of: hello.botID) {
                actions += runner.change { $0.dismissed(status) }
            }
            if runner.isOver { state.live[hello.botID] = nil }
            // What the old session would append is refused by the log already, its SessionClosed is there.
            if let old { actions += old.change { $0.superseded(by: session) }.filter { !$0.isClose } }
            return actions
        }
        runner.perform(actions)
    }

    func end(_ runner: SessionRunner) {
        guard let id = runner.botID else { return }
        state.withLock { state in
            if state.live[id] === runner { state.live[id] = nil }
            if runner.takeHeard() { state.heardAtLast.insert(id) }
        }
    }

    /// The bots that said something, anything, since the last time this was asked, by id.
    func takeHeard() -> [String] {
        state.withLock { state in
            for (id, runner) in state.live where runner.takeHeard() { state.heardAtLast.insert(id) }
            defer { state.heardAtLast = [] }
            return state.heardAtLast.sorted()
        }
    }

    // MARK: Depot's log

    /// What is kept of Depot's log, in protobuf: `restore` takes it.
    func depotView() -> [UInt8] {
        let (mall, book, roster) = state.withLock { ($0.mall, $0.book, $0.roster) }
        return BotsV1.DepotView(
            mall: mall, shelves: book.record, registered: roster.names(.registered), retired: roster.names(.retired)
        ).protobuf()
    }

    /// Begins with what an earlier life has kept. Before any session.
    /// - Throws: when the bytes are no such view.
    func restore(_ bytes: [UInt8]) throws {
        let view = try BotsV1.DepotView(protobuf: bytes, limits: .unlimited)
        state.withLock { state in
            state.mall = view.mall
            state.book = DirectiveBook(view.shelves)
            state.roster.restore(registered: view.registered, retired: view.retired)
        }
    }

    func apply(_ event: DepotV1.Event) {
        let dismissed = state.withLock { state in
            take(event, into: &state)
            return state.roster.apply(event).flatMap { dismiss($0, from: &state) }
        }
        if let (runner, actions) = dismissed { runner.perform(actions) }
    }

    private func dismiss(_ bot: String, from state: inout State) -> (SessionRunner, [BotSession.Action])? {
        guard let status = state.roster.refusal(of: bot), let runner = state.live.removeValue(forKey: bot) else {
            return nil
        }
        return (runner, runner.change { $0.dismissed(status) })
    }

    private func take(_ event: DepotV1.Event, into state: inout State) {
        switch event.kind {
        case .mallOpened(let opened): state.mall = opened.mall
        case .directiveIssued(let issued):
            guard state.book.issue(issued), let message = issued.message else { return }
            _ = state.live[issued.botID]?.change { session in
                session.deliver(message)
                return []
            }
        case .reportRejected(let rejected):
            guard let message = rejected.rejected else { return }
            _ = state.live[rejected.botID]?.change { session in
                session.reject(message, journal: rejected.journal)
                return []
            }
        case .taskDelivered(let ended): state.book.taskEnded(ended.taskID, bot: ended.botID)
        case .taskRequeued(let ended): state.book.taskEnded(ended.taskID, bot: ended.botID)
        case .taskLeftInCustody(let ended): state.book.taskEnded(ended.taskID, bot: ended.botID)
        case .taskCanceled(let ended): state.book.taskEnded(ended.taskID, bot: ended.botID)
        default: break
        }
    }
}

extension BotSession.Action {
    fileprivate var isClose: Bool { if case .close = self { true } else { false } }
}
