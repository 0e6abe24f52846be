import Hummingbird
import Messages
import NIOCore
import Web
import Wire

/// The order board: what is being fetched and what is ready.
struct BoardRoutes: Sendable {
    let orders: OrdersFollower
    let limits: WebLimits

    func add(to group: RouterGroup<KioskContext>) {
        group.get("board", use: show)
        group.get("board/events", use: events)
    }

    @Sendable func show(_ request: Request, _ context: KioskContext) async throws -> Response {
        try request.onlyQuery()
        guard let board = orders.board else {
            throw WireStatus(.unavailable, "the orders are not all known yet: try again in a moment")
        }
        return try Response(BoardDocument(board))
    }

    @Sendable func events(_ request: Request, _ context: KioskContext) async throws -> Response {
        try request.onlyQuery()
        let orders = orders
        let events = ServerSentEvents(heartbeat: limits.heartbeat, channel: context.channel)
        return events.response(to: request) { feed in
            for await board in orders.boards() {
                feed.replace(try? ServerSentEvents.frame("board", BoardDocument(board)))
            }
        }
    }
}
