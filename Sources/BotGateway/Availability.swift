import Synchronization

/// Whether the gateway can serve robots, and who wants to know when that changes. Safe to use from anywhere.
final class Availability: Sendable {
    enum Phase {
        case starting
        case serving
        case stopped
    }

    private struct State {
        var phase = Phase.starting
        var isLogWorking = false
        var observers: [@Sendable (Bool) -> Void] = []

        var isAvailable: Bool { phase == .serving && isLogWorking }
    }

    private let state = Mutex(State())

    var phase: Phase { state.withLock { $0.phase } }

    /// What Depot's log held at the start is read. Not after the gateway has stopped.
    func serve() { change { if $0.phase == .starting { $0.phase = .serving } } }

    func stop() { change { $0.phase = .stopped } }

    /// The gateway's own log takes reports, or does not.
    func logIsWorking(_ isWorking: Bool) { change { $0.isLogWorking = isWorking } }

    /// Has `observe` called now and at each change, in their order: under the lock, so it must not come back here.
    func observe(_ observe: @escaping @Sendable (Bool) -> Void) {
        state.withLock { state in
            state.observers.append(observe)
            observe(state.isAvailable)
        }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            let before = state.isAvailable
            body(&state)
            guard state.isAvailable != before else { return }
            for observe in state.observers { observe(state.isAvailable) }
        }
    }
}
