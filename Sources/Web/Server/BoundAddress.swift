import Synchronization
package import Wire

/// An address that is known once the server listens, for whoever waits for it.
package final class BoundAddress: Sendable {
    private enum State {
        case waiting([CheckedContinuation<WireAddress, any Error>])
        case known(Result<WireAddress, any Error>)
    }

    private let state = Mutex(State.waiting([]))

    package init() {}

    package var value: WireAddress {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let known = state.withLock { state -> Result<WireAddress, any Error>? in
                    switch state {
                    case .known(let result): return result
                    case .waiting(let waiters):
                        state = .waiting(waiters + [continuation])
                        return nil
                    }
                }
                if let known { continuation.resume(with: known) }
            }
        }
    }

    /// Only the first result counts.
    package func resolve(_ result: Result<WireAddress, any Error>) {
        let waiters = state.withLock { state -> [CheckedContinuation<WireAddress, any Error>] in
            guard case .waiting(let waiters) = state else { return [] }
            state = .known(result)
            return waiters
        }
        for waiter in waiters { waiter.resume(with: result) }
    }
}
