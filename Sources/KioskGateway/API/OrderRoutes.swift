import APIs
import HTTPTypes
import Hummingbird
import Messages
import Web
import Wire

/// An order, from checkout to its end.
struct OrderRoutes: Sendable {
    let orders: any OrdersAPI
    let payments: any PaymentsAPI
    let robots: LiveRobots
    let finder: OrderFinder
    let limits: WebLimits

    /// Items of an order that is placed at once; Orders takes as many products.
    private static let maxItems = 50

    func add(to group: RouterGroup<KioskContext>) {
        group.get("orders", use: find)
        group.post("orders", use: place)
        group.get("orders/{id}", use: show)
        group.get("orders/{id}/payment", use: invoice)
        group.post("orders/{id}/payment", use: pay)
        group.delete("orders/{id}", use: cancel)
        group.get("orders/{id}/events", use: events)
    }

    /// A customer's order, by the code that only the customer has.
    @Sendable func find(_ request: Request, _ context: KioskContext) async throws -> Response {
        try request.onlyQuery("pickup_code")
        let id = try finder.orderID(
            pickupCode: request.queryText("pickup_code"), client: context.channel.remoteAddress?.ipAddress ?? "")
        return try Response(OrderDocument(await order(id)))
    }

    /// A whole order at once, for kiosks that keep the basket themselves.
    @Sendable func place(_ request: Request, _ context: KioskContext) async throws -> Response {
        let key = try request.idempotencyKey("kiosk", "orders")
        var fields = try await request.fields(limits: limits)
        let order = OrdersV1.PlaceOrderRequest(
            idempotencyKey: key, kioskID: fields.text("kiosk_id", required: false, maximum: 64),
            items: fields.objects("items", counts: 1...Self.maxItems) { item in
                OrdersV1.OrderItem(
                    productID: item.text("product_id", required: true, maximum: 128),
                    quantity: UInt32(item.integer("quantity", in: 1...99, fallback: 1)))
            },
            cardToken: fields.token("card_token", required: false, maximum: 128))
        try fields.finish()
        let placed = try await orders.placeOrder(order, context: limits.call())
        return try Response(OrderDocument(placed), status: .created, location: "/api/v1/orders/\(placed.orderID)")
    }

    @Sendable func show(_ request: Request, _ context: KioskContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try Response(OrderDocument(await order(id)))
    }

    /// How an order stands with its payment: what came of one that was answered with 202.
    @Sendable func invoice(_ request: Request, _ context: KioskContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let invoice = try await payments.getInvoice(PaymentsV1.GetInvoiceRequest(orderID: id), context: limits.call())
        return try Response(InvoiceDocument(invoice))
    }

    @Sendable func pay(_ request: Request, _ context: KioskContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let key = try request.idempotencyKey("kiosk", "payment", id)
        var fields = try await request.fields(limits: limits)
        // Cash is taken at the depot's desk, by staff: a kiosk has no drawer and nobody who counts.
        let cardToken = fields.token("card_token", required: true, maximum: 128)
        try fields.finish()
        let payment = PaymentsV1.PayInvoiceRequest(
            idempotencyKey: key, orderID: id, method: .card, cardToken: cardToken)
        do {
            let invoice = try await payments.payInvoice(payment, context: limits.call())
            // The provider may take longer than anybody waits; the order's events tell when it has answered.
            return try Response(InvoiceDocument(invoice), status: invoice.state == .paying ? .accepted : .ok)
        } catch let refusal as any StatusConvertible where refusal.statusCode == .failedPrecondition {
            throw try await declined(id) ?? refusal
        }
    }

    /// A refused payment's problem when its card was declined: the invoice is still open and says why. Otherwise nil.
    private func declined(_ orderID: String) async throws -> Problem? {
        let invoice = try? await payments.getInvoice(
            PaymentsV1.GetInvoiceRequest(orderID: orderID), context: limits.call())
        guard let invoice, invoice.state == .open, !invoice.declineReason.isEmpty else { return nil }
        return .declined(invoice.declineReason)
    }

    @Sendable func cancel(_ request: Request, _ context: KioskContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let order = try await orders.cancelOrder(
            OrdersV1.CancelOrderRequest(orderID: id, reason: "canceled at the kiosk"), context: limits.call())
        // Robots may have to bring items back first; the order's events tell when all is undone.
        return try Response(OrderDocument(order), status: order.state.isFinal ? .ok : .accepted)
    }

    @Sendable func events(_ request: Request, _ context: KioskContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let seen = try lastSeen(request)
        let order = try await order(id)
        // To a browser that comes back after the last event, 204 says that there is nothing more to wait for.
        if let seen, order.state.isFinal, order.version <= seen { return Response(status: .noContent) }
        let events = OrderEvents(orders: orders, robots: robots, orderID: id, seen: seen)
        return ServerSentEvents(heartbeat: limits.heartbeat, channel: context.channel)
            .response(to: request, produce: events.produce)
    }

    private func order(_ id: String) async throws -> OrdersV1.Order {
        try await orders.getOrder(OrdersV1.GetOrderRequest(orderID: id), context: limits.call())
    }

    private func lastSeen(_ request: Request) throws(Problem) -> UInt64? {
        guard let text = request.headers[.lastEventID], !text.isEmpty else { return nil }
        guard let version = UInt64(text) else {
            throw .invalid([.init(field: "Last-Event-ID", message: "must be the id of an event that this path sent")])
        }
        return version
    }
}
