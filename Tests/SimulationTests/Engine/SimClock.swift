import Kernel

/// The server's wall clock: virtual time, and what it is wrong by.
///
/// Safe because a simulation is one thread.
final class SimClock: KernelClock, @unchecked Sendable {
    private let loop: SimLoop
    var wrongByMs: Int64 = 0

    init(loop: SimLoop) { self.loop = loop }

    func now() -> Timestamp { Timestamp(unixMs: 1_700_000_000_000 + loop.milliseconds + wrongByMs) }

    func delay(until deadline: Timestamp) -> Duration? { max(.zero, deadline - now()) }

    func onChange(_ wake: @escaping @Sendable () -> Void) {}
}
