import Kernel
import Messages
import OrderedCollections

/// What a basket may hold. With Stores' largest price the largest total is far below overflow.
enum BasketLimits {
    static let unitsPerLine: UInt32 = 99
    static let lines = 50
}

/// Decisions while the customer chooses.
extension OrdersCore {
    func startBasket(
        _ request: OrdersV1.StartBasketRequest, orderID: String, currency: String
    ) throws(ServiceError) -> [OrdersV1.Event] {
        guard request.kioskID.utf8.count <= 256 else { throw .invalidArgument("kiosk_id is longer than 256 bytes") }
        guard orders[orderID] == nil else { throw .alreadyExists("there is an order '\(orderID)' already") }
        return [
            OrdersV1.Event(
                kind: .basketStarted(
                    OrdersV1.BasketStarted(orderID: orderID, kioskID: request.kioskID, currencyCode: currency)))
        ]
    }

    func addItem(_ request: OrdersV1.AddItemRequest) throws(ServiceError) -> [OrdersV1.Event] {
        let order = try order(request.orderID)
        try order.requireBasket()
        return [try addition(of: request.productID, request.quantity, to: order)]
    }

    /// What an item more comes to in a basket.
    private func addition(
        of productID: String, _ quantity: UInt32, to order: Order
    ) throws(ServiceError) -> OrdersV1.Event {
        guard (1...BasketLimits.unitsPerLine).contains(quantity) else {
            throw .invalidArgument("quantity takes 1 to \(BasketLimits.unitsPerLine), not \(quantity)")
        }
        if productID.isEmpty { throw .invalidArgument("product_id is empty") }
        guard catalog.products[productID] != nil else { throw .notFound("there is no product '\(productID)'") }
        let line = try catalog.line(productID, quantity)
        let before = order.line(productID)
        let units = UInt64(before?.quantity ?? 0) + UInt64(quantity)
        guard units <= UInt64(BasketLimits.unitsPerLine) else {
            throw .failedPrecondition(
                "'\(line.name)' would be \(units) units; "
                    + "an order takes at most \(BasketLimits.unitsPerLine) of a product")
        }
        guard before != nil || order.view.lines.count < BasketLimits.lines else {
            throw .failedPrecondition("an order takes at most \(BasketLimits.lines) products; check this one out first")
        }
        try order.requireCurrency(of: line)
        var lines = order.view.lines
        lines.insertByStore(line)
        guard lines.totalMinorUnits != nil else {
            throw .failedPrecondition("the basket's total is too large to count")
        }
        return OrdersV1.Event(kind: .itemAdded(OrdersV1.ItemAdded(orderID: order.id, line: line)))
    }

    /// A basket, what goes into it and its checkout at once: all of it, or nothing.
    ///
    /// - Parameter pickupCodes: as for ``checkout(_:pickupCodes:)``
    func placeOrder(
        _ request: OrdersV1.PlaceOrderRequest, orderID: String, currency: String, pickupCodes: [String]
    ) throws(ServiceError) -> [OrdersV1.Event] {
        if request.items.isEmpty { throw .invalidArgument("items is empty: an order needs at least one") }
        let start = OrdersV1.StartBasketRequest(kioskID: request.kioskID)
        var events = try startBasket(start, orderID: orderID, currency: currency)
        var order = Order(basket: orderID, kioskID: request.kioskID, currency: currency)
        for item in request.items {
            let event = try addition(of: item.productID, item.quantity, to: order)
            // When it happens does not matter here: the copy is thrown away.
            if let kind = event.kind { order.evolve(kind, at: 0) }
            events.append(event)
        }
        events.append(try placement(of: order, cardToken: request.cardToken, pickupCodes: pickupCodes))
        return events
    }

    func removeItem(_ request: OrdersV1.RemoveItemRequest) throws(ServiceError) -> [OrdersV1.Event] {
        let order = try order(request.orderID)
        try order.requireBasket()
        guard let line = order.line(request.productID) else {
            throw .notFound("basket '\(order.id)' holds no product '\(request.productID)'")
        }
        guard request.quantity <= line.quantity else {
            throw .failedPrecondition(
                "basket '\(order.id)' holds \(line.quantity) of '\(line.name)', not \(request.quantity); 0 removes all")
        }
        let quantity = request.quantity == 0 ? line.quantity : request.quantity
        return [
            OrdersV1.Event(
                kind: .itemRemoved(
                    OrdersV1.ItemRemoved(orderID: order.id, productID: line.productID, quantity: quantity)))
        ]
    }

    /// Turns a basket into an order, at the stores' prices of this moment.
    ///
    /// - Parameter pickupCodes: random codes; the first that no other open order has becomes this one's.
    func checkout(
        _ request: OrdersV1.CheckoutRequest, pickupCodes: [String]
    ) throws(ServiceError) -> [OrdersV1.Event] {
        let order = try order(request.orderID)
        try order.requireBasket()
        guard !order.view.lines.isEmpty else {
            throw .failedPrecondition("basket '\(order.id)' is empty: add an item before checking out")
        }
        return [try placement(of: order, cardToken: request.cardToken, pickupCodes: pickupCodes)]
    }

    private func placement(
        of order: Order, cardToken: String, pickupCodes: [String]
    ) throws(ServiceError) -> OrdersV1.Event {
        guard cardToken.utf8.count <= 200 else { throw .invalidArgument("card_token is longer than 200 bytes") }
        var lines: [OrdersV1.Line] = []
        for basketLine in order.view.lines {
            let line = try catalog.line(basketLine.productID, basketLine.quantity, named: basketLine.name)
            try order.requireCurrency(of: line)
            let left = unpromised(line.productID)
            guard left >= line.quantity else {
                let have = left == 0 ? "there is no '\(line.name)' left" : "there are only \(left) '\(line.name)' left"
                throw .failedPrecondition(
                    "\(have) (product '\(line.productID)', store '\(line.storeID)'); the basket holds \(line.quantity)")
            }
            lines.append(line)
        }
        guard let total = lines.totalMinorUnits else {
            throw .failedPrecondition("the order's total is too large to count")
        }
        guard let code = pickupCodes.first(where: { openCodes[$0] == nil }) else {
            throw .unavailable("no pickup code was free; try again")
        }
        return OrdersV1.Event(
            kind: .orderPlaced(
                OrdersV1.OrderPlaced(
                    orderID: order.id, lines: lines,
                    total: TypesV1.Money(minorUnits: total, currencyCode: order.view.total?.currencyCode ?? ""),
                    pickupCode: code, cardToken: cardToken, ticket: nextTicket)))
    }
}

extension Order {
    func requireCurrency(of line: OrdersV1.Line) throws(ServiceError) {
        let currency = view.total?.currencyCode ?? ""
        guard line.unitPrice?.currencyCode == currency else {
            throw .failedPrecondition(
                "'\(line.name)' is sold in \(line.unitPrice?.currencyCode ?? "no currency"), the basket is in \(currency)"
            )
        }
    }
}
