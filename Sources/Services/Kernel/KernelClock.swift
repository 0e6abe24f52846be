import Foundation
import Synchronization

/// Where a shell gets the time from; cores get it as an argument.
public protocol KernelClock: Sendable {
    func now() -> Timestamp

    /// How long to sleep until `deadline`, or nil when sleeping does not help because only ``onChange(_:)`` tells.
    func delay(until deadline: Timestamp) -> Duration?

    /// Asks to be woken when the time was moved by hand. `wake` is called on any thread and must not block.
    func onChange(_ wake: @escaping @Sendable () -> Void)
}

/// The machine's wall clock.
public struct SystemClock: KernelClock {
    public init() {}

    public func now() -> Timestamp {
        Timestamp(unixMs: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }

    public func delay(until deadline: Timestamp) -> Duration? {
        max(.zero, deadline - now())
    }

    public func onChange(_ wake: @escaping @Sendable () -> Void) {}
}

/// A clock that stands still until it is moved: for tests and simulations.
public final class ManualClock: KernelClock {
    private struct State {
        var now: Timestamp
        var wakers: [@Sendable () -> Void] = []
    }

    private let state: Mutex<State>

    public init(_ start: Timestamp = Timestamp(unixMs: 1_700_000_000_000)) {
        state = Mutex(State(now: start))
    }

    public func now() -> Timestamp {
        state.withLock { $0.now }
    }

    public func delay(until deadline: Timestamp) -> Duration? {
        now() >= deadline ? .zero : nil
    }

    public func onChange(_ wake: @escaping @Sendable () -> Void) {
        state.withLock { $0.wakers.append(wake) }
    }

    /// Moves the time and wakes whoever waits for it. A negative duration sets the clock back, as real clocks do.
    public func advance(by duration: Duration) {
        let wakers = state.withLock { state in
            state.now = state.now + duration
            return state.wakers
        }
        for wake in wakers { wake() }
    }
}
