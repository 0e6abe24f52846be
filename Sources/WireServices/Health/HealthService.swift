public import APIs
public import Messages
import Synchronization
public import Wire

/// Says which of a server's services can serve: `mallbots.health.v1.HealthService`.
///
/// A watcher always gets the newest state; one that reads slowly misses those in between. Safe to use from anywhere.
public final class HealthService: HealthAPI {
    /// The longest name of a service that is looked up, in bytes: a watcher's is kept as long as its call lives.
    public static let longestName = 256

    private typealias Statuses = AsyncStream<HealthV1.ServingStatus>

    private struct State {
        var board: HealthBoard
        var streams: [HealthBoard.Watcher: Statuses.Continuation] = [:]
        /// Those who wait for the last watcher to be gone.
        var drains: [CheckedContinuation<Void, Never>] = []

        /// Under the lock, so that each watcher's states stay in their order.
        func tell(_ news: [HealthBoard.News]) {
            for each in news { streams[each.watcher]?.yield(each.status) }
        }
    }

    private let state: Mutex<State>

    /// - Parameter services: full names, known from the beginning and not serving until they are set.
    public init(services: [String] = []) {
        state = Mutex(State(board: HealthBoard(services: services)))
    }

    /// Says whether a service can serve. The server as a whole serves when all of its services do.
    ///
    /// - Parameter service: "mallbots.orders.v1.OrdersService"; one that was not known is from now on.
    public func set(_ service: String, serving: Bool) {
        state.withLock { $0.tell($0.board.set(service, serving: serving)) }
    }

    /// Nothing serves any more. Watchers are told so, and their calls end with `UNAVAILABLE`; returns when that is on its
    /// way. To be called before the server says `GoAway`.
    public func drain() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                state.tell(state.board.drain())
                for stream in state.streams.values { stream.finish() }
                if !state.streams.isEmpty { state.drains.append(continuation) }
                return state.streams.isEmpty
            }
            if isDone { continuation.resume() }
        }
    }

    // MARK: HealthAPI

    public func check(
        _ request: HealthV1.CheckRequest, context: CallContext
    ) async throws -> HealthV1.CheckResponse {
        try Self.checkName(request.service)
        guard let status = state.withLock({ $0.board.status(of: request.service) }) else {
            throw WireStatus(.notFound, "there is no service '\(request.service)' here")
        }
        return HealthV1.CheckResponse(status: status)
    }

    public func watch(
        _ request: HealthV1.WatchRequest, _ outbound: WireOutbound<HealthV1.WatchResponse>, context: CallContext
    ) async throws {
        try Self.checkName(request.service)
        let (watcher, statuses) = begin(request.service)
        defer { end(watcher) }
        var told: HealthV1.ServingStatus?
        for await status in statuses where status != told {
            told = status
            let response = HealthV1.WatchResponse(status: status)
            // Where there is no live traffic, as within a process, it is sent as anything else is.
            if !outbound.sendLatest(response) { try await outbound.send(response) }
        }
        try Task.checkCancellation()
        throw WireStatus(.unavailable, "the server is shutting down")
    }

    /// How many watch.
    var watcherCount: Int { state.withLock { $0.streams.count } }

    /// The states from now on, of which only the newest waits; the end of them is that of the server.
    private func begin(_ service: String) -> (HealthBoard.Watcher, Statuses) {
        let (statuses, continuation) = Statuses.makeStream(bufferingPolicy: .bufferingNewest(1))
        let watcher = state.withLock { state in
            let first = state.board.watch(service)
            state.streams[first.watcher] = continuation
            state.tell([first])
            if state.board.isDraining { continuation.finish() }
            return first.watcher
        }
        return (watcher, statuses)
    }

    private func end(_ watcher: HealthBoard.Watcher) {
        let drains = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.board.end(watcher)
            state.streams[watcher] = nil
            guard state.streams.isEmpty else { return [] }
            defer { state.drains = [] }
            return state.drains
        }
        for drain in drains { drain.resume() }
    }

    private static func checkName(_ service: String) throws {
        guard service.utf8.count <= longestName else {
            throw WireStatus(
                .invalidArgument,
                "a service's name has at most \(longestName) bytes, this one has \(service.utf8.count)")
        }
    }
}
