import Glibc
import Synchronization

/// The time and the phase of a load test, for all its threads. Times are in nanoseconds from the beginning of what is
/// measured; before that they are below zero.
final class LoadClock: Sendable {
    /// On the machine's clock.
    private let beginning = Atomic(Int64.max)
    private let ending = Atomic(Int64.max)
    private let stopping = Atomic(false)
    private let start = LoadClock.machine

    /// Since the start of the test, when robots begin to connect.
    var sinceStart: Int64 { Self.machine - start }

    /// Whether measuring has begun, and robots are to do what they do.
    var hasBegun: Bool { beginning.load(ordering: .relaxed) != .max }

    /// Since measuring began.
    var now: Int64 {
        let beginning = beginning.load(ordering: .relaxed)
        let machine = Self.machine
        return beginning == .max ? machine - start - .max / 4 : machine - beginning
    }

    /// When measuring is over.
    var end: Int64 { ending.load(ordering: .relaxed) }
    /// The last moment at which something may be due.
    var lastDue: Int64 { end - 1 }
    var isOver: Bool { hasBegun && now >= end }
    /// Robots are to leave.
    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    func begin(for duration: Int64) {
        ending.store(duration, ordering: .relaxed)
        beginning.store(Self.machine, ordering: .relaxed)
    }

    /// Measuring ends now, if it has not.
    func endNow() { ending.store(min(end, now), ordering: .relaxed) }

    func stop() { stopping.store(true, ordering: .relaxed) }

    private static var machine: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
