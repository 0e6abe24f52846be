import Kernel
import Messages
import OrderedCollections
import Testing

@testable import Orders

/// The checkout's steps when nobody answers, and orders that ended long ago.
struct SagaTests {
    typealias Bench = OrderTests.Bench

    private func placed(card: String) throws -> Bench {
        var bench = Bench()
        try bench.add("tea", 1)
        try bench.checkout(card: card)
        return bench
    }

    @Test(arguments: [true, false])
    func aStepThatIsNotHeardOfEndsTheOrder(isCard: Bool) throws {
        var bench = try placed(card: isCard ? "c" : "")
        if isCard { bench.depot(.listCreated(DepotV1.ListCreated(listID: "o"))) }
        let deadline = try #require(bench.core.nextDeadline(after: bench.now))
        #expect(deadline == bench.now + .seconds(60))
        #expect(bench.core.due(deadline - .milliseconds(1)).isEmpty)
        bench.now = deadline
        bench.take(bench.core.due(deadline).map(\.event))
        #expect(bench.order.view.state == .rejected)
        #expect(bench.order.view.reason.contains(isCard ? "the card" : "no shopping list"))
        #expect(bench.core.nextDeadline(after: deadline) == nil)
        // What comes late changes nothing here: whoever did it sees the rejection and undoes it.
        let version = bench.order.view.version
        bench.payments(.paymentAuthorized(PaymentsV1.PaymentAuthorized(authorizationID: "auth-o", orderID: "o")))
        bench.depot(.listCreated(DepotV1.ListCreated(listID: "o")))
        #expect(bench.order.view.version == version)
    }

    @Test func noPatienceRunsOutWhileNoProgramRan() throws {
        var bench = try placed(card: "c")
        bench.core.began = bench.now + .seconds(3_600)
        #expect(bench.core.nextDeadline(after: bench.now) == bench.core.began + .seconds(60))
        #expect(bench.core.due(bench.core.began + .seconds(59)).isEmpty)
        #expect(bench.core.due(bench.core.began + .seconds(60)).count == 1)
    }

    @Test func anApprovedOrderHasNoDeadline() throws {
        let bench = try Bench.approved()
        #expect(bench.core.nextDeadline(after: bench.now) == nil)
    }

    @Test(arguments: [true, false])
    func whoeverPaysAnotherWayNeedsTheCardNoMore(listFirst: Bool) throws {
        var bench = try placed(card: "c")
        let list = DepotV1.Event.Kind.listCreated(DepotV1.ListCreated(listID: "o"))
        let paid = PaymentsV1.Event.Kind.invoicePaid(PaymentsV1.InvoicePaid(invoiceID: "i", orderID: "o"))
        if listFirst { bench.depot(list) } else { bench.payments(paid) }
        #expect(bench.order.view.state == .placed)
        if listFirst { bench.payments(paid) } else { bench.depot(list) }
        #expect(bench.order.view.state == .approved && bench.order.view.paid)
        bench.payments(
            .paymentDeclined(PaymentsV1.PaymentDeclined(authorizationID: "auth-o", orderID: "o", reason: "no")))
        #expect(bench.order.view.state == .approved)
    }

    @Test func oldOrdersAreForgottenAndPagesStayRight() throws {
        var bench = Bench()
        func start(_ id: String) throws {
            bench.take(try bench.core.startBasket(OrdersV1.StartBasketRequest(), orderID: id, currency: "EUR"))
        }
        func end(_ id: String) {
            bench.take([OrdersV1.Event(kind: .orderRejected(OrdersV1.OrderRejected(orderID: id, reason: "no")))])
        }
        for number in 0..<2_000 {
            try start("a-\(number)")
            end("a-\(number)")
        }
        let page = try bench.core.listOrders(OrdersV1.ListOrdersRequest(states: [.rejected], pageSize: 5))
        #expect(page.orders.map(\.orderID) == (1_995..<2_000).reversed().map { "a-\($0)" } && page.total == 2_000)
        // Many come and many are forgotten; the next page goes on where the first ended.
        for number in 0..<1_000 {
            try start("b-\(number)")
            end("b-\(number)")
            #expect(bench.core.orders.count <= OrdersCore.keptOrders + 400)
        }
        let next = try bench.core.listOrders(
            OrdersV1.ListOrdersRequest(states: [.rejected], pageSize: 5, pageToken: page.nextPageToken))
        #expect(next.orders.map(\.orderID) == (1_990..<1_995).reversed().map { "a-\($0)" })
        #expect(bench.core.orders["o"] != nil && bench.core.orders["a-0"] == nil)
        let forgotten = bench.core.forgotten(since: 0)
        #expect(forgotten.first == "a-0" || forgotten.contains("a-0"))
        #expect(forgotten.allSatisfy { bench.core.orders[$0] == nil })
        let copy = try OrdersCore(snapshot: bench.core.snapshot())
        #expect(copy.orders == bench.core.orders && Array(copy.ended.names) == Array(bench.core.ended.names))
    }

    @Test func abandonedBasketsPushNoOrdersOut() throws {
        var bench = try Bench.approved()
        bench.take([OrdersV1.Event(kind: .orderCompleted(OrdersV1.OrderCompleted(orderID: "o")))])
        for number in 0..<5_000 {
            let id = "b-\(number)"
            bench.take(try bench.core.startBasket(OrdersV1.StartBasketRequest(), orderID: id, currency: "EUR"))
            bench.take([OrdersV1.Event(kind: .basketAbandoned(OrdersV1.BasketAbandoned(orderID: id)))])
        }
        #expect(bench.core.orders["o"] != nil && bench.core.orders.count < 600)
        #expect(bench.core.forgotten(since: 0).isEmpty, "nobody followed these")
    }

    @Test func ticketsGoRoundPastThoseInUse() throws {
        var bench = Bench(stock: 10_000)
        func place(_ id: String) throws -> UInt32 {
            bench.take(try bench.core.startBasket(OrdersV1.StartBasketRequest(), orderID: id, currency: "EUR"))
            bench.take(
                try bench.core.addItem(OrdersV1.AddItemRequest(orderID: id, productID: "tea", quantity: 1)))
            bench.take(
                try bench.core.checkout(OrdersV1.CheckoutRequest(orderID: id), pickupCodes: ["C-\(id)"]))
            return bench.core.orders[id]?.view.ticket ?? 0
        }
        for number in 1...999 { #expect(try place("a\(number)") == UInt32(number)) }
        #expect(try place("b1") == 1, "all are taken: in turn all the same")
        for id in ["a2", "a4"] {
            bench.take([OrdersV1.Event(kind: .orderRejected(OrdersV1.OrderRejected(orderID: id)))])
        }
        #expect(try place("b2") == 2)
        #expect(try place("b4") == 4, "3 is still called")
    }
}
