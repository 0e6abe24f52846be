public import APIs
public import Logging
public import Messages
import Synchronization
public import Wire

/// The library that a robot's software uses: durable reports, live telemetry, and the directives that come.
///
/// `report` returns once the report is in the journal; from then on it reaches the gateway exactly once, whatever
/// breaks. A directive comes out of `incoming` once it is in the journal, in order, each once. After a restart,
/// `recovered` says what was reported and received before. Run `run(over:)` for as long as the robot is to be
/// connected; it makes a new call after each break. Safe to use from anywhere.
public final class RobotClient: Sendable {
    /// What comes from the gateway.
    public enum Incoming: Sendable, Hashable {
        /// A directive, stored.
        case directive(BotsV1.ToBot)
        /// A session has begun.
        case sessionBegan(BotsV1.Welcome)
        /// A report changed nothing; with the report itself if the journal still has it.
        case rejected(BotsV1.Rejected, report: BotsV1.FromBot?)
        /// The session is over.
        case sessionEnded(WireStatus?)
        /// There is no connection, and why; the library goes on trying.
        case notConnected(String)
        /// The journal cannot be written: the robot must stop.
        case journalFailed(JournalError)
    }

    /// How it goes.
    public struct Counters: Sendable, Hashable {
        public var sessions = 0
        public var reports: UInt64 = 0
        public var acknowledged: UInt64 = 0
        public var rejected = 0
        public var unacknowledged = 0
        public var isConnected = false
    }

    private struct State {
        var core: BotClientCore
        var counters = Counters()
        var wake: (@Sendable () -> Void)?
        var ending: WireStatus?
        var breach: BotClientCore.ContractBreach?
        /// What was asked and not answered yet.
        var asking: BotsV1.TaskRequest?
        var lease = Duration.seconds(60)
    }

    private let state: Mutex<State>
    private let journal: Journal
    let logger: Logger
    private let tell: @Sendable (Incoming) -> Void

    /// What the journal said when it was opened.
    public let recovered: RecoveredJournal
    /// What comes from the gateway; for one consumer.
    public let incoming: AsyncStream<Incoming>

    /// Opens or makes the journal in `directory`: blocks while it reads.
    ///
    /// - Throws: `JournalError` when it is damaged, in use, or cannot be read or written.
    public convenience init(
        card: BotClientCore.Card, directory: String, logger: Logger = Logger(label: "robot")
    ) throws {
        let (incoming, events) = AsyncStream.makeStream(of: Incoming.self)
        self.init(
            card: card, journal: try Journal(directory: directory), logger: logger, incoming: incoming
        ) { events.yield($0) }
    }

    /// - Parameter tell: is told what comes, in order; under the client's lock, so it must not come back here.
    init(
        card: BotClientCore.Card, journal: Journal, logger: Logger,
        incoming: AsyncStream<Incoming> = AsyncStream { $0.finish() }, tell: @escaping @Sendable (Incoming) -> Void
    ) {
        self.journal = journal
        recovered = journal.contents
        state = Mutex(State(core: BotClientCore(card: card, recovered: recovered)))
        self.logger = logger
        self.incoming = incoming
        self.tell = tell
    }

    public var counters: Counters {
        state.withLock { state in
            var counters = state.counters
            counters.unacknowledged = state.core.unacknowledgedCount
            counters.isConnected = state.core.isLive
            return counters
        }
    }

    // MARK: The robot speaks

    /// Reports something; returns its number once it is in the journal, not when the gateway has it.
    ///
    /// - Parameters:
    ///   - note: the robot's own state, stored with the report in one piece, for `recovered` after a restart.
    ///   - directive: the robot is done with this directive once it has said so: `finish` in the same piece.
    /// - Throws: `JournalError` when it could not be stored: the robot must stop.
    @discardableResult
    public func report(
        _ body: BotsV1.FromBot.Body, note: [UInt8]? = nil, finishing directive: BotsV1.ToBot? = nil
    ) async throws -> UInt64 {
        let number = try await withCheckedThrowingContinuation { continuation in
            submit([body], note: note, finishing: directive) { result in
                continuation.resume(with: result.mapError { $0 as any Error })
            }
        }
        if directive != nil { forgetFinished() }
        return number
    }

    /// `report` without waiting, for several at once: they are numbered now, in order, and sent once they are stored.
    public func submit(
        _ bodies: [BotsV1.FromBot.Body], note: [UInt8]? = nil, finishing directive: BotsV1.ToBot? = nil,
        completion: (@Sendable (Result<UInt64, JournalError>) -> Void)? = nil
    ) {
        state.withLock { state in
            let reports = bodies.map { state.core.report($0) }
            state.counters.reports += UInt64(reports.count)
            var records = reports.map { BotsV1.JournalRecord(kind: .report($0)) }
            if let note { records.append(BotsV1.JournalRecord(kind: .note(note))) }
            if let directive { records.append(BotsV1.JournalRecord(kind: .directiveDone(directive.directive))) }
            for case .taskRequest(let request) in bodies { state.asking = request }
            let last = state.core.lastReport
            // Inside the lock, so that the journal has reports in the order of their numbers.
            journal.append(records) { [weak self] result in
                switch result {
                case .success:
                    self?.apply {
                        $0.stored(through: last); return []
                    }
                case .failure(let error): self?.tell(.journalFailed(error))
                }
                completion?(result.map { last })
            }
        }
    }

    /// Says where the robot is: sent when there is room, replaced by the next, never stored.
    public func telemetry(_ telemetry: BotsV1.Telemetry) {
        apply {
            $0.telemetry(telemetry); return []
        }
    }

    /// Says goodbye after all reports are sent; the gateway then ends the call.
    public func leave(reason: String) {
        apply {
            $0.leave(reason: reason); return []
        }
    }

    /// The robot is done with a directive: after a restart `directives` does not begin with it again.
    ///
    /// It is on disk with the next report. Until then a crash hands the directive over once more, so what a robot does
    /// with one must bear being done twice; `report(_:finishing:)` closes that gap for tasks.
    public func finish(_ directive: BotsV1.ToBot) {
        journal.append([BotsV1.JournalRecord(kind: .directiveDone(directive.directive))])
        forgetFinished()
    }

    private func forgetFinished() { journal.compact(above: 64) { entry, journal in journal.isOpen(entry) } }

    /// What the journal holds of reports on a task, oldest first: after a restart, what need not be done again. A task's
    /// reports are there until its `AssignTask` is finished and they are acknowledged.
    public func reports(on taskID: String, epoch: UInt64) -> [BotsV1.FromBot.Body] {
        journal.contents.reports.compactMap(\.body).filter { body in
            guard let task = body.task else { return false }
            return task.id == taskID && task.epoch == epoch
        }
    }

    /// The last task request, if no directive has answered it.
    var unansweredRequest: BotsV1.TaskRequest? { state.withLock { $0.asking } }

    /// Sends nothing while `isSilent`, as a robot whose software hangs: for emulation and tests.
    package func silence(_ isSilent: Bool) {
        apply {
            $0.isSilent = isSilent; return []
        }
    }

    /// Makes the journal smaller once it holds more than `limit` entries: reports that are acknowledged and directives
    /// that were taken from `incoming` are forgotten. Only for a robot that no longer needs them after a restart.
    ///
    /// - Parameter lastDirective: the last directive that the robot has taken from `incoming`.
    public func compactJournal(above limit: Int, lastDirective: UInt64) {
        journal.compact(above: limit) { entry, _ in
            switch entry {
            case .report: false
            case .directive(let directive): directive.directive > lastDirective
            }
        }
    }

    // MARK: The session

    /// Stays in session with the gateway until the task is cancelled, or `leave` was heard.
    ///
    /// - Throws: `BotClientCore.ContractBreach` when to go on would be wrong: the gateway is not the one that this
    ///   journal knows. `RobotRefusal` when the gateway will not have this robot: a person must look. All else is tried
    ///   again, with growing waits, or when the gateway asks it to.
    public func run(over bots: BotClient, backoff: WireBackoff = .robots) async throws {
        var retrying = RobotRetrying()
        var context = CallContext(waitForReady: true)
        context.notReady = { [tell] reason in tell(.notConnected(reason)) }
        while !Task.isCancelled {
            let sessionsBefore = counters.sessions
            var status: WireStatus?
            do {
                try await bots.connect(context: context) { inbound, outbound in
                    try await session(inbound, outbound)
                }
            } catch let breach as BotClientCore.ContractBreach {
                throw breach
            } catch {
                status = WireStatus(describing: error)
            }
            tell(.sessionEnded(status))
            guard let status else { return }
            if Task.isCancelled { return }
            if let refusal = RobotRefusal(status) { throw refusal }
            let delay = retrying.delay(
                after: status, hadSession: counters.sessions > sessionsBefore, backoff: backoff,
                random: Double.random(in: -1...1))
            logger.debug("robot.session.ended", metadata: ["status": "\(status)", "retry": "\(delay)"])
            try? await Task.sleep(for: delay)
        }
    }

    private func session(_ inbound: WireInbound<BotsV1.ToBot>, _ outbound: WireOutbound<BotsV1.FromBot>) async throws {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        connected { wake.yield() }
        defer { disconnected() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in wakes {
                    while let message = self.next() { try await outbound.send(message) }
                }
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: self.state.withLock { $0.lease } / 3)
                    self.apply {
                        $0.signOfLife(); return []
                    }
                }
            }
            defer { group.cancelAll() }
            for try await message in inbound { try receive(message) }
        }
    }

    /// A call has begun; `wake` is called when there may be something to send, now also: Hello goes out without anything
    /// having happened.
    func connected(wake: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.core.connected()
            state.wake = wake
            state.ending = nil
        }
        wake()
    }

    /// The call is over.
    func disconnected() {
        state.withLock { state in
            state.core.disconnected()
            state.wake = nil
        }
    }

    /// What goes to the gateway now; nil: nothing until `wake`.
    func next() -> BotsV1.FromBot? { state.withLock { $0.core.next() } }

    /// Takes a message of the gateway's in.
    ///
    /// - Throws: why the call must end: `BotClientCore.ContractBreach`, or a status.
    func receive(_ message: BotsV1.ToBot) throws {
        apply { $0.receive(message) }
        let (breach, ending) = state.withLock { ($0.breach, $0.ending) }
        if let breach { throw breach }
        if let ending { throw ending }
    }

    // MARK: The machine

    private func apply(_ body: (inout BotClientCore) -> [BotClientCore.Action]) {
        state.withLock { state in
            for action in body(&state.core) { perform(action, &state) }
            state.wake?()
        }
    }

    private func perform(_ action: BotClientCore.Action, _ state: inout State) {
        switch action {
        case .store(let directive):
            journal.append([BotsV1.JournalRecord(kind: .directive(directive))]) { [weak self] result in
                switch result {
                case .success: self?.apply { $0.directiveStored(directive) }
                case .failure(let error): self?.tell(.journalFailed(error))
                }
            }
        case .deliver(let directive):
            switch directive.body {
            case .assignTask, .goCharge: state.asking = nil
            default: break
            }
            tell(.directive(directive))
        case .sessionBegan(let welcome):
            state.counters.sessions += 1
            state.lease = .seconds(max(1, Int64(welcome.leaseSeconds)))
            tell(.sessionBegan(welcome))
        case .rejected(let rejected):
            state.counters.rejected += 1
            let report = journal.contents.reports.first { $0.report == rejected.report }
            tell(.rejected(rejected, report: report))
        case .acknowledged(let report):
            state.counters.acknowledged = report
            journal.append([BotsV1.JournalRecord(kind: .reportAck(report))])
        case .superseded(let session):
            state.ending = WireStatus(.aborted, "session \(session) of this robot has begun elsewhere")
        case .fail(let breach):
            state.breach = breach
        }
    }
}
