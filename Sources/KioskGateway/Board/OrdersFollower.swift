import APIs
import Logging
import Messages
import Synchronization
import Wire

/// Keeps `OpenOrders` up to date from Orders' watch, and tells whoever shows the board. Safe to use from anywhere.
final class OrdersFollower: Sendable {
    private struct State {
        var orders = OpenOrders()
        var board = Board()
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

    /// Follows until the task is cancelled; begins anew whenever the watch ends.
    func run() async {
        while !Task.isCancelled {
            do {
                try await watch()
            } catch {
                logger.debug("orders are not followed for a moment", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .milliseconds(500))
        }
        let viewers = state.withLock { state in
            defer { state.viewers.removeAll() }
            return Array(state.viewers.values)
        }
        for viewer in viewers { viewer.finish() }
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
            guard state.orders.isComplete else { return }
            let board = state.orders.board
            guard board != state.board else { return }
            state.board = board
            for viewer in state.viewers.values { viewer.yield(board) }
        }
    }

    /// The board, or nil when not everything is known yet.
    var board: Board? { state.withLock { $0.orders.isComplete ? $0.board : nil } }

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
            if state.orders.isComplete { continuation.yield(state.board) }
        }
        return stream
    }

    private func leave(_ number: UInt64) {
        _ = state.withLock { $0.viewers.removeValue(forKey: number) }
    }
}
