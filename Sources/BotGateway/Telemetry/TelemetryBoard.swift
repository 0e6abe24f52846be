public import Kernel
public import Messages
import Synchronization

/// The newest telemetry of each bot, in memory only, and who follows it.
///
/// A follower gets what has changed since it last looked, the newest per bot, at the rate at which it looks: a slow one
/// costs nothing, however slow, and a fast one no more than a look at each bot so many times a second. Safe to use from
/// anywhere.
public final class TelemetryBoard: Sendable {
    /// One bot's newest telemetry and when it came.
    public struct Entry: Sendable, Hashable {
        public let botID: String
        public let telemetry: BotsV1.Telemetry
        public let time: Timestamp

        /// How long ago it came.
        public func age(at now: Timestamp) -> Duration { max(.zero, now - time) }
    }

    private let slots = Mutex<[String: TelemetrySlot]>([:])
    /// Counts what is published, so that followers know what is new to them.
    private let changes = Atomic<UInt64>(0)
    private let leftOut = Atomic<UInt64>(0)
    private let hasSleepers = Atomic(false)
    private let sleepers = Mutex<[AsyncStream<Void>.Continuation]>([])

    init() {}

    /// The newest telemetry of every bot that was heard from lately, by id.
    public func snapshot() -> [Entry] { entries { $0.entry } }

    /// Batches of what has changed, each bot at most once in a batch, sorted by id; the first one has every bot that is
    /// known. Ends when the task that iterates is cancelled.
    ///
    /// - Parameter interval: the least time between two batches. What comes meanwhile is in the next one.
    public func updates(every interval: Duration = .milliseconds(100)) -> Updates {
        Updates(board: self, interval: interval)
    }

    /// How many messages were let in, and how many left out, because the gateway had too much to do or wants none.
    public var counts: (published: UInt64, thinned: UInt64) {
        (changes.load(ordering: .relaxed), leftOut.load(ordering: .relaxed))
    }

    /// What the bot last said of its battery, in percent; 0: nothing.
    func battery(of botID: String) -> UInt32 {
        slots.withLock { $0[botID] }?.entry?.telemetry.batteryPercent ?? 0
    }

    // MARK: From the sessions

    /// Where the bot's telemetry goes.
    func slot(of botID: String) -> TelemetrySlot {
        slots.withLock { slots in
            if let slot = slots[botID] { return slot }
            let slot = TelemetrySlot(botID: botID, board: self)
            slots[botID] = slot
            return slot
        }
    }

    /// Forgets bots of which nothing came since `time`.
    func sweep(before time: Timestamp) {
        slots.withLock { slots in slots = slots.filter { !$0.value.forget(before: time) } }
    }

    func changed() -> UInt64 { changes.add(1, ordering: .sequentiallyConsistent).newValue }

    func thinned() { leftOut.add(1, ordering: .relaxed) }

    /// A slot that was forgotten has something new.
    func list(_ slot: TelemetrySlot) {
        slots.withLock { slots in
            slots[slot.botID] = slot
            slot.listed()
        }
    }

    func wakeFollowers() {
        // After the change was counted: a follower first says that it sleeps and then looks at the count, so that one of the
        // two sees the other.
        guard hasSleepers.load(ordering: .sequentiallyConsistent) else { return }
        sleepers.withLock { sleepers in
            for sleeper in sleepers { sleeper.yield() }
            sleepers.removeAll()
            hasSleepers.store(false, ordering: .sequentiallyConsistent)
        }
    }

    // MARK: For followers

    private func entries(_ chosen: (TelemetrySlot) -> Entry?) -> [Entry] {
        slots.withLock { Array($0.values) }.compactMap(chosen).sorted { $0.botID < $1.botID }
    }

    fileprivate var changeCount: UInt64 { changes.load(ordering: .sequentiallyConsistent) }

    fileprivate func entries(after change: UInt64) -> [Entry] { entries { $0.entry(after: change) } }

    fileprivate func sleep(_ wake: AsyncStream<Void>.Continuation) {
        sleepers.withLock { sleepers in
            sleepers.append(wake)
            hasSleepers.store(true, ordering: .sequentiallyConsistent)
        }
    }
}

extension TelemetryBoard {
    /// What has changed, batch by batch.
    public struct Updates: AsyncSequence, Sendable {
        public typealias Element = [Entry]
        fileprivate let board: TelemetryBoard
        fileprivate let interval: Duration

        public func makeAsyncIterator() -> Iterator { Iterator(board: board, interval: interval) }
    }

    /// One follower: how far it has seen, and when it may look again. All that it takes between two looks.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let board: TelemetryBoard
        fileprivate let interval: Duration
        private var seen: UInt64 = 0
        private var next: ContinuousClock.Instant?

        fileprivate init(board: TelemetryBoard, interval: Duration) {
            self.board = board
            self.interval = interval
        }

        public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async -> [Entry]? {
            while !Task.isCancelled {
                if let next { try? await Task.sleep(until: next) }
                let now = board.changeCount
                if now == seen {
                    await Self.change(on: board, after: seen)
                    continue
                }
                let changed = board.entries(after: seen)
                seen = now
                if changed.isEmpty { continue }
                next = .now + interval
                return changed
            }
            return nil
        }

        /// Until there may be something new, or the task is cancelled.
        private static func change(on board: TelemetryBoard, after seen: UInt64) async {
            let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            board.sleep(wake)
            if board.changeCount != seen { return }
            for await _ in wakes { return }
        }
    }
}
