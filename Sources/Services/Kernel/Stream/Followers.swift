import Synchronization

/// Who follows all that a service shows, and what has changed since each of them last looked.
///
/// `Change` names a thing that may look different now, not how it looks: so a slow follower costs a set of names, and
/// then gets the newest of each. Safe to use from any thread. A service notes changes from its loop's
/// ``ServiceLoop/onCommit(_:)``.
public final class Followers<Change: Hashable & Comparable & Sendable>: Sendable {
    private struct Follower {
        var changes: Set<Change> = []
        let wake: AsyncStream<Void>.Continuation
    }

    private struct State {
        var followers: [Int: Follower] = [:]
        var next = 0
        var isFinished = false
    }

    private let state = Mutex(State())

    public init() {}

    /// Whether anybody follows: when not, there is no need to work out what has changed.
    public var isEmpty: Bool { state.withLock { $0.followers.isEmpty } }

    /// These have changed.
    public func note(_ changes: some Sequence<Change>) {
        state.withLock { state in
            for number in state.followers.keys {
                state.followers[number]?.changes.formUnion(changes)
                state.followers[number]?.wake.yield()
            }
        }
    }

    /// Ends all following: nothing more will happen.
    public func finish() {
        let followers = state.withLock { state in
            defer { state.followers = [:] }
            state.isFinished = true
            return Array(state.followers.values)
        }
        for follower in followers { follower.wake.finish() }
    }

    /// Has everything sent and then what changes, until `send` throws, the task is cancelled or the service stops.
    ///
    /// - Parameters:
    ///   - beginning: Everything, as the state has it. Called outside the loop, on a copy of the state: that costs less
    ///     than to make so much of it on the loop's thread, where everything else waits.
    ///   - update: What has changed, in full, in the order of the changes. On the loop's thread; nil: nothing to send.
    /// - Throws: UNAVAILABLE when the service stops; what `send` throws.
    public func follow<Core: ServiceCore, Update: Sendable>(
        _ loop: ServiceLoop<Core>, beginning: (Core) -> Update,
        update: @escaping @Sendable (Core, [Change]) -> Update?, send: (Update) async throws -> Void
    ) async throws {
        // Before reading the state, or a change in between is missed.
        let (number, wakes) = begin()
        defer { state.withLock { _ = $0.followers.removeValue(forKey: number) } }
        // Taken on the loop's thread, where they are noted: what is sent then knows of all that its position says.
        let whole = try await loop.read { core in
            _ = self.take(number)
            return core
        }
        try await send(beginning(whole))
        for await _ in wakes {
            let changed: Update? = try await loop.read { core in
                let changes = self.take(number).sorted()
                return changes.isEmpty ? nil : update(core, changes)
            }
            if let changed { try await send(changed) }
        }
        try Task.checkCancellation()
        throw ServiceError.unavailable("the service \(Core.serviceName) is stopping: watch again later")
    }

    private func begin() -> (number: Int, wakes: AsyncStream<Void>) {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.next += 1
            if state.isFinished { wake.finish() } else { state.followers[state.next] = Follower(wake: wake) }
            return state.next
        }
        return (number, wakes)
    }

    private func take(_ number: Int) -> Set<Change> {
        state.withLock { state in
            defer { state.followers[number]?.changes = [] }
            return state.followers[number]?.changes ?? []
        }
    }
}
