import Logging

/// A core as its log gives it: the snapshot if there is a usable one, and the events after it.
struct LoadedState<Core: ServiceCore> {
    private(set) var core = Core()
    private(set) var head: UInt64 = 0
    private(set) var time = Timestamp(unixMs: 0)
    private(set) var snapshotPosition: UInt64 = 0
    private(set) var snapshotBytes = 0

    /// - parameter configure: gives a core what is not part of its state, before it takes in anything.
    init(
        _ log: any EventLog, logger: Logger, configure: @Sendable (inout Core) -> Void
    ) throws(StorageError) {
        if let stored = try log.snapshot() { take(stored, of: log, logger: logger) }
        configure(&core)
        guard head + 1 >= log.earliest else {
            throw StorageError(
                .damaged,
                "the log of \(log.name) begins at position \(log.earliest), and there is no snapshot to begin with: bring "
                    + "its archived events back with `mallbots events restore`, or restore the data directory from a backup"
            )
        }
        try replay(log)
    }

    private mutating func take(_ stored: StoredSnapshot, of log: any EventLog, logger: Logger) {
        guard stored.format == Core.snapshotFormat, stored.position <= log.head else {
            logger.notice(
                "The snapshot is of another format; the log is replayed instead",
                metadata: ["service": "\(log.name)", "snapshot.format": "\(stored.format)"])
            return
        }
        do {
            core = try Core(snapshot: stored.state)
            head = stored.position
            snapshotPosition = stored.position
            snapshotBytes = stored.state.count
        } catch {
            core = Core()
            logger.warning(
                "The snapshot cannot be read; the log is replayed instead",
                metadata: ["service": "\(log.name)", "error": "\(error)"])
        }
    }

    private mutating func replay(_ log: any EventLog) throws(StorageError) {
        // Time must not go back, even when no event follows the snapshot.
        if head > 0, let last = try log.read(after: head - 1, limit: 1).first { time = last.time }
        while true {
            let events = try log.read(after: head, limit: 1000)
            for event in events {
                guard event.position == head + 1 else {
                    throw StorageError(
                        .damaged,
                        "the log of \(log.name) has no event at position \(head + 1), though it has later ones: "
                            + "restore the data directory from a backup")
                }
                core.evolve(try event.decoded(as: Core.Event.self), event.stamp)
                head = event.position
                time = event.time
            }
            if events.count < 1000 { return }
        }
    }
}

/// When to write a snapshot: often enough for a quick start, seldom enough to cost little.
public struct SnapshotPolicy {
    private let every: Int
    private var events: Int
    private var bytes: Int

    init<Core>(every: Int, loaded: LoadedState<Core>) {
        self.every = every
        events = Int(loaded.head - loaded.snapshotPosition)
        bytes = loaded.snapshotBytes
    }

    /// Events between two snapshots: a state of many bytes waits for as many events as cost about the same to write.
    public static func interval(_ every: Int, bytes: Int) -> Int { max(every, bytes / 200) }

    func isDue(after more: Int) -> Bool {
        events + more >= Self.interval(every, bytes: bytes)
    }

    func isUseful(after more: Int) -> Bool {
        events + more > 0
    }

    mutating func committed(_ count: Int, _ snapshot: StoredSnapshot?) {
        if let snapshot {
            events = 0
            bytes = snapshot.state.count
        } else {
            events += count
        }
    }
}
