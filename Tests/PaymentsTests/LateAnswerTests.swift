import Kernel
import Messages
import OrderedCollections
import Testing

@testable import Payments

/// Cards that are not heard of for long, and money that was taken in more than one way.
struct LateAnswerTests {
    typealias Bench = AccountTests.Bench

    /// Approved, and a card is being charged.
    private func charging() throws -> Bench {
        var bench = Bench()
        bench.order(AccountTests.placed(card: ""))
        bench.order(AccountTests.approved)
        try bench.pay(.card)
        return bench
    }

    private func wait(_ bench: inout Bench) throws {
        let deadline = try #require(bench.core.nextDeadline(after: bench.now))
        #expect(deadline == bench.now + .seconds(60))
        #expect(bench.core.due(deadline - .milliseconds(1)).isEmpty)
        bench.now = deadline
        bench.take(bench.core.due(deadline).map(\.event))
        #expect(bench.core.nextDeadline(after: deadline) == nil)
    }

    @Test func aChargeThatIsNotHeardOfIsGivenUp() throws {
        var bench = try charging()
        try wait(&bench)
        #expect(bench.account.state == .open && bench.account.declineReason == "the card was not heard of")
        #expect(bench.core.pendingRequests().map(\.key) == ["inv-o/charge-1"], "the provider is asked on")
        bench.answer()
        #expect(bench.types.last == "InvoicePaid", "it paid after all")
        #expect(bench.account.captured == 1000 && bench.account.state == .paid)
    }

    @Test func twoCardsThatBothPayGiveOneBack() throws {
        var bench = try charging()
        try wait(&bench)
        try bench.pay(.card, card: "other")
        #expect(bench.core.pendingRequests().map(\.key) == ["inv-o/charge-1", "inv-o/charge-2"])
        bench.answer()
        #expect(bench.account.state == .paid)
        bench.answer()
        #expect(bench.types.suffix(2) == ["SurplusCaptured", "RefundRequested"])
        #expect(bench.core.pendingRequests().map(\.action) == [.refund(chargeID: "inv-o/charge-2")])
        bench.answer()
        #expect(bench.account.captured == 2000 && bench.account.refunded == 1000 && bench.account.state == .paid)
    }

    @Test func cashIsTakenWhileACardIsBeingCharged() throws {
        var bench = try charging()
        try bench.pay(.cash)
        #expect(bench.account.state == .paid && bench.account.method == .cash)
        bench.answer()
        #expect(bench.core.pendingRequests().map(\.action) == [.refund(chargeID: "inv-o/charge-1")])
        bench.answer()
        #expect(bench.account.kept == 1000 && bench.account.state == .paid)
        var declined = try charging()
        try declined.pay(.cash)
        declined.answer(.declined(reason: "no"))
        #expect(declined.account.state == .paid && declined.account.captured == 1000)
    }

    @Test func aCaptureThatComesAfterACancelGoesBack() throws {
        var bench = try charging()
        try wait(&bench)
        bench.order(AccountTests.cancel)
        #expect(bench.types.last == "InvoiceCanceled" && !bench.account.closed, "the card may still have been charged")
        bench.answer()
        bench.answer()
        #expect(bench.types.suffix(4) == ["SurplusCaptured", "RefundRequested", "InvoiceRefunded", "AccountClosed"])
        #expect(bench.account.kept == 0)
    }

    @Test func anAuthorizationThatComesAfterARejectionIsReleased() {
        var bench = Bench()
        bench.order(AccountTests.placed(card: "c"))
        bench.order(.orderRejected(OrdersV1.OrderRejected(orderID: "o", reason: "the card was not heard of")))
        #expect(bench.types.last == "InvoiceCanceled" && !bench.account.closed)
        bench.answer()
        bench.answer()
        #expect(bench.types.suffix(3) == ["PaymentAuthorized", "AuthorizationReleased", "AccountClosed"])
    }

    @Test func noPatienceRunsOutWhileNobodyCouldAsk() throws {
        var bench = try charging()
        bench.core.began = bench.now + .seconds(3600)
        #expect(bench.core.nextDeadline(after: bench.now) == bench.core.began + .seconds(60))
        #expect(bench.core.due(bench.core.began + .seconds(59)).isEmpty)
        #expect(bench.core.due(bench.core.began + .seconds(60)).count == 1)
    }

    @Test func whatIsHeldOnACardIsWhatItsChargeTakes() throws {
        var bench = Bench()
        bench.order(AccountTests.placed(card: "c"))
        bench.answer()
        try bench.pay(.card, card: "c")
        #expect(bench.core.pendingRequests().map(\.action) == [.capture(cardToken: "c", authorizationID: "auth-o")])
    }

    @Test func staffsRefundLowersWhatIsOwed() throws {
        var bench = try charging()
        bench.answer()
        bench.take(
            try bench.core.refund(PaymentsV1.RefundInvoiceRequest(invoiceID: "inv-o", amount: AccountTests.eur(200))))
        bench.answer()
        let again = #expect(throws: ServiceError.self) { try bench.pay(.cash) }
        #expect(again?.message == "invoice 'inv-o' is paid already", "nothing more is owed")
        bench.order(AccountTests.adjusted(700))
        #expect(bench.core.pendingRequests().map(\.amount) == [AccountTests.eur(300)], "beside what staff gave")
        bench.answer()
        #expect(bench.account.kept == 500 && bench.account.invoice?.credited == AccountTests.eur(200))
    }

    @Test func anAccountOfAnOrderThatIsHandedOverIsOverWhenNothingIsAwaited() throws {
        var bench = try charging()
        try bench.pay(.cash)
        bench.order(.orderCompleted(OrdersV1.OrderCompleted(orderID: "o")))
        #expect(!bench.account.isOver, "the card's answer is still to come")
        bench.answer()
        bench.answer()
        #expect(bench.account.isOver && bench.account.kept == 1000)
    }

    @Test func oldAccountsAreForgotten() throws {
        var bench = Bench()
        bench.order(AccountTests.placed(card: ""))
        for number in 0..<6_000 {
            let id = "p-\(number)"
            bench.order(.orderPlaced(OrdersV1.OrderPlaced(orderID: id, total: AccountTests.eur(5))))
            bench.order(.orderRejected(OrdersV1.OrderRejected(orderID: id)))
            #expect(bench.core.accounts.count <= PaymentsCore.keptAccounts + 400)
        }
        #expect(bench.core.accounts["o"] != nil && bench.core.accounts["p-5999"] != nil)
        #expect(bench.core.accounts["p-0"] == nil)
        let copy = try PaymentsCore(snapshot: bench.core.snapshot())
        #expect(copy.accounts == bench.core.accounts && Array(copy.over.names) == Array(bench.core.over.names))
    }
}
