import APIs
import Hummingbird
import Messages
import NIOCore
import Web

/// What has happened to an order or a robot, from the services' logs.
struct TimelineRoutes: Sendable {
    let shop: Shop

    func add(to routes: StaffRouter) {
        routes.read("/api/v1/orders/{id}/timeline", use: order)
        routes.read("/api/v1/bots/{id}/log", use: bot)
    }

    @Sendable func order(_ request: Request, _ context: StaffContext, _ session: StaffSession) async throws -> Response
    {
        try request.onlyQuery()
        let id = try context.text("id")
        // Whether there is one is the service's to say.
        _ = try await shop.orders.getOrder(OrdersV1.GetOrderRequest(orderID: id), context: shop.call())
        let events = try await TimelineReader(events: shop.events).order(id).map(TimelineEvent.init)
        return try Self.response(events, for: session)
    }

    @Sendable func bot(_ request: Request, _ context: StaffContext, _ session: StaffSession) async throws -> Response {
        try request.onlyQuery("before", "page_size")
        let id = try context.text("id")
        let size = Int(try request.queryInteger("page_size", in: 1...200) ?? 50)
        let before = try BotLogPlace(request.queryText("before") ?? "")
        _ = try await shop.depot.getBot(DepotV1.GetBotRequest(botID: id), context: shop.call())
        let events = try await TimelineReader(events: shop.events).bot(id, newest: size, before: before.positions)
        let next = events.count < size ? nil : before.after(events)
        return try Self.response(events.reversed().map(TimelineEvent.init), for: session, next: next?.text)
    }

    /// The events are JSON already.
    private static func response(
        _ events: [TimelineEvent], for session: StaffSession, next: String? = nil
    ) throws -> Response {
        var body = ByteBuffer(string: #"{"events":["#)
        for (index, event) in events.enumerated() {
            if index > 0 { body.writeString(",") }
            body.writeImmutableBuffer(try event.json(showsPickupCodes: session.role >= .clerk))
        }
        body.writeString("]")
        // Digits, letters and a dot: nothing to escape.
        if let next { body.writeString(#","next_before":"\#(next)""#) }
        body.writeString("}")
        return Response(
            status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: body))
    }
}
