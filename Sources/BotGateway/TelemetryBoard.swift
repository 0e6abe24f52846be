public import Kernel
public import Messages
import Synchronization

/// The newest telemetry of each bot, in memory only, and who follows it.
///
/// A follower gets what has changed since it last looked, the newest per bot, at the rate at which it looks: a slow one
/// costs nothing but a set of names. Safe to use from anywhere.
public final class TelemetryBoard: Sendable {
    /// One bot's newest telemetry and when it came.
    public struct Entry: Sendable, Hashable {
        public let botID: String
        public let telemetry: BotsV1.Telemetry
        public let time: Timestamp
    }

    private struct State {
        var newest: [String: Entry] = [:]
        var followers: [Int: Follower] = [:]
        var nextFollower = 0
    }

    private struct Follower {
        var changed: Set<String>
        let wake: AsyncStream<Void>.Continuation
    }

    private let state = Mutex(State())

    init() {}

    /// The newest telemetry of every bot heard from since the gateway started, by id.
    public func snapshot() -> [Entry] {
        state.withLock { $0.newest.values.sorted { $0.botID < $1.botID } }
    }

    /// Batches of what has changed, each bot at most once in a batch, sorted by id; the first one has every bot that is
    /// known. Ends when the task that iterates is cancelled.
    public func updates() -> Updates { Updates(board: self) }

    /// What the bot last said of its battery, in percent; 0: nothing.
    func battery(of botID: String) -> UInt32 { state.withLock { $0.newest[botID]?.telemetry.batteryPercent ?? 0 } }

    func publish(_ telemetry: BotsV1.Telemetry, from botID: String, at time: Timestamp) {
        state.withLock { state in
            state.newest[botID] = Entry(botID: botID, telemetry: telemetry, time: time)
            for id in state.followers.keys {
                let isFirst = state.followers[id]?.changed.isEmpty ?? false
                state.followers[id]?.changed.insert(botID)
                if isFirst { state.followers[id]?.wake.yield() }
            }
        }
    }

    private func follow() -> (id: Int, wakes: AsyncStream<Void>) {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            defer { state.nextFollower += 1 }
            state.followers[state.nextFollower] = Follower(changed: Set(state.newest.keys), wake: wake)
            if !state.newest.isEmpty { wake.yield() }
            return state.nextFollower
        }
        return (id, wakes)
    }

    private func take(_ id: Int) -> [Entry] {
        state.withLock { state in
            let changed = state.followers[id]?.changed.sorted() ?? []
            state.followers[id]?.changed.removeAll(keepingCapacity: true)
            return changed.compactMap { state.newest[$0] }
        }
    }

    private func unfollow(_ id: Int) {
        state.withLock { _ = $0.followers.removeValue(forKey: id) }
    }

    /// What has changed, batch by batch.
    public struct Updates: AsyncSequence, Sendable {
        public typealias Element = [Entry]
        fileprivate let board: TelemetryBoard

        public func makeAsyncIterator() -> Iterator { Iterator(board: board) }

        public final class Iterator: AsyncIteratorProtocol {
            private let board: TelemetryBoard
            private let id: Int
            private var wakes: AsyncStream<Void>.Iterator

            fileprivate init(board: TelemetryBoard) {
                self.board = board
                let (id, wakes) = board.follow()
                self.id = id
                self.wakes = wakes.makeAsyncIterator()
            }

            deinit { board.unfollow(id) }

            public func next(isolation actor: isolated (any Actor)? = #isolation) async -> [Entry]? {
                while await wakes.next(isolation: actor) != nil {
                    let changed = board.take(id)
                    if !changed.isEmpty { return changed }
                }
                return nil
            }
        }
    }
}
