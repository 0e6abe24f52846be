public import Kernel
public import Logging
import Messages
import Synchronization

/// The staff at work: users, their sessions and what they command, over a log of their own.
///
/// It answers while ``run()`` runs. Its log is in an event stream of its own: it holds passwords' hashes, and is no
/// business of those who follow the shop's events.
public final class StaffService: Sendable {
    let loop: ServiceLoop<StaffCore>
    let passwords: PasswordDesk
    let throttle = Mutex(SignInThrottle())
    private let watchers = Watchers<StaffSessionChange>()
    /// Lets whoever sees the server's output make the first user. It is as good as this process.
    private let firstToken = Secrets.token()

    /// Loads the state from the log: blocks while it reads.
    ///
    /// - Throws: `StorageError` when the log cannot be read.
    public convenience init(log: any EventLog, clock: any KernelClock = SystemClock(), logger: Logger) throws {
        try self.init(log: log, clock: clock, passwords: PasswordDesk(), logger: logger)
    }

    init(log: any EventLog, clock: any KernelClock, passwords: PasswordDesk, logger: Logger) throws {
        loop = try ServiceLoop(log: log, stream: EventStream(), clock: clock, logger: logger)
        self.passwords = passwords
        loop.onCommit { [watchers] events, core in
            for event in events { Self.publish(event.event, core, to: watchers) }
        }
    }

    /// Has `observe` called when the service begins to work, cannot any more, can again, and has stopped. Before ``run()``.
    public func onCondition(_ observe: @escaping @Sendable (LoopCondition) -> Void) {
        loop.onCondition(observe)
    }

    /// Works until ``stop()``, or until the task is cancelled. Once only.
    public func run() async throws {
        defer { watchers.finish() }
        try await loop.run()
    }

    /// Takes no more calls, finishes those that wait, and lets ``run()`` return.
    public func stop() {
        watchers.finish()
        loop.stop()
    }

    // MARK: Before the first user

    /// What the first user is made with, while there is none; nil once there is.
    public func setupToken() async throws -> String? {
        try await loop.read { $0.needsSetup } ? firstToken : nil
    }

    func isFirstToken(_ token: String) -> Bool {
        Secrets.areEqual(Array(token.utf8), Array(firstToken.utf8))
    }

    // MARK: Sessions

    /// The session that a browser's token is of; nil when it has ended, or never was.
    func session(token: String) async throws -> StaffSession? {
        try await session(id: Secrets.hash(of: token))
    }

    private func session(id: String) async throws -> StaffSession? {
        let now = loop.clock.now()
        return try await loop.read { $0.session(id, now: now) }
    }

    /// What becomes of a session from now on. One that has ended meanwhile says so at once; after its end nothing more
    /// comes. The sequence also ends when the service stops.
    ///
    /// Of changes that come faster than they are taken the newest is seen, and the end always.
    public func changes(of session: StaffSession) async throws -> AsyncStream<StaffSessionChange> {
        let changes = watchers.values(of: session.id)
        guard let present = try await self.session(id: session.id) else { return Self.only(.ended("it is over")) }
        if present.role != session.role { watchers.publish(.role(present.role), of: session.id) }
        return changes
    }

    private static func only(_ change: StaffSessionChange) -> AsyncStream<StaffSessionChange> {
        AsyncStream { continuation in
            continuation.yield(change)
            continuation.finish()
        }
    }

    private static func publish(_ event: StaffV1.Event, _ core: StaffCore, to watchers: Watchers<StaffSessionChange>) {
        switch event.kind {
        case .sessionEnded(let event): watchers.publish(.ended(event.why), of: event.session)
        case .roleChanged(let event):
            guard let role = StaffRole(event.role) else { return }
            for session in core.sessions(of: event.name) { watchers.publish(.role(role), of: session.session) }
        default: break
        }
    }
}
