import APIs
import HTTPTypes
import Hummingbird
import Kernel
import Messages
import Web

/// Orders as staff see and handle them.
struct OrderRoutes: Sendable {
    let shop: Shop

    func add(to routes: StaffRouter) {
        routes.read("/api/v1/orders", use: list)
        routes.read("/api/v1/orders/{id}", use: show)
        routes.read("/api/v1/pickup/{code}", use: find)
        routes.command(.post, "/api/v1/orders/{id}/hand-over", use: handOver)
        routes.command(.delete, "/api/v1/orders/{id}", use: cancel)
    }

    /// What is listed when no state is asked for: baskets are not orders yet.
    private static let placed: [OrdersV1.OrderState] = [
        .placed, .approved, .ready, .completed, .rejected, .canceling, .canceled,
    ]
    private static let states: [OrdersV1.OrderState] = placed + [.basket, .abandoned]
    /// An order with a pickup code that may still be used.
    private static let open: [OrdersV1.OrderState] = [.placed, .approved, .ready, .canceling]

    @Sendable func list(_ request: Request, _ context: StaffContext, _ session: StaffSession) async throws -> Response {
        try request.onlyQuery("state", "q", "page_size", "page_token")
        let states = try request.queryStates("state", Self.states) { $0.word }
        let page = try await shop.orders.listOrders(
            OrdersV1.ListOrdersRequest(
                states: states.isEmpty ? Self.placed : states, query: request.queryText("q") ?? "",
                pageSize: try request.queryInteger("page_size", in: 1...200) ?? 0,
                pageToken: request.queryText("page_token") ?? "", withoutCodes: session.role < .clerk),
            context: shop.call())
        return try Response(OrderPageDocument(page, for: session.role))
    }

    @Sendable func show(_ request: Request, _ context: StaffContext, _ session: StaffSession) async throws -> Response {
        try request.onlyQuery()
        let order = try await shop.orders.getOrder(
            OrdersV1.GetOrderRequest(orderID: try context.text("id")), context: shop.call())
        return try Response(OrderDocument(order, for: session.role))
    }

    @Sendable func find(_ request: Request, _ context: StaffContext, _ session: StaffSession) async throws -> Response {
        try request.onlyQuery()
        let code = normalizedPickupCode(try context.text("code"))
        // The search finds parts of codes too, and codes in products' names.
        var token = ""
        repeat {
            let page = try await shop.orders.listOrders(
                OrdersV1.ListOrdersRequest(states: Self.open, query: code, pageSize: 200, pageToken: token),
                context: shop.call())
            if let order = page.orders.first(where: { !code.isEmpty && $0.pickupCode == code }) {
                return try Response(OrderDocument(order, for: session.role))
            }
            token = page.nextPageToken
        } while !token.isEmpty
        throw ServiceError.notFound("no order that has not ended has the pickup code '\(code)'")
    }

    @Sendable func handOver(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let id = try context.text("id")
        var fields = try await request.fields(limits: shop.limits)
        let code = fields.text("pickup_code", required: true, maximum: 64)
        try fields.finish()
        return StaffCommand("order/\(id)") { [shop] in
            let order = try await shop.orders.handOver(
                OrdersV1.HandOverRequest(orderID: id, pickupCode: code), context: shop.call())
            return try Response(OrderDocument(order, for: session.role))
        }
    }

    @Sendable func cancel(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let id = try context.text("id")
        try request.onlyQuery("reason")
        let reason = request.queryText("reason") ?? ""
        guard reason.utf8.count <= longestReason else {
            throw Problem.invalid([.init(field: "reason", message: "may have \(longestReason) bytes at most")])
        }
        return StaffCommand("order/\(id)", detail: noted(reason)) { [shop] in
            let why = reason.isEmpty ? "canceled by \(session.name)" : session.reason(reason)
            let order = try await shop.orders.cancelOrder(
                OrdersV1.CancelOrderRequest(orderID: id, reason: why), context: shop.call())
            // Robots may have to bring items back first; the order's events tell when all is undone.
            return try Response(
                OrderDocument(order, for: session.role), status: order.state.isFinal ? .ok : .accepted)
        }
    }
}
