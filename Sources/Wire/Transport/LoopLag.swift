import NIOCore
import Synchronization

/// How late one event loop is: the time between when something was due on it and when it ran.
///
/// It is what any message waits before its loop comes to it, whatever keeps the loop busy, and so the first sign that a
/// server has more to do than it can.
final class LoopLag: Sendable {
    private let nanoseconds = Atomic<Int64>(0)
    private let isStopped = Atomic(false)

    /// Seldom enough to cost nothing, often enough to notice before a person does.
    static let interval = TimeAmount.milliseconds(100)

    /// The latest, or most of the one before if that was more: a single quiet moment is no end of a rush.
    var now: Duration { .nanoseconds(nanoseconds.load(ordering: .relaxed)) }

    func measure(on loop: any EventLoop) { look(on: loop, due: loop.now + Self.interval) }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    private func look(on loop: any EventLoop, due: NIODeadline) {
        loop.scheduleTask(deadline: due) {
            if self.isStopped.load(ordering: .relaxed) { return }
            self.note(late: (loop.now - due).nanoseconds)
            self.look(on: loop, due: loop.now + Self.interval)
        }
    }

    func note(late: Int64) {
        let before = nanoseconds.load(ordering: .relaxed)
        nanoseconds.store(max(late, before - before / 4, 0), ordering: .relaxed)
    }
}

/// The lags of a server's event loops.
final class LoopLags: Sendable {
    private let lags = Mutex<[ObjectIdentifier: LoopLag]>([:])

    func measure(_ group: any EventLoopGroup) {
        for loop in group.makeIterator() { lag(of: loop).measure(on: loop) }
    }

    func lag(of loop: any EventLoop) -> LoopLag {
        lags.withLock { lags in
            if let lag = lags[ObjectIdentifier(loop)] { return lag }
            let lag = LoopLag()
            lags[ObjectIdentifier(loop)] = lag
            return lag
        }
    }

    func stop() {
        for lag in lags.withLock({ $0.values }) { lag.stop() }
    }
}
