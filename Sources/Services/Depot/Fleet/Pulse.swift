import Kernel
import Logging
import Messages
import Synchronization

/// Hears which robots are alive and has the depot judge from that, again and again: the shell around `Liveness`.
///
/// What the depot's own log says of a robot counts as a sign of life too. Safe to use from anywhere.
final class Pulse: Sendable {
    private let loop: ServiceLoop<DepotCore>
    private let logger: Logger
    private let liveness: Mutex<Liveness>
    private let clockChanges: AsyncStream<Void>

    /// How often it looks: often, compared with a lease.
    private static let interval = Duration.seconds(1)
    /// Who has been silent for this long has nothing left to lose.
    private static let memoryMs: Int64 = 3_600_000

    init(_ loop: ServiceLoop<DepotCore>, logger: Logger) {
        self.loop = loop
        self.logger = logger
        liveness = Mutex(Liveness(now: loop.clock.now().unixMs))
        let (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        clockChanges = changes
        loop.clock.onChange { change.yield() }
        loop.onCommit { [weak self] events, _ in
            self?.heard(events.compactMap(\.event.kind?.signOfLife))
        }
    }

    /// These robots are alive.
    func heard(_ bots: [DepotV1.AliveBot]) {
        let now = loop.clock.now()
        liveness.withLock { liveness in
            liveness.advance(to: now.unixMs)
            for bot in bots { liveness.heard(bot.botID, battery: bot.batteryPercent) }
        }
    }

    /// Works until it is cancelled.
    func run() async {
        var changes = clockChanges.makeAsyncIterator()
        while !Task.isCancelled {
            await withCheckedContinuation { continuation in look { continuation.resume() } }
            let now = loop.clock.now()
            if loop.clock.delay(until: now + Self.interval) != nil {
                try? await Task.sleep(for: Self.interval)
            } else {
                _ = await changes.next()
            }
        }
    }

    /// Has the depot judge by what was heard until now; `done` is called once it has.
    func look(_ done: @escaping @Sendable () -> Void = {}) {
        let now = loop.clock.now()
        let liveness = liveness.withLock { liveness in
            liveness.advance(to: now.unixMs)
            liveness.forget(silentForMs: Self.memoryMs)
            return liveness
        }
        loop.submit { core, now in
            Decision(core.judge(liveness, now: now.unixMs).map(\.new))
        } completion: { [logger] (result: Result<Void, any Error>) in
            if case .failure(let error) = result {
                logger.debug("depot.pulse.failed", metadata: ["error": "\(error)"])
            }
            done()
        }
    }
}

extension DepotV1.Event.Kind {
    /// The robot that must have been there for this to happen, or whose lease begins with it; nil: none.
    var signOfLife: DepotV1.AliveBot? {
        if case .botWaiting(let event) = self {
            return DepotV1.AliveBot(botID: event.botID, batteryPercent: event.batteryPercent)
        }
        return actor.map { DepotV1.AliveBot(botID: $0) }
    }

    private var actor: String? {
        switch self {
        case .taskAssigned(let event): event.botID
        case .taskAccepted(let event): event.botID
        case .stopReached(let event): event.botID
        case .itemPicked(let event): event.botID
        case .itemUnavailable(let event): event.botID
        case .stopDone(let event): event.botID
        case .taskDelivered(let event): event.botID
        case .botOnline(let event): event.botID
        case .botFaulted(let event): event.botID
        case .botFaultCleared(let event): event.botID
        case .botPaused(let event): event.botID
        case .botResumed(let event): event.botID
        case .reportRejected(let event): event.botID
        default: nil
        }
    }
}
