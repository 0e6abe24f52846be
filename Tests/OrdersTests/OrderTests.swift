import Kernel
import Messages
import OrderedCollections
import Testing

@testable import Orders

/// Given a core with a catalog and one basket "o", when requests and events come, then events or refusals.
struct OrderTests {
    struct Bench {
        var core = OrdersCore()
        var log: [OrdersV1.Event] = []
        var now = Timestamp(unixMs: 1_000_000)

        init(stock: UInt32 = 20) {
            take([
                OrdersV1.Event(
                    kind: .storeNoted(OrdersV1.StoreNoted(storeID: "s", name: "Bakery", participating: true))),
                Self.product("bread", "Bread", 250, stock), Self.product("tea", "Tea", 400, stock),
            ])
            if let events = try? core.startBasket(OrdersV1.StartBasketRequest(), orderID: "o", currency: "EUR") {
                take(events)
            }
        }

        static func product(_ id: String, _ name: String, _ price: Int64, _ stock: UInt32) -> OrdersV1.Event {
            OrdersV1.Event(
                kind: .productNoted(
                    OrdersV1.ProductNoted(
                        productID: id, storeID: "s", name: name,
                        price: TypesV1.Money(minorUnits: price, currencyCode: "EUR"), sizeUnits: 1, stock: stock)))
        }

        mutating func take(_ events: [OrdersV1.Event]) {
            for event in events {
                log.append(event)
                core.evolve(
                    event,
                    EventStamp(position: UInt64(log.count), stream: event.stream, version: UInt64(log.count), time: now)
                )
            }
        }

        mutating func add(_ product: String, _ quantity: UInt32) throws {
            take(try core.addItem(OrdersV1.AddItemRequest(orderID: "o", productID: product, quantity: quantity)))
        }

        mutating func checkout(card: String = "") throws {
            take(
                try core.checkout(
                    OrdersV1.CheckoutRequest(orderID: "o", cardToken: card), pickupCodes: ["CODE22"]))
        }

        mutating func depot(_ kind: DepotV1.Event.Kind) { take(core.react(to: DepotV1.Event(kind: kind))) }
        mutating func payments(_ kind: PaymentsV1.Event.Kind) { take(core.react(to: PaymentsV1.Event(kind: kind))) }

        mutating func handOver(_ code: String) throws -> ServiceError? {
            let outcome = try order.handOver(
                OrdersV1.HandOverRequest(orderID: "o", pickupCode: code), now: now)
            take(outcome.events)
            return outcome.refusal
        }

        /// Two breads and a tea, approved: 900 cents.
        static func approved() throws -> Bench {
            var bench = Bench()
            try bench.add("bread", 2)
            try bench.add("tea", 1)
            try bench.checkout()
            bench.depot(.listCreated(DepotV1.ListCreated(listID: "o")))
            return bench
        }

        /// All at the depot, and paid.
        static func readyAndPaid() throws -> Bench {
            var bench = try approved()
            bench.depot(.listReady(DepotV1.ListReady(listID: "o")))
            bench.payments(.invoicePaid(PaymentsV1.InvoicePaid(invoiceID: "i", orderID: "o")))
            return bench
        }

        var order: Order { core.orders["o"] ?? Order(OrdersV1.Order()) }
        var types: [String] { log.compactMap { $0.kind?.typeName } }
    }

    static func unavailable(_ product: String, _ quantity: UInt32) -> DepotV1.Event.Kind {
        .itemUnavailable(DepotV1.ItemUnavailable(listID: "o", storeID: "s", productID: product, quantity: quantity))
    }

    private func refusal(_ body: () throws -> Void) -> ServiceError? {
        #expect(throws: ServiceError.self) { try body() }
    }

    @Test func aBasketAddsUp() throws {
        var bench = Bench()
        try bench.add("bread", 2)
        try bench.add("tea", 1)
        try bench.add("bread", 1)
        #expect(bench.order.view.total?.minorUnits == 1150)
        #expect(bench.order.view.lines.map(\.quantity) == [3, 1])
        bench.take(
            try bench.core.removeItem(OrdersV1.RemoveItemRequest(orderID: "o", productID: "bread", quantity: 1)))
        bench.take(try bench.core.removeItem(OrdersV1.RemoveItemRequest(orderID: "o", productID: "tea")))
        #expect(bench.order.view.total?.minorUnits == 500 && bench.order.view.lines.count == 1)
    }

    @Test(arguments: [
        ("o", "bread", UInt32(0), WireV1.Code.invalidArgument), ("o", "bread", 100, .invalidArgument),
        ("o", "cake", 1, .notFound), ("o", "", 1, .invalidArgument), ("x", "bread", 1, .notFound),
        ("", "bread", 1, .invalidArgument),
    ])
    func whatCannotBeAdded(order: String, product: String, quantity: UInt32, code: WireV1.Code) {
        let bench = Bench()
        let refusal = refusal {
            _ = try bench.core.addItem(
                OrdersV1.AddItemRequest(orderID: order, productID: product, quantity: quantity))
        }
        #expect(refusal?.code == code)
    }

    @Test func limitsHoldAcrossAdds() throws {
        var bench = Bench()
        try bench.add("bread", 99)
        #expect(refusal { try bench.add("bread", 1) }?.code == .failedPrecondition)
        for number in 0..<60 { bench.take([Bench.product("p\(number)", "P", 1, 1)]) }
        for number in 0..<49 { try bench.add("p\(number)", 1) }
        #expect(refusal { try bench.add("p50", 1) }?.code == .failedPrecondition)
    }

    @Test func checkoutTakesTheStoresPriceOfItsMoment() throws {
        var bench = Bench()
        try bench.add("bread", 2)
        bench.take([Bench.product("bread", "Bread", 300, 20)])
        try bench.checkout()
        #expect(bench.order.view.total?.minorUnits == 600 && bench.order.view.state == .placed)
        #expect(refusal { try bench.checkout() }?.message.contains("is placed, not a basket") == true)
        #expect(refusal { try bench.add("tea", 1) }?.code == .failedPrecondition)
    }

    @Test func whatCannotBeCheckedOut() throws {
        var bench = Bench(stock: 3)
        #expect(refusal { try bench.checkout() }?.message.contains("is empty") == true)
        try bench.add("bread", 4)
        let short = refusal { try bench.checkout() }
        #expect(short?.code == .failedPrecondition && short?.message.contains("only 3 'Bread' left") == true)
        bench.take([
            OrdersV1.Event(kind: .storeNoted(OrdersV1.StoreNoted(storeID: "s", name: "Bakery", participating: false)))
        ])
        #expect(refusal { try bench.checkout() }?.message.contains("does not take part") == true)
        bench.take([OrdersV1.Event(kind: .productForgotten(OrdersV1.ProductForgotten(productID: "bread")))])
        #expect(refusal { try bench.checkout() }?.message.contains("no longer sold") == true)
    }

    @Test func unitsArePromisedToOneOrderOnly() throws {
        var bench = Bench(stock: 3)
        try bench.add("bread", 2)
        try bench.checkout()
        #expect(bench.core.unpromised("bread") == 1)
        bench.depot(.itemPicked(DepotV1.ItemPicked(listID: "o", storeID: "s", productID: "bread", quantity: 1)))
        #expect(bench.core.unpromised("bread") == 2, "a picked unit is off the shelf, and the stock will say so")
        bench.take(try bench.order.cancel(OrdersV1.CancelOrderRequest(orderID: "o")))
        #expect(bench.core.unpromised("bread") == 3)
    }

    @Test func whatARobotGaveUpIsFetchedAgain() throws {
        var bench = Bench(stock: 3)
        try bench.add("bread", 2)
        try bench.checkout()
        bench.depot(.listCreated(DepotV1.ListCreated(listID: "o")))
        func stops(_ quantity: UInt32) -> [TypesV1.Stop] {
            [TypesV1.Stop(storeID: "s", items: [TypesV1.Item(productID: "bread", quantity: quantity)])]
        }
        let picked = DepotV1.ItemPicked(listID: "o", storeID: "s", productID: "bread", quantity: 2)
        bench.depot(.itemPicked(picked))
        bench.depot(.taskRequeued(DepotV1.TaskRequeued(listID: "o", returned: stops(1), missing: stops(1))))
        #expect(bench.order.view.lines[0].picked == 0)
        let gone = DepotV1.ItemUnavailable(listID: "o", storeID: "s", productID: "bread", quantity: 1)
        bench.depot(.itemUnavailable(gone))
        #expect(bench.order.view.lines[0].unavailable == 1, "the second trip found one less")
        bench.depot(.itemPicked(DepotV1.ItemPicked(listID: "o", storeID: "s", productID: "bread", quantity: 1)))
        bench.depot(.taskDelivered(DepotV1.TaskDelivered(listID: "o", delivered: stops(1))))
        #expect(bench.order.view.lines[0].picked == 1)
        #expect(bench.order.view.lines[0].delivered == 1)
    }

    @Test func aCardMustBeAuthorizedBeforeApproval() throws {
        var bench = Bench()
        try bench.add("tea", 1)
        try bench.checkout(card: "c")
        bench.depot(.listCreated(DepotV1.ListCreated(listID: "o")))
        #expect(bench.order.view.state == .placed)
        bench.payments(
            .paymentAuthorized(PaymentsV1.PaymentAuthorized(authorizationID: "auth-other", orderID: "o")))
        #expect(bench.order.view.state == .placed, "only the checkout's own authorisation counts")
        bench.payments(.paymentAuthorized(PaymentsV1.PaymentAuthorized(authorizationID: "auth-o", orderID: "o")))
        #expect(bench.order.view.state == .approved)
        #expect(bench.types.filter { $0 == "OrderApproved" }.count == 1)
    }

    @Test func aDeclineOrARefusedListRejects() throws {
        var declined = Bench()
        try declined.add("tea", 1)
        try declined.checkout(card: "c")
        declined.payments(
            .paymentDeclined(
                PaymentsV1.PaymentDeclined(authorizationID: "auth-o", orderID: "o", reason: "no funds")))
        #expect(declined.order.view.state == .rejected && declined.order.view.reason.contains("no funds"))
        declined.depot(.listCreated(DepotV1.ListCreated(listID: "o")))
        #expect(declined.order.view.state == .rejected, "what comes late changes nothing")

        var refused = Bench()
        try refused.add("tea", 1)
        try refused.checkout()
        refused.depot(.listRefused(DepotV1.ListRefused(listID: "o", reason: "too large")))
        #expect(refused.order.view.state == .rejected && refused.order.view.reason.contains("too large"))
    }

    @Test func anOrderShrinksByWhatCannotBeHad() throws {
        var bench = try Bench.approved()
        bench.depot(Self.unavailable("bread", 1))
        #expect(bench.order.view.total?.minorUnits == 650 && bench.order.view.state == .approved)
        bench.depot(Self.unavailable("bread", 5))
        #expect(bench.order.view.total?.minorUnits == 400, "no more than was ordered")
        bench.depot(Self.unavailable("tea", 1))
        #expect(bench.order.view.state == .canceling && bench.order.view.total?.minorUnits == 0)
    }

    @Test(arguments: [true, false])
    func aCancellationEndsWhenDepotAndPaymentsHaveUndoneTheirs(depotFirst: Bool) throws {
        var bench = try Bench.approved()
        bench.take(try bench.order.cancel(OrdersV1.CancelOrderRequest(orderID: "o", reason: "changed my mind")))
        let list = DepotV1.Event.Kind.listCanceled(DepotV1.ListCanceled(listID: "o"))
        let account = PaymentsV1.Event.Kind.accountClosed(PaymentsV1.AccountClosed(orderID: "o"))
        if depotFirst { bench.depot(list) } else { bench.payments(account) }
        #expect(bench.order.view.state == .canceling)
        if depotFirst { bench.payments(account) } else { bench.depot(list) }
        #expect(bench.order.view.state == .canceled && bench.order.view.reason == "changed my mind")
        #expect(try bench.order.cancel(OrdersV1.CancelOrderRequest(orderID: "o")) == [], "asking again is no error")
    }

    @Test func handOverNeedsReadyPaidAndTheCode() throws {
        var bench = try Bench.approved()
        #expect(refusal { _ = try bench.handOver("CODE22") }?.message.contains("approved, not ready") == true)
        bench.depot(.listReady(DepotV1.ListReady(listID: "o")))
        #expect(refusal { _ = try bench.handOver("CODE22") }?.message.contains("take 9.00 EUR") == true)
        bench.payments(.invoicePaid(PaymentsV1.InvoicePaid(invoiceID: "i", orderID: "o")))
        #expect(try bench.handOver("WRONG2")?.code == .permissionDenied)
        #expect(try bench.handOver(" code-22 ") == nil, "as people type it")
        #expect(bench.order.view.state == .completed)
        #expect(refusal { _ = try bench.handOver("CODE22") }?.message.contains("is completed") == true)
        #expect(refusal { _ = try bench.order.cancel(OrdersV1.CancelOrderRequest()) }?.code == .failedPrecondition)
    }

    @Test func fiveWrongCodesCloseTheDeskForAWhile() throws {
        var bench = try Bench.readyAndPaid()
        for _ in 0..<5 { #expect(try bench.handOver("WRONG2")?.code == .permissionDenied) }
        #expect(refusal { _ = try bench.handOver("CODE22") }?.code == .resourceExhausted, "even with the right one")
        bench.now = bench.now + .seconds(60)
        #expect(try bench.handOver("WRONG2")?.code == .permissionDenied)
        #expect(try bench.handOver("CODE22") == nil)
    }

    @Test func aBasketLeftAloneIsAbandoned() throws {
        var bench = Bench()
        bench.now = bench.now + .seconds(60)
        try bench.add("tea", 1)
        let deadline = try #require(bench.core.nextDeadline(after: bench.now))
        #expect(deadline == bench.now + .seconds(30 * 60), "counted from the last touch")
        #expect(bench.core.due(deadline - .milliseconds(1)).isEmpty)
        bench.take(bench.core.due(deadline).map(\.event))
        #expect(bench.order.view.state == .abandoned)
        #expect(bench.core.nextDeadline(after: deadline) == nil)
    }

    @Test func ordersAreFoundAndPaged() throws {
        var bench = Bench()
        for number in 0..<7 {
            bench.take(
                try bench.core.startBasket(OrdersV1.StartBasketRequest(), orderID: "b-\(number)", currency: "EUR"))
        }
        try bench.add("tea", 1)
        let tea = try bench.core.listOrders(OrdersV1.ListOrdersRequest(query: "TEA"))
        #expect(tea.orders.map(\.orderID) == ["o"] && tea.total == 1)
        var ids: [String] = []
        var token = ""
        repeat {
            let page = try bench.core.listOrders(
                OrdersV1.ListOrdersRequest(states: [.basket], pageSize: 3, pageToken: token))
            ids += page.orders.map(\.orderID)
            token = page.nextPageToken
        } while !token.isEmpty
        #expect(ids == (0..<7).reversed().map { "b-\($0)" } + ["o"])
        #expect(refusal { _ = try bench.core.listOrders(OrdersV1.ListOrdersRequest(pageToken: "x")) } != nil)
    }

    @Test func aSnapshotIsTheSameState() throws {
        var bench = try Bench.readyAndPaid()
        _ = try bench.handOver("WRONG2")
        bench.take(try bench.core.startBasket(OrdersV1.StartBasketRequest(), orderID: "p", currency: "EUR"))
        let copy = try OrdersCore(snapshot: bench.core.snapshot())
        #expect(copy.orders == bench.core.orders && copy.catalog == bench.core.catalog)
        #expect(copy.orders.keys == bench.core.orders.keys && copy.openCodes == bench.core.openCodes)
        #expect(copy.nextTicket == bench.core.nextTicket && copy.position == bench.core.position)
        #expect(copy.nextDeadline(after: bench.now) == bench.core.nextDeadline(after: bench.now))
    }
}
