import APIs
import Hummingbird
import Messages
import Web
import Wire

/// A basket, from the first item to checkout.
struct BasketRoutes: Sendable {
    let orders: any OrdersAPI
    let limits: WebLimits

    func add(to group: RouterGroup<KioskContext>) {
        group.post("baskets", use: start)
        group.get("baskets/{id}", use: show)
        group.post("baskets/{id}/items", use: addItem)
        group.delete("baskets/{id}/items/{product_id}", use: removeItem)
        group.post("baskets/{id}/checkout", use: checkout)
    }

    @Sendable func start(_ request: Request, _ context: KioskContext) async throws -> Response {
        let key = try request.idempotencyKey("kiosk", "baskets")
        var fields = try await request.fields(limits: limits)
        let kioskID = fields.text("kiosk_id", required: false, maximum: 64)
        try fields.finish()
        let basket = try await orders.startBasket(
            OrdersV1.StartBasketRequest(idempotencyKey: key, kioskID: kioskID), context: limits.call())
        return try Response(
            OrderDocument(basket), status: .created, location: "/api/v1/baskets/\(basket.orderID)")
    }

    @Sendable func show(_ request: Request, _ context: KioskContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let basket = try await orders.getBasket(OrdersV1.GetBasketRequest(orderID: id), context: limits.call())
        return try Response(OrderDocument(basket))
    }

    @Sendable func addItem(_ request: Request, _ context: KioskContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let key = try request.idempotencyKey("kiosk", "items", id)
        var fields = try await request.fields(limits: limits)
        let productID = fields.text("product_id", required: true, maximum: 128)
        let quantity = fields.integer("quantity", in: 1...99, fallback: 1)
        try fields.finish()
        let basket = try await orders.addItem(
            OrdersV1.AddItemRequest(
                idempotencyKey: key, orderID: id, productID: productID, quantity: UInt32(quantity)),
            context: limits.call())
        return try Response(OrderDocument(basket))
    }

    @Sendable func removeItem(_ request: Request, _ context: KioskContext) async throws -> Response {
        try request.onlyQuery("quantity")
        let basket = try await orders.removeItem(
            OrdersV1.RemoveItemRequest(
                orderID: try context.parameters.require("id"),
                productID: try context.parameters.require("product_id"),
                quantity: try request.queryInteger("quantity", in: 1...99) ?? 0),
            context: limits.call())
        return try Response(OrderDocument(basket))
    }

    @Sendable func checkout(_ request: Request, _ context: KioskContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let key = try request.idempotencyKey("kiosk", "checkout", id)
        var fields = try await request.fields(limits: limits)
        let cardToken = fields.token("card_token", required: false, maximum: 128)
        try fields.finish()
        let order = try await orders.checkout(
            OrdersV1.CheckoutRequest(idempotencyKey: key, orderID: id, cardToken: cardToken),
            context: limits.call())
        return try Response(OrderDocument(order), status: .created, location: "/api/v1/orders/\(order.orderID)")
    }
}
