import APIs
import RobotLink
import Synchronization
import Wire

/// A robot's connection, which faults can cut.
final class RobotConnection: Sendable {
    private struct State {
        var session: Task<Void, any Error>?
        var isCut = false
        /// None is made before then.
        var outageUntil: ContinuousClock.Instant?
    }

    private let makeClient: @Sendable () throws -> WireClient
    private let state = Mutex(State())

    /// - Parameter makeClient: is called for each connection.
    init(makeClient: @escaping @Sendable () throws -> WireClient) { self.makeClient = makeClient }

    /// Cuts the connection, and keeps it cut for a while.
    func cut(for outage: Duration) {
        let session = state.withLock { state in
            state.isCut = true
            state.outageUntil = ContinuousClock.now + outage
            return state.session
        }
        session?.cancel()
    }

    /// Keeps the robot connected until it has said goodbye, or the task is cancelled.
    func stay(_ client: RobotClient) async throws {
        while !Task.isCancelled {
            if let outage = state.withLock({ $0.outageUntil }) {
                try await Task.sleep(until: outage, clock: .continuous)
            }
            // In one piece, so that no cut falls between the connection's beginning and its being known.
            let session = state.withLock { state in
                let session = Task {
                    try await self.use { wire in try await client.run(over: BotClient(wire)) }
                }
                (state.session, state.isCut) = (session, false)
                return session
            }
            let result = await withTaskCancellationHandler {
                await session.result
            } onCancel: {
                session.cancel()
            }
            let wasCut = state.withLock { state in
                state.session = nil
                return state.isCut
            }
            if !wasCut || Task.isCancelled { return try result.get() }
        }
    }

    /// A connection of the robot's own, for as long as `body` lasts.
    func use<R: Sendable>(_ body: @Sendable @escaping (WireClient) async throws -> R) async throws -> R {
        let wire = try makeClient()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await wire.run() }
            defer { group.cancelAll() }
            return try await body(wire)
        }
    }
}
