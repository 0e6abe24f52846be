import Foundation
public import Logging
public import Messages
import Synchronization

/// One service at work: a single writer on a thread of its own, which turns commands and other services' events into
/// events in its log.
///
/// It takes whatever waits, decides each in turn on the state that the ones before have left, writes all of it in one
/// transaction, and only then answers. A command that is refused leaves nothing behind and harms no other. When the log
/// refuses a batch, all of it is refused and the state is that of the log again.
///
/// Safe to use from any thread; the closures given to it run on the loop's thread and must not block.
public final class ServiceLoop<Core: ServiceCore>: Sendable {
    /// Where this service's log and those of the others in this process are read.
    public let stream: EventStream
    public let log: any EventLog
    public let clock: any KernelClock

    private enum Phase {
        case preparing
        case running
        case stopped
    }

    let mailbox: Mailbox<LoopWorker<Core>.Job>
    private let phase = Mutex(Phase.preparing)
    private let feed: EventFeed
    let worker: ThreadOwned<LoopWorker<Core>>

    /// Loads the state from the log: blocks while it reads.
    ///
    /// - parameter configure: gives a core what is not part of its state, such as a policy, whenever one is loaded.
    /// - throws: ``StorageError`` when the log cannot be read, or holds what this program does not understand.
    public init(
        log: any EventLog, stream: EventStream, clock: any KernelClock = SystemClock(), logger: Logger,
        options: LoopOptions = LoopOptions(), configure: @escaping @Sendable (inout Core) -> Void = { _ in }
    ) throws {
        self.log = log
        self.stream = stream
        self.clock = clock
        feed = stream.register(log)
        mailbox = Mailbox(capacity: options.mailboxCapacity)
        worker = ThreadOwned(
            try LoopWorker(
                log: log, feed: feed, stream: stream, clock: clock, logger: logger, options: options,
                configure: configure))
        let mailbox = mailbox
        clock.onChange { mailbox.wake() }
        stream.onRegistration { mailbox.wake() }
    }

    // MARK: Before it runs

    /// Lets this service react to another's events, each once, in order, from the other's first event on.
    ///
    /// `react` is pure: what it returns is recorded together with the place in the other log. When it throws, or the
    /// event cannot be read, the same event is tried again until it succeeds, and no later one is looked at; so throw
    /// only where nothing else is possible. Call before ``run()``, once for each service.
    ///
    /// - throws: ``StorageError`` when the other log is shorter than what was already taken from it.
    public func subscribe<Event: EventMessage>(
        to service: String, _: Event.Type,
        react: @escaping @Sendable (Core, ForeignEvent<Event>, Timestamp) throws -> [NewEvent<Core.Event>]
    ) throws {
        try prepare { worker in
            precondition(!worker.subscriptions.contains { $0.service == service }, "subscribed to \(service) twice")
            var subscription = ForeignSubscription<Core>(service: service) { core, event, now in
                try react(core, try ForeignEvent(event), now)
            }
            try worker.resume(&subscription)
            if let feed = stream.feed(of: service) { try subscription.check(feed) }
            worker.subscriptions.append(subscription)
        }
    }

    /// Has `observe` called on the loop's thread after each commit with the events of it and the state after them; also with
    /// the events of one that failed, when they turn out to be on disk.
    ///
    /// For shells that act on events: it must be quick and must not block. What it starts must be found again after a
    /// crash from the state (``read(_:)``), for an observer sees each event at most once. Call before ``run()``.
    public func onCommit(_ observe: @escaping @Sendable ([CommittedEvent<Core.Event>], Core) -> Void) {
        try? prepare { $0.observers.append(observe) }
    }

    /// Has `observe` called on the loop's thread when it begins to work, when it cannot any more, when it can again, and
    /// when it has stopped: only with what is news. It must be quick and must not block. Call before ``run()``.
    ///
    /// While the log refuses to take anything the loop tries it once a second, even when nothing is asked of it.
    public func onCondition(_ observe: @escaping @Sendable (LoopCondition) -> Void) {
        try? prepare { $0.conditionObservers.append(observe) }
    }

    private func prepare(_ body: (LoopWorker<Core>) throws -> Void) throws {
        try phase.withLock { phase in
            guard phase == .preparing else { preconditionFailure("the loop of \(Core.serviceName) already runs") }
            // Safe because the loop's thread does not exist before the phase is `running`.
            try body(worker.value)
        }
    }

    // MARK: Commands

    /// Decides on the state and returns the decision's reply once its events are on disk.
    ///
    /// A task's cancellation does not undo a command that waits; it is answered as ever.
    /// - throws: what `body` throws; `RESOURCE_EXHAUSTED` when too much waits; ``StorageError`` when the log fails.
    public func decide<Reply: Sendable>(
        _ body: @escaping @Sendable (Core, Timestamp) throws -> Decision<Core, Reply>
    ) async throws -> Reply {
        try await withCheckedThrowingContinuation { continuation in
            submit(body) { continuation.resume(with: $0) }
        }
    }

    /// As ``decide(_:)``, at most once for a key: the same request again gets the first one's reply.
    ///
    /// A refusal is not stored: the same request may succeed later.
    /// - throws: also `INVALID_ARGUMENT` when the key came with another request before.
    public func decide<Reply: Message>(
        key: IdempotencyKey?, _ body: @escaping @Sendable (Core, Timestamp) throws -> Decision<Core, Reply>
    ) async throws -> Reply {
        guard let key else { return try await decide(body) }
        return try await withCheckedThrowingContinuation { continuation in
            submit(key: key, body) { continuation.resume(with: $0) }
        }
    }

    /// ``decide(_:)`` for callers that do not wait: `completion` runs once, on the loop's thread, or on the caller's
    /// when the command is refused at the door. It must be quick and must not block.
    public func submit<Reply: Sendable>(
        _ body: @escaping @Sendable (Core, Timestamp) throws -> Decision<Core, Reply>,
        completion: @escaping @Sendable (Result<Reply, any Error>) -> Void
    ) {
        enqueue(completion) { worker in
            let decision = try body(worker.core, worker.now)
            try worker.apply(decision.events, cause: nil)
            return decision.reply(worker.core)
        }
    }

    /// ``decide(key:_:)`` for callers that do not wait.
    public func submit<Reply: Message>(
        key: IdempotencyKey, _ body: @escaping @Sendable (Core, Timestamp) throws -> Decision<Core, Reply>,
        completion: @escaping @Sendable (Result<Reply, any Error>) -> Void
    ) {
        enqueue(completion) { worker in
            if let stored = try worker.reply(to: key.key) {
                guard stored.digest == key.digest else {
                    throw ServiceError.alreadyExists(
                        "the idempotency key '\(key.key)' was used before with another request: "
                            + "use a new key for each new request, and the same content when sending one again")
                }
                return try Reply(protobuf: stored.reply, limits: .unlimited)
            }
            let decision = try body(worker.core, worker.now)
            try worker.apply(decision.events, cause: .command(key.key))
            let reply = decision.reply(worker.core)
            worker.store(reply.protobuf(), to: key)
            return reply
        }
    }

    /// Looks at the state as it is on disk, between two batches.
    public func read<R: Sendable>(_ body: @escaping @Sendable (Core) throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            offer(refused: { continuation.resume(throwing: $0) }) { _ in
                { _, worker in
                    // After a failed commit the core is the log's again, and as good to read as ever.
                    continuation.resume(with: worker.damage.map { .failure($0) } ?? Result { try body(worker.core) })
                }
            }
        }
    }

    /// Stores what this service keeps of another's log (``EventLog/view(_:)``) with the next batch; `completion` as for
    /// ``submit(_:completion:)``.
    public func store(
        _ view: StoredSnapshot, asView name: String, completion: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        enqueue(completion) { $0.store(view, asView: name) }
    }

    private func enqueue<Reply: Sendable>(
        _ completion: @escaping @Sendable (Result<Reply, any Error>) -> Void,
        _ run: @escaping @Sendable (LoopWorker<Core>) throws -> Reply
    ) {
        offer(refused: { completion(.failure($0)) }) { worker in
            let result = Result { try run(worker) }
            // A failed commit also takes back refusals: they may rest on events that were not written.
            return { failure, _ in completion(failure.map { .failure($0) } ?? result) }
        }
    }

    private func offer(refused: (any Error) -> Void, _ job: @escaping LoopWorker<Core>.Job) {
        switch mailbox.offer(job) {
        case .taken: break
        case .full:
            refused(
                ServiceError.resourceExhausted(
                    "the service \(Core.serviceName) has \(mailbox.capacity) commands waiting: try again later"))
        case .closed:
            refused(ServiceError.unavailable("the service \(Core.serviceName) is stopping"))
        }
    }

    // MARK: Running

    /// Works until ``stop()`` is called or the task is cancelled; then finishes what waits, stores a snapshot and
    /// returns. Once only.
    public func run() async throws {
        try begin()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let thread = Thread { [self] in
                    work()
                    continuation.resume()
                }
                thread.name = "mallbots.\(Core.serviceName)"
                thread.start()
            }
        } onCancel: {
            stop()
        }
    }

    /// Takes no more commands, and lets ``run()`` return once those that wait are answered.
    public func stop() {
        mailbox.close()
    }

    private func begin() throws {
        try phase.withLock { phase in
            guard phase == .preparing else {
                throw StorageError(.closed, "the loop of \(Core.serviceName) was started before")
            }
            phase = .running
        }
        let mailbox = mailbox
        // Safe because the thread that owns the worker is not started yet.
        for service in worker.value.subscriptions.map(\.service) { follow(service) { mailbox.wake() } }
    }

    // The log may not be here yet: whoever registers it wakes the loop, and it is followed from then on.
    private func follow(_ service: String, _ wake: @escaping @Sendable () -> Void) {
        let followed = Mutex<ObjectIdentifier?>(nil)
        let follow: @Sendable () -> Void = { [stream] in
            guard let feed = stream.feed(of: service) else { return }
            let isNew = followed.withLock { followed in
                defer { followed = ObjectIdentifier(feed) }
                return followed != ObjectIdentifier(feed)
            }
            if isNew { _ = feed.addWaker(wake) }
            wake()
        }
        stream.onRegistration(follow)
        follow()
    }

    private func work() {
        let worker = worker.value
        var pace = CommitPace(interval: worker.options.commitInterval)
        while true {
            if let delay = pace.delay(at: .now) { Thread.sleep(forTimeInterval: delay / .seconds(1)) }
            let began = ContinuousClock.now
            let (jobs, isFinished) = mailbox.take(limit: worker.options.commandsPerBatch)
            let moreWaits = worker.turn(jobs, isLast: isFinished)
            pace.committed(worker.committed, began: began)
            if isFinished { break }
            if jobs.isEmpty && !moreWaits {
                let wake = worker.nextWake
                mailbox.wait(wake.flatMap { clock.delay(until: $0) })
            }
        }
        worker.report(.stopped)
        phase.withLock { $0 = .stopped }
        feed.finish()
    }
}

/// A value that one thread owns, held by a Sendable class.
struct ThreadOwned<Value>: @unchecked Sendable {
    // Safe because ServiceLoop touches it only under its phase's lock before the thread starts, and on the thread after.
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
