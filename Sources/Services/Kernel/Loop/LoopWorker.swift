import Logging
import Metrics

/// The loop without its thread: takes one batch after another through decisions, one commit, and answers.
///
/// Not Sendable: whoever turns it owns it.
final class LoopWorker<Core: ServiceCore> {
    /// Called after the commit, with the reason when it failed.
    typealias Completion = (StorageError?, LoopWorker) -> Void
    typealias Job = @Sendable (LoopWorker) -> Completion

    let log: any EventLog
    let feed: EventFeed
    let stream: EventStream
    let clock: any KernelClock
    let logger: Logger
    let options: LoopOptions
    private let configure: @Sendable (inout Core) -> Void

    var subscriptions: [ForeignSubscription<Core>] = []
    var observers: [@Sendable ([CommittedEvent<Core.Event>], Core) -> Void] = []
    var conditionObservers: [@Sendable (LoopCondition) -> Void] = []

    private(set) var core: Core
    private var batch: Batch<Core>
    // The state is not that of the log, since a commit failed and the log could not be read: nothing may be decided.
    private(set) var damage: StorageError?
    private var commitRetry: Retry?
    // Why the log takes nothing: what it said to the last batch that had something to write.
    private var refusal: StorageError?
    private var condition: LoopCondition?
    private var snapshots: SnapshotPolicy
    /// Commands and foreign events that the last batch took, if it was committed; 0: nothing had to be.
    private(set) var committed = 0
    private var taken = 0

    init(
        log: any EventLog, feed: EventFeed, stream: EventStream, clock: any KernelClock, logger: Logger,
        options: LoopOptions, configure: @escaping @Sendable (inout Core) -> Void
    ) throws {
        self.log = log
        self.feed = feed
        self.stream = stream
        self.clock = clock
        self.logger = logger
        self.options = options
        self.configure = configure
        let loaded = try LoadedState<Core>(log, logger: logger, configure: configure)
        core = loaded.core
        batch = Batch(now: max(loaded.time, clock.now()), head: loaded.head, keepsEvents: !observers.isEmpty)
        snapshots = SnapshotPolicy(every: options.snapshotEvery, loaded: loaded)
    }

    var now: Timestamp { batch.now }

    // MARK: What jobs do

    func apply(_ events: [NewEvent<Core.Event>], cause: Cause?) throws(StorageError) {
        try batch.apply(events, cause: cause, to: &core, over: log)
    }

    func reply(to key: String) throws(StorageError) -> StoredReply? {
        try batch.reply(to: key, over: log)
    }

    func store(_ reply: [UInt8], to key: IdempotencyKey) {
        batch.store(reply, to: key)
    }

    func store(_ view: StoredSnapshot, asView name: String) {
        batch.store(view, asView: name)
    }

    // MARK: One batch

    /// Runs the jobs and whatever foreign events and deadlines wait in one transaction; true when more waits.
    func turn(_ jobs: [Job], isLast: Bool = false) -> Bool {
        if damage != nil { reload() }
        committed = 0
        batch = Batch(now: max(batch.now, clock.now()), head: batch.head, keepsEvents: !observers.isEmpty)
        if let damage {
            report(.failing(damage))
            for job in jobs { job(self)(damage, self) }
            return false
        }
        taken = jobs.count
        let completions = jobs.map { $0(self) }
        let wasRefused = commitRetry != nil
        var moreWaits = false
        if commitRetry?.isDue(clock.now()) ?? true {
            commitRetry = nil
            moreWaits = takeForeignEvents()
            takeWhatIsDue(!jobs.isEmpty)
        }
        if wasRefused && commitRetry == nil { prepareProbe() }
        let failure = commit(isLast: isLast)
        // What was not tried while the log refused is tried now that it takes events again.
        if wasRefused && commitRetry == nil { moreWaits = true }
        // Before anyone gets an answer: who was refused must not be told then that all is well.
        report(
            (damage ?? refusal ?? subscriptions.lazy.compactMap { $0.damage }.first).map { .failing($0) } ?? .working)
        for completion in completions { completion(failure, self) }
        return moreWaits && failure == nil
    }

    /// Tells the observers when it is news.
    func report(_ new: LoopCondition) {
        guard new != condition else { return }
        condition = new
        for observer in conditionObservers { observer(new) }
    }

    /// When a turn is worthwhile though nobody asks for one.
    var nextWake: Timestamp? {
        let now = clock.now()
        if damage != nil { return now + .seconds(1) }
        if let commitRetry { return commitRetry.time(now) }
        let wakes = subscriptions.compactMap { $0.retry?.time(now) }
        // A deadline that has passed and was not moved on is a core's mistake: it may cost time, but not all of it.
        let deadline = core.nextDeadline(after: batch.now).map { max($0, batch.now + .milliseconds(1)) }
        return (wakes + [deadline].compactMap { $0 }).min()
    }

    private func takeForeignEvents() -> Bool {
        var moreWaits = false
        for index in subscriptions.indices where !subscriptions[index].isBroken {
            if let retry = subscriptions[index].retry, !retry.isDue(clock.now()) { continue }
            guard let feed = stream.feed(of: subscriptions[index].service) else { continue }
            do {
                try subscriptions[index].check(feed)
                let position = subscriptions[index].position
                let events = try feed.read(after: position, limit: options.foreignEventsPerBatch)
                for event in events { try take(event, into: index) }
                moreWaits = moreWaits || events.count == options.foreignEventsPerBatch
            } catch {
                subscriptions[index].failed(at: clock.now())
                logger.error(
                    "Another service's events cannot be taken in",
                    metadata: [
                        "service": "\(Core.serviceName)", "foreign.service": "\(subscriptions[index].service)",
                        "foreign.position": "\(subscriptions[index].position + 1)", "error": "\(error)",
                    ])
            }
        }
        return moreWaits
    }

    private func take(_ event: RecordedEvent, into index: Int) throws {
        let new = try subscriptions[index].react(core, event, batch.now)
        try apply(new, cause: .event(service: event.service, position: event.position))
        subscriptions[index].succeeded(at: event.position)
        taken += 1
    }

    private func takeWhatIsDue(_ hadJobs: Bool) {
        let isDue = core.nextDeadline(after: batch.now).map { $0 <= batch.now } ?? false
        guard hadJobs || isDue || !batch.log.events.isEmpty else { return }
        do {
            try apply(core.due(batch.now), cause: nil)
        } catch {
            commitRetry = Retry(after: .seconds(1), now: clock.now())
            refusal = error
            logger.error("What is due cannot be recorded", metadata: ["error": "\(error)"])
        }
    }

    // MARK: The commit

    private func commit(isLast: Bool) -> StorageError? {
        prepareCursors(isLast: isLast)
        prepareSnapshot(isLast: isLast)
        guard !batch.log.isEmpty else { return nil }
        do {
            let recorded = try log.commit(batch.log)
            commitRetry = nil
            refusal = nil
            for index in subscriptions.indices where batch.log.cursors.contains(where: { $0.name == cursor(index) }) {
                subscriptions[index].unstored = 0
            }
            snapshots.committed(recorded.count, batch.log.snapshot)
            committed = taken
            feed.publish(recorded)
            for observer in observers where !batch.log.events.isEmpty { observer(batch.events, core) }
            return nil
        } catch {
            logger.error(
                "A batch was refused by the log and undone",
                metadata: [
                    "service": "\(Core.serviceName)", "events": "\(batch.log.events.count)", "error": "\(error)",
                ])
            Counter(label: "mallbots.log.commit.failures", dimensions: [("service", Core.serviceName)]).increment()
            commitRetry = Retry(after: .seconds(1), now: clock.now())
            refusal = error
            // Without events the state is what it was: to read the log again would only take time, once a second.
            if !batch.log.events.isEmpty { reload() }
            return error
        }
    }

    // While the log refuses, somebody may see to it that nothing is asked of this service any more; then nothing would ever
    // show that the log is well again. A cursor in its own log, which nobody reads, is the least that can be flushed.
    private func prepareProbe() {
        if batch.log.isEmpty { batch.store(cursor: Core.serviceName, position: batch.head) }
    }

    private func cursor(_ index: Int) -> String { subscriptions[index].service }

    // A cursor alone is not worth a flush: foreign events that recorded nothing left the state as it was, so that
    // reading them again after a crash gives the same. It goes with the next batch, or when many have gathered.
    private func prepareCursors(isLast: Bool) {
        let worthwhile = isLast || !batch.log.isEmpty || subscriptions.contains { $0.unstored >= 4096 }
        guard worthwhile else { return }
        for subscription in subscriptions where subscription.unstored > 0 {
            batch.store(cursor: subscription.service, position: subscription.position)
        }
    }

    private func prepareSnapshot(isLast: Bool) {
        let count = batch.log.events.count
        guard isLast ? snapshots.isUseful(after: count) : snapshots.isDue(after: count) else { return }
        let snapshot = StoredSnapshot(format: Core.snapshotFormat, position: batch.head, state: core.snapshot())
        batch.store(snapshot, forgettingRepliesBefore: batch.now - options.keepReplies)
    }

    /// Makes the state that of the log, after a commit failed or at the start.
    private func reload() {
        do {
            let loaded = try LoadedState<Core>(log, logger: logger, configure: configure)
            let untold = try untold(after: feed.head)
            core = loaded.core
            batch = Batch(now: max(batch.now, loaded.time), head: loaded.head, keepsEvents: !observers.isEmpty)
            for index in subscriptions.indices { try resume(&subscriptions[index]) }
            feed.catchUp(to: loaded.head)
            damage = nil
            for observer in observers where !untold.isEmpty { observer(untold, core) }
        } catch {
            damage = StorageError(
                .io, "the service \(Core.serviceName) cannot work until its log can be read again: \(error)")
            logger.critical("The log cannot be read", metadata: ["error": "\(error)"])
        }
    }

    /// Events of batches that failed and are on disk all the same: nobody has seen them.
    private func untold(after position: UInt64) throws -> [CommittedEvent<Core.Event>] {
        if observers.isEmpty { return [] }
        return try log.read(after: position, limit: .max).map { recorded in
            CommittedEvent(stamp: recorded.stamp, event: try recorded.decoded(as: Core.Event.self))
        }
    }

    /// Sets a subscription to its stored place.
    func resume(_ subscription: inout ForeignSubscription<Core>) throws(StorageError) {
        subscription.position = try log.cursor(subscription.service)
        subscription.unstored = 0
    }
}
