import Kernel
import Messages
import Orders
import Payments
import Stores
import Testing
import Wire

/// The services themselves, joined by their logs, with Depot's written by the test.
struct ServicesTests {
    typealias Step = @Sendable (ShopHarness) async throws -> Void

    private static func basket(_ shop: ShopHarness) async throws -> OrdersV1.Order {
        try await shop.orders.startBasket(
            OrdersV1.StartBasketRequest(idempotencyKey: "basket"), context: shop.context)
    }

    static func id(_ shop: ShopHarness) async throws -> String { try await basket(shop).orderID }

    /// An order paid by the card given at checkout, of which one unit cannot be had. Each step may be repeated.
    static let life: [Step] = [
        { try await $0.openStore() },
        { _ = try await basket($0) },
        { shop in
            let add = OrdersV1.AddItemRequest(
                idempotencyKey: "add", orderID: try await id(shop), productID: "bread", quantity: 3)
            _ = try await shop.eventually { try await shop.orders.addItem(add, context: shop.context) }
        },
        { shop in
            _ = try await shop.orders.checkout(
                OrdersV1.CheckoutRequest(
                    idempotencyKey: "checkout", orderID: try await id(shop), cardToken: "card-approve"),
                context: shop.context)
        },
        { shop in
            let id = try await id(shop)
            try await shop.depot(id, .listCreated(DepotV1.ListCreated(listID: id)))
        },
        { shop in
            try await shop.order(try await id(shop)) { $0.state == .approved && !$0.invoiceID.isEmpty }
        },
        { shop in
            let id = try await id(shop)
            try await shop.depot(
                id,
                .itemPicked(DepotV1.ItemPicked(listID: id, storeID: "s", productID: "bread", quantity: 2)),
                .itemUnavailable(
                    DepotV1.ItemUnavailable(
                        listID: id, storeID: "s", productID: "bread", quantity: 1, reason: .outOfStock)))
        },
        { shop in
            let id = try await id(shop)
            let item = TypesV1.Item(productID: "bread", quantity: 2)
            try await shop.depot(
                id,
                .taskDelivered(
                    DepotV1.TaskDelivered(listID: id, delivered: [TypesV1.Stop(storeID: "s", items: [item])])),
                .listReady(DepotV1.ListReady(listID: id)))
        },
        { shop in try await shop.order(try await id(shop)) { $0.state == .ready && $0.paid } },
        { shop in
            let order = try await shop.orders.getOrder(
                OrdersV1.GetOrderRequest(orderID: try await id(shop)), context: shop.context)
            if order.state == .completed { return }
            _ = try await shop.orders.handOver(
                OrdersV1.HandOverRequest(orderID: order.orderID, pickupCode: order.pickupCode), context: shop.context)
        },
    ]

    /// -1: never restarted. Otherwise everything starts again before the step of this number.
    @Test(arguments: [-1] + Array(life.indices) + [99])
    func anOrderSurvivesARestartBeforeAnyStep(restart: Int) async throws {
        let shop = try ShopHarness()
        if restart == 4 { shop.provider.fail(3) }
        for (number, step) in Self.life.enumerated() {
            if number == restart || restart == 99 { try await shop.restart() }
            try await step(shop)
        }
        let id = try await Self.id(shop)
        let order = try await shop.orders.getOrder(OrdersV1.GetOrderRequest(orderID: id), context: shop.context)
        #expect(order.state == .completed && order.total?.minorUnits == 500)
        let invoice = try await shop.payments.getInvoice(
            PaymentsV1.GetInvoiceRequest(orderID: id), context: shop.context)
        #expect(invoice.state == .paid && invoice.captured?.minorUnits == 500)
        #expect(shop.provider.ledger.captured == ["inv-\(id)/charge-1": 500], "captured once")
        #expect(shop.provider.ledger.held.isEmpty)
        let stock = try await shop.stores.getProduct(
            StoresV1.GetProductRequest(productID: "bread"), context: shop.context
        ).stock
        #expect(stock == 0, "the robot found the shelf empty")
        try await shop.stop()
    }

    /// An order of one bread, approved.
    private func approved(_ shop: ShopHarness, card: String = "") async throws -> String {
        try await shop.openStore()
        let id = try await Self.id(shop)
        let add = OrdersV1.AddItemRequest(orderID: id, productID: "bread", quantity: 1)
        _ = try await shop.eventually { try await shop.orders.addItem(add, context: shop.context) }
        _ = try await shop.orders.checkout(
            OrdersV1.CheckoutRequest(orderID: id, cardToken: card), context: shop.context)
        try await shop.depot(id, .listCreated(DepotV1.ListCreated(listID: id)))
        try await shop.order(id) { $0.state == .rejected || !$0.invoiceID.isEmpty }
        return id
    }

    @Test func aDeclinedCardRejectsTheOrder() async throws {
        let shop = try ShopHarness()
        let id = try await approved(shop, card: "card-decline")
        let order = try await shop.orders.getOrder(OrdersV1.GetOrderRequest(orderID: id), context: shop.context)
        #expect(order.state == .rejected && order.reason.contains("declined"))
        try await shop.stop()
    }

    @Test func payingIsOnceAndKeysAreKept() async throws {
        let shop = try ShopHarness()
        let id = try await approved(shop)
        let declined = PaymentsV1.PayInvoiceRequest(orderID: id, method: .card, cardToken: "card-decline")
        let refusal = await #expect(throws: ServiceError.self) {
            try await shop.payments.payInvoice(declined, context: shop.context)
        }
        #expect(refusal?.code == .failedPrecondition && refusal?.message.contains("declined") == true)

        shop.provider.fail(2)
        var request = PaymentsV1.PayInvoiceRequest(
            idempotencyKey: "pay", orderID: id, method: .card, cardToken: "card-approve")
        let first = try await shop.payments.payInvoice(request, context: shop.context)
        #expect(first.state == .paid)
        #expect(try await shop.payments.payInvoice(request, context: shop.context) == first, "the same key again")
        request.method = .cash
        let other = await #expect(throws: ServiceError.self) {
            try await shop.payments.payInvoice(request, context: shop.context)
        }
        #expect(other?.code == .alreadyExists, "the same key for something else")
        request.idempotencyKey = "pay again"
        let twice = await #expect(throws: ServiceError.self) {
            try await shop.payments.payInvoice(request, context: shop.context)
        }
        #expect(twice?.code == .failedPrecondition && twice?.message.contains("paid already") == true)
        #expect(shop.provider.ledger.captured.values.reduce(0, +) == 250)
        try await shop.order(id) { $0.paid }
        try await shop.stop()
    }

    @Test func aCanceledOrderIsRefundedBeforeItEnds() async throws {
        let shop = try ShopHarness()
        let id = try await approved(shop)
        _ = try await shop.payments.payInvoice(
            PaymentsV1.PayInvoiceRequest(orderID: id, method: .card, cardToken: "card-approve"), context: shop.context)
        let canceling = try await shop.orders.cancelOrder(
            OrdersV1.CancelOrderRequest(orderID: id), context: shop.context)
        #expect(canceling.state == .canceling)
        try await shop.depot(id, .listCanceled(DepotV1.ListCanceled(listID: id)))
        try await shop.order(id) { $0.state == .canceled }
        #expect(shop.provider.ledger.refunded.values.reduce(0, +) == 250)
        try await shop.stop()
    }

    @Test func wrongCodesAreCountedEvenThoughTheyAreRefused() async throws {
        let shop = try ShopHarness()
        let id = try await approved(shop)
        _ = try await shop.payments.payInvoice(
            PaymentsV1.PayInvoiceRequest(orderID: id, method: .cash), context: shop.context)
        try await shop.depot(id, .listReady(DepotV1.ListReady(listID: id)))
        try await shop.order(id) { $0.state == .ready && $0.paid }
        var codes: [WireV1.Code?] = []
        for _ in 0..<6 {
            let refusal = await #expect(throws: ServiceError.self) {
                try await shop.orders.handOver(
                    OrdersV1.HandOverRequest(orderID: id, pickupCode: "wrong"), context: shop.context)
            }
            codes.append(refusal?.code)
        }
        #expect(codes == Array(repeating: .permissionDenied, count: 5) + [.resourceExhausted])
        try await shop.stop()
    }

    @Test func watchersOfWhatIsNotThereOrStopsAreTold() async throws {
        let shop = try ShopHarness()
        let outbound = WireOutbound<OrdersV1.Order> { _ in }
        let unknown = await #expect(throws: ServiceError.self) {
            try await shop.orders.watchOrder(
                OrdersV1.WatchOrderRequest(orderID: "x"), outbound, context: shop.context)
        }
        #expect(unknown?.code == .notFound)
        let id = try await Self.id(shop)
        let orders = shop.orders
        let context = shop.context
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let watcher = Task {
            try await orders.watchOrder(
                OrdersV1.WatchOrderRequest(orderID: id), WireOutbound { _ in begin.yield() }, context: context)
        }
        for await _ in begun { break }
        try await shop.stop()
        let stopped = await #expect(throws: ServiceError.self) { try await watcher.value }
        #expect(stopped?.code == .unavailable)
    }
}
