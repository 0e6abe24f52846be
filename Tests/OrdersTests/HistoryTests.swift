import Kernel
import Messages
import Orders
import Payments
import Stores
import Testing
import Wire

/// What ended long ago, and keys that come again after a restart.
@Suite(.timeLimit(.minutes(2))) struct HistoryTests {
    private func refusal(_ body: () async throws -> Void) async -> ServiceError? {
        await #expect(throws: ServiceError.self) { try await body() }
    }

    /// An order that its card's decline rejects.
    private static func decline(_ orders: OrdersService, _ context: CallContext) async throws -> String {
        let id = try await orders.startBasket(OrdersV1.StartBasketRequest(), context: context).orderID
        _ = try await orders.addItem(
            OrdersV1.AddItemRequest(orderID: id, productID: "bread", quantity: 1), context: context)
        _ = try await orders.checkout(
            OrdersV1.CheckoutRequest(orderID: id, cardToken: "card-decline"), context: context)
        return id
    }

    @Test func whatEndedLongAgoIsReadFromTheLog() async throws {
        let shop = try ShopHarness()
        try await shop.openStore(stock: 1_000_000)
        let (orders, payments, context) = (shop.orders, shop.payments, shop.context)
        let first = try await shop.eventually { try await Self.decline(orders, context) }
        try await shop.order(first) { $0.state == .rejected }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask { for _ in 0..<165 { _ = try await Self.decline(orders, context) } }
            }
            try await group.waitForAll()
        }
        let listed = try await shop.eventually {
            let listed = try await orders.listOrders(OrdersV1.ListOrdersRequest(query: first), context: context)
            guard listed.total == 0 else { throw ServiceError.unavailable("it is not forgotten yet") }
            return listed
        }
        #expect(listed.orders.isEmpty)
        let old = try await orders.getOrder(OrdersV1.GetOrderRequest(orderID: first), context: context)
        #expect(old.state == .rejected && old.lines.count == 1 && !old.reason.isEmpty && old.endedUnixMs > 0)
        try await shop.order(first) { $0.state == .rejected }
        for byOrder in [true, false] {
            let request = PaymentsV1.GetInvoiceRequest(
                invoiceID: byOrder ? "" : "inv-\(first)", orderID: byOrder ? first : "")
            let invoice = try await payments.getInvoice(request, context: context)
            #expect(invoice.state == .canceled && invoice.amount?.minorUnits == 250)
        }
        let paid = await refusal {
            _ = try await payments.payInvoice(
                PaymentsV1.PayInvoiceRequest(orderID: first, method: .cash), context: context)
        }
        #expect(paid?.code == .failedPrecondition && paid?.message.contains("ended long ago") == true)
        let canceled = await refusal {
            _ = try await orders.cancelOrder(OrdersV1.CancelOrderRequest(orderID: first), context: context)
        }
        #expect(canceled?.code == .failedPrecondition && canceled?.message.contains("is rejected") == true)
        let added = await refusal {
            _ = try await orders.addItem(
                OrdersV1.AddItemRequest(orderID: first, productID: "bread", quantity: 1), context: context)
        }
        #expect(added?.code == .failedPrecondition && added?.message.contains("has been for long") == true)
        let basket = try await orders.startBasket(OrdersV1.StartBasketRequest(), context: context).orderID
        let strange = await refusal {
            _ = try await orders.addItem(
                OrdersV1.AddItemRequest(orderID: basket, productID: "x", quantity: 1), context: context)
        }
        #expect(strange?.code == .notFound && strange?.message.contains("product") == true)
        let unknown = await refusal {
            _ = try await orders.getOrder(OrdersV1.GetOrderRequest(orderID: "o-never"), context: context)
        }
        #expect(unknown?.code == .notFound)
        try await shop.stop()
    }

    @Test func keysAreKeptAcrossRestarts() async throws {
        let shop = try ShopHarness()
        try await shop.openStore()
        let context = shop.context
        var basket = OrdersV1.StartBasketRequest(idempotencyKey: "b", kioskID: "k1")
        let id = try await shop.orders.startBasket(basket, context: context).orderID
        var add = OrdersV1.AddItemRequest(idempotencyKey: "a", orderID: id, productID: "bread", quantity: 1)
        _ = try await shop.eventually { try await shop.orders.addItem(add, context: context) }
        var checkout = OrdersV1.CheckoutRequest(idempotencyKey: "c", orderID: id)
        let placed = try await shop.orders.checkout(checkout, context: context)
        var pay = PaymentsV1.PayInvoiceRequest(idempotencyKey: "p", orderID: id, method: .cash)
        let paid = try await shop.eventually { try await shop.payments.payInvoice(pay, context: context) }
        var refund = PaymentsV1.RefundInvoiceRequest(
            idempotencyKey: "r", invoiceID: paid.invoiceID, amount: TypesV1.Money(minorUnits: 50, currencyCode: "EUR"))
        let refunded = try await shop.payments.refundInvoice(refund, context: context)

        try await shop.restart()
        #expect(try await shop.orders.startBasket(basket, context: context).orderID == id)
        #expect(try await shop.orders.addItem(add, context: context).lines.map(\.quantity) == [1])
        #expect(try await shop.orders.checkout(checkout, context: context) == placed)
        #expect(try await shop.payments.payInvoice(pay, context: context) == paid)
        #expect(try await shop.payments.refundInvoice(refund, context: context) == refunded)
        #expect(refunded.refunded?.minorUnits == 50 && refunded.credited?.minorUnits == 50)

        basket.kioskID = "k2"
        add.quantity = 2
        checkout.cardToken = "card-approve"
        pay.method = .card
        refund.reason = "another"
        let (otherBasket, otherAdd, otherCheckout, otherPay, otherRefund) = (basket, add, checkout, pay, refund)
        let refusals = [
            await refusal { _ = try await shop.orders.startBasket(otherBasket, context: context) },
            await refusal { _ = try await shop.orders.addItem(otherAdd, context: context) },
            await refusal { _ = try await shop.orders.checkout(otherCheckout, context: context) },
            await refusal { _ = try await shop.payments.payInvoice(otherPay, context: context) },
            await refusal { _ = try await shop.payments.refundInvoice(otherRefund, context: context) },
        ]
        for refusal in refusals {
            #expect(refusal?.code == .alreadyExists && refusal?.message.contains("idempotency key") == true)
        }
        try await shop.stop()
    }

    @Test func whatIsPlacedCanBePaidBeforeItIsApproved() async throws {
        let shop = try ShopHarness()
        try await shop.openStore()
        let context = shop.context
        let id = try await shop.orders.startBasket(OrdersV1.StartBasketRequest(), context: context).orderID
        let add = OrdersV1.AddItemRequest(orderID: id, productID: "bread", quantity: 1)
        _ = try await shop.eventually { try await shop.orders.addItem(add, context: context) }
        _ = try await shop.orders.checkout(OrdersV1.CheckoutRequest(orderID: id), context: context)
        _ = try await shop.eventually {
            try await shop.payments.payInvoice(
                PaymentsV1.PayInvoiceRequest(orderID: id, method: .cash), context: context)
        }
        try await shop.order(id) { $0.paid && $0.state == .placed }
        let unknown = await refusal {
            _ = try await shop.payments.authorizePayment(
                PaymentsV1.AuthorizePaymentRequest(
                    orderID: "o-never", amount: TypesV1.Money(minorUnits: 5, currencyCode: "EUR"), cardToken: "c"),
                context: context)
        }
        #expect(unknown?.code == .notFound)
        try await shop.stop()
    }
}
