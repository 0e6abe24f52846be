import APIs
import Logging
import Messages
import Synchronization
import Wire

/// Keeps `OpenOrders` up to date from Orders' watch, and tells whoever shows the board. Safe to use from anywhere.
final class OrdersFollower: Sendable {
    private struct State {
        var orders = OpenOrders()
        /// What all viewers have; nil: not the same. And whether something may have changed since.
        var shown: Board?
        var isStale = false
        var viewers: [UInt64: AsyncStream<Board>.Continuation] = [:]
        var lastViewer: UInt64 = 0
    }

    private let service: any OrdersAPI
    private let logger: Logger
    private let state = Mutex(State())

    init(orders: any OrdersAPI, logger: Logger) {
        service = orders
        self.logger = logger
    }

    /// The least time between two boards: orders may change thousands of times a second, and nobody reads so fast.
    private static let boardInterval = Duration.milliseconds(250)

    /// Follows until the task is cancelled; begins anew whenever the watch ends.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.follow() }
            group.addTask { await self.show() }
        }
        let viewers = state.withLock { state in
            defer { state.viewers.removeAll() }
            return Array(state.viewers.values)
        }
        for viewer in viewers { viewer.finish() }
    }

    private func follow() async {
        while !Task.isCancelled {
            do {
                try await watch()
            } catch {
                logger.debug("orders are not followed for a moment", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Tells the viewers of each new board.
    private func show() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.boardInterval)
            state.withLock { state in
                guard state.isStale, state.orders.isComplete, !state.viewers.isEmpty else { return }
                state.isStale = false
                let board = state.orders.board
                guard board != state.shown else { return }
                state.shown = board
                for viewer in state.viewers.values { viewer.yield(board) }
            }
        }
    }

    private func watch() async throws {
        let first = Mutex(true)
        let outbound = WireOutbound<OrdersV1.OrdersUpdate> { [self] update in
            let isFirst = first.withLock { first in
                defer { first = false }
                return first
            }
            take(update, first: isFirst)
        }
        try await service.watchOrders(OrdersV1.WatchOrdersRequest(), outbound, context: CallContext())
    }

    private func take(_ update: OrdersV1.OrdersUpdate, first: Bool) {
        state.withLock { state in
            state.orders.take(update, first: first)
            state.isStale = true
        }
    }

    /// The board, or nil when not everything is known yet.
    var board: Board? { state.withLock { $0.orders.isComplete ? $0.orders.board : nil } }

    /// Units that orders wait for, of each product, or nil when not everything is known yet.
    func promised(_ productIDs: [String]) -> [UInt32]? {
        state.withLock { state in
            state.orders.isComplete ? productIDs.map { state.orders.promised($0) } : nil
        }
    }

    /// The order of a pickup code.
    /// - Throws: UNAVAILABLE when not everything is known yet.
    func order(pickupCode: String) throws -> String? {
        try state.withLock { state in
            guard state.orders.isComplete else {
                throw WireStatus(.unavailable, "the orders are not all known yet: try again in a moment")
            }
            return state.orders.order(pickupCode: pickupCode)
        }
    }

    /// The board now and after each change, the newest only for whoever is slow.
    func boards() -> AsyncStream<Board> {
        let (stream, continuation) = AsyncStream.makeStream(of: Board.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { state in
            state.lastViewer += 1
            let number = state.lastViewer
            state.viewers[number] = continuation
            continuation.onTermination = { [weak self] _ in
                self?.leave(number)
            }
            state.shown = nil
            if state.orders.isComplete { continuation.yield(state.orders.board) }
        }
        return stream
    }

    private func leave(_ number: UInt64) {
        _ = state.withLock { $0.viewers.removeValue(forKey: number) }
    }
}
