import Messages
import Testing

@testable import KioskGateway

struct OpenOrdersTests {
    private func order(
        _ id: String, _ state: OrdersV1.OrderState, code: String = "", ticket: UInt32 = 0, placed: Int64 = 1,
        ready: Int64 = 0
    ) -> OrdersV1.Order {
        OrdersV1.Order(
            orderID: id, state: state, pickupCode: code, placedUnixMs: placed, readyUnixMs: ready, ticket: ticket)
    }

    private func known(_ orders: [OrdersV1.Order]) -> OpenOrders {
        var open = OpenOrders()
        open.take(OrdersV1.OrdersUpdate(beginning: true, complete: true, orders: orders), first: true)
        return open
    }

    @Test func theBoardHasWhatIsFetchedAndWhatIsReady() {
        let open = known([
            order("a", .placed, code: "AAAAAA", ticket: 1, placed: 30),
            order("b", .approved, code: "BBBBBB", ticket: 2, placed: 20),
            order("c", .ready, code: "CCCCCC", ticket: 3, ready: 40),
            order("d", .ready, code: "DDDDDD", ticket: 4, ready: 50),
            order("e", .completed, code: "EEEEEE", ticket: 5), order("f", .canceling, code: "FFFFFF", ticket: 6),
            order("g", .basket), order("h", .rejected, code: "HHHHHH", ticket: 8),
        ])
        #expect(open.board.preparing.map(\.ticket) == [2, 1], "who waits longest comes first")
        #expect(open.board.ready.map(\.ticket) == [4, 3], "the newest comes first")
    }

    @Test func theBoardKeepsTheNewestSixty() {
        let open = known((1...90).map { order("o\($0)", .ready, code: "C\($0)", ticket: UInt32($0), ready: Int64($0)) })
        #expect(open.board.ready.map(\.ticket) == (31...90).reversed().map(UInt32.init))
    }

    @Test func anOrderIsFoundByItsWholeCodeOnly() {
        let open = known([order("a", .ready, code: "7KQ2MX", ticket: 1)])
        #expect(open.order(pickupCode: "7KQ2MX") == "a")
        for wrong in ["7KQ2M", "7KQ2MXX", "", "7kq2mx"] { #expect(open.order(pickupCode: wrong) == nil, "\(wrong)") }
    }

    @Test(arguments: [true, false]) func anOpenOrderHasItsCodeBeforeOneThatEnded(endedFirst: Bool) {
        let (ended, open) = (
            order("old", .completed, code: "CODE22", placed: 9), order("new", .placed, code: "CODE22", placed: 1)
        )
        let both = known(endedFirst ? [ended, open] : [open, ended])
        #expect(both.order(pickupCode: "CODE22") == "new")
    }

    @Test func ofTwoThatEndedTheNewerHasTheCode() {
        let both = known([
            order("newer", .completed, code: "CODE22", placed: 9), order("older", .canceled, code: "CODE22", placed: 1),
        ])
        #expect(both.order(pickupCode: "CODE22") == "newer")
    }

    @Test func changesAndForgettingAreFollowed() {
        var open = known([order("a", .placed, code: "AAAAAA", ticket: 1)])
        open.take(
            OrdersV1.OrdersUpdate(orders: [order("a", .ready, code: "AAAAAA", ticket: 1, ready: 5)]), first: false)
        #expect(open.board == Board(ready: [.init(ticket: 1, since: 5)]))
        open.take(OrdersV1.OrdersUpdate(orders: [order("a", .completed, code: "AAAAAA", ticket: 1)]), first: false)
        #expect(open.board == Board())
        #expect(open.order(pickupCode: "AAAAAA") == "a", "who comes too late learns what became of it")
        open.take(OrdersV1.OrdersUpdate(forgotten: ["a"]), first: false)
        #expect(open.order(pickupCode: "AAAAAA") == nil)
    }

    @Test func aNewBeginningReplacesEverything() {
        var open = known([order("a", .ready, code: "AAAAAA", ticket: 1)])
        open.take(
            OrdersV1.OrdersUpdate(beginning: true, orders: [order("b", .ready, code: "BBBBBB", ticket: 2)]), first: true
        )
        #expect(!open.isComplete, "a part of the beginning is not all")
        open.take(OrdersV1.OrdersUpdate(beginning: true, complete: true), first: false)
        #expect(open.isComplete)
        #expect(open.board.ready.map(\.ticket) == [2])
        #expect(open.order(pickupCode: "AAAAAA") == nil)
    }

    @Test func whatIsOrderedAndNotYetFetchedIsSpokenFor() {
        func order(_ id: String, _ state: OrdersV1.OrderState, _ lines: [OrdersV1.Line]) -> OrdersV1.Order {
            OrdersV1.Order(orderID: id, state: state, lines: lines, pickupCode: id)
        }
        let half = OrdersV1.Line(productID: "cake", quantity: 5, picked: 2, unavailable: 1)
        var open = known([
            order("a", .approved, [half, OrdersV1.Line(productID: "bread", quantity: 1)]),
            order("b", .placed, [OrdersV1.Line(productID: "cake", quantity: 3)]),
            order("c", .ready, [OrdersV1.Line(productID: "cake", quantity: 9)]),
        ])
        #expect(open.promised("cake") == 5)
        #expect(open.promised("bread") == 1)
        #expect(open.promised("pie") == 0)
        open.take(OrdersV1.OrdersUpdate(orders: [order("b", .canceled, [])], forgotten: ["a"]), first: false)
        #expect(open.promised("cake") == 0)
        #expect(open.promised("bread") == 0)
    }
}
