import Synchronization

/// Those who follow single things of a service, an order or an account, by its id: each gets the newest value after
/// each change, and a slow one misses values in between but never the last.
///
/// Safe to use from any thread. A service publishes from its loop's ``ServiceLoop/onCommit(_:)``.
public final class Watchers<Value: Sendable>: Sendable {
    private struct State {
        var watchers: [String: [Int: AsyncStream<Value>.Continuation]] = [:]
        var next = 0
        var isFinished = false
    }

    private let state = Mutex(State())

    public init() {}

    /// What is published for `id` from now on; ends when the service stops, or when the consumer does.
    ///
    /// Begin to watch before reading the present value, or a change in between is missed.
    public func values(of id: String) -> AsyncStream<Value> {
        let (values, continuation) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: .bufferingNewest(1))
        let number: Int? = state.withLock { state in
            if state.isFinished { return nil }
            state.next += 1
            state.watchers[id, default: [:]][state.next] = continuation
            return state.next
        }
        guard let number else {
            continuation.finish()
            return values
        }
        continuation.onTermination = { [weak self] _ in self?.remove(number, of: id) }
        return values
    }

    /// Whether somebody follows `id`: when not, there is no need to work out a value.
    public func isWatched(_ id: String) -> Bool {
        state.withLock { $0.watchers[id] != nil }
    }

    public func publish(_ value: Value, of id: String) {
        // Outside the lock: a termination handler takes it too.
        let watchers = state.withLock { Array(($0.watchers[id] ?? [:]).values) }
        for watcher in watchers { watcher.yield(value) }
    }

    /// Ends all sequences: no more values will come.
    public func finish() {
        let watchers = state.withLock { state in
            defer { state.watchers = [:] }
            state.isFinished = true
            return state.watchers.values.flatMap { $0.values }
        }
        for watcher in watchers { watcher.finish() }
    }

    private func remove(_ number: Int, of id: String) {
        state.withLock { state in
            state.watchers[id]?[number] = nil
            if state.watchers[id]?.isEmpty == true { state.watchers[id] = nil }
        }
    }
}
