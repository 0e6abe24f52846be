import Audit
import Kernel
import Messages
import Testing

/// What must never become of a customer's money, each planted into a good history.
@Suite struct MoneyTests {
    /// An order of 300, held on a card at checkout and all at the depot; one of its two `a` could not be had: 200 are owed.
    private static var ready: History {
        var history = History()
        history.start()
        history.connect("b-1")
        history.order("o-1", [("a", 2), ("b", 1)])
        history.hold("o-1", 300)
        history.assign("o-1", "b-1", [History.line("a", 2), History.line("b", 1)])
        history.accept("o-1", "b-1")
        history.miss("o-1", "b-1", "a", 1)
        history.money("o-1", .invoiceAdjusted(.init(invoiceID: "inv-o-1", orderID: "o-1", amount: History.eur(200))))
        history.pick("o-1", "b-1", "a", 1)
        history.pick("o-1", "b-1", "b", 1)
        history.deliver("o-1", "b-1", [History.line("a", 1), History.line("b", 1)])
        return history
    }

    /// The same, charged and handed over.
    private static var completed: History {
        var history = ready
        history.charge("o-1", 1, 200, hold: "auth-o-1")
        history.capture("o-1", 1, 200)
        history.shop("o-1", .orderCompleted(.init(orderID: "o-1")))
        return history
    }

    private static func refund(_ amount: Int64, _ number: Int = 1, charge: Int = 1) -> PaymentsV1.Event.Kind {
        .refundRequested(
            .init(
                invoiceID: "inv-o-1", orderID: "o-1", refundID: "r-\(number)", amount: History.eur(amount),
                chargeID: "c-\(charge)"))
    }

    private static func refunded(_ amount: Int64, _ number: Int = 1) -> PaymentsV1.Event.Kind {
        .invoiceRefunded(
            .init(invoiceID: "inv-o-1", orderID: "o-1", refundID: "r-\(number)", amount: History.eur(amount)))
    }

    private func expect(
        _ history: History, _ found: String, _ promise: Violation.Promise = .money, settled: Bool = true,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let violation = history.violation(settled: settled)
        #expect(violation?.promise == promise, "\(violation?.description ?? "nothing")", sourceLocation: sourceLocation)
        #expect(
            violation?.description.contains(found) == true, "\(violation?.description ?? "nothing")",
            sourceLocation: sourceLocation)
    }

    // MARK: Good ones

    @Test func aPaidOrderIsAsPromised() {
        #expect(Self.completed.violation() == nil)
    }

    @Test func whatWasTakenTwiceAndGivenBackIsAsPromised() {
        var history = Self.ready
        history.charge("o-1", 1, 200)
        history.money("o-1", .chargeOverdue(.init(invoiceID: "inv-o-1", orderID: "o-1", chargeID: "c-1")))
        history.charge("o-1", 2, 200)
        history.capture("o-1", 2, 200)
        history.surplus("o-1", 1, 200)
        history.money("o-1", Self.refund(200))
        history.money("o-1", Self.refunded(200))
        history.money("o-1", .authorizationReleased(.init(authorizationID: "auth-o-1", orderID: "o-1")))
        history.shop("o-1", .orderCompleted(.init(orderID: "o-1")))
        #expect(history.violation() == nil)
    }

    @Test func aCanceledOrderThatGotItsMoneyBackIsAsPromised() {
        #expect(Self.canceled { _ in }.violation() == nil)
    }

    /// Paid, cancelled and refunded, with something done before the account is closed.
    private static func canceled(_ body: (inout History) -> Void) -> History {
        var history = ready
        history.charge("o-1", 1, 200, hold: "auth-o-1")
        history.capture("o-1", 1, 200)
        history.shop("o-1", .orderCancelRequested(.init(orderID: "o-1")))
        history.depot("list/o-1", .listCanceled(.init(listID: "o-1")))
        history.money("o-1", .accountClosing(.init(orderID: "o-1")))
        history.money("o-1", refund(200))
        history.money("o-1", refunded(200))
        body(&history)
        history.money("o-1", .accountClosed(.init(orderID: "o-1")))
        history.shop("o-1", .orderCanceled(.init(orderID: "o-1")))
        return history
    }

    // MARK: Planted

    @Test func anInvoiceOfAnotherAmountIsFound() {
        var history = Self.ready
        history.change("payments", "InvoiceIssued", 0, PaymentsV1.Event.self) { event in
            event.kind = .invoiceIssued(.init(invoiceID: "inv-o-1", orderID: "o-1", amount: History.eur(301)))
        }
        expect(history, "one invoice, of the order's 300")
    }

    @Test func aChargeOfMoreThanIsOwedIsFound() {
        var history = Self.ready
        history.charge("o-1", 1, 300, hold: "auth-o-1")
        expect(history, "a new charge of 200")
    }

    @Test func aSecondChargeWhileOneIsAwaitedIsFound() {
        var history = Self.ready
        history.charge("o-1", 1, 200)
        history.charge("o-1", 2, 200)
        expect(history, "not being charged")
    }

    @Test func aCaptureThatNobodyAskedForIsFound() {
        var history = Self.ready
        history.capture("o-1", 1, 200)
        expect(history, "a charge that was not answered yet")
    }

    @Test func aChargeThatIsCapturedTwiceIsFound() {
        var history = Self.completed
        history.surplus("o-1", 1, 200)
        expect(history, "a charge that was not answered yet")
    }

    @Test func aSecondPaymentIsFound() {
        var history = Self.completed
        history.capture("o-1", 0, 200)
        expect(history, "an open invoice")
    }

    @Test func moneyThatIsKeptTwiceIsFound() {
        var history = Self.ready
        history.charge("o-1", 1, 200)
        history.capture("o-1", 0, 200)
        history.surplus("o-1", 1, 200)
        history.money("o-1", .authorizationReleased(.init(authorizationID: "auth-o-1", orderID: "o-1")))
        history.shop("o-1", .orderCompleted(.init(orderID: "o-1")))
        expect(history, "200 for what was delivered of o-1")
        #expect(history.violation(settled: false) == nil, "it may still go back")
    }

    @Test func aRefundOfMoreThanWasTakenIsFound() {
        var history = Self.completed
        history.money("o-1", Self.refund(150))
        history.money("o-1", Self.refund(51, 2))
        expect(history, "at most 50")
    }

    @Test func aRefundThatIsDoneTwiceIsFound() {
        var history = Self.canceled { $0.money("o-1", Self.refunded(200)) }
        expect(history, "asked for and is not done")
        history = Self.canceled { $0.money("o-1", Self.refund(1, 2)) }
        expect(history, "at most 0")
    }

    @Test func anAmountThatStaysHeldIsFound() {
        var history = Self.ready
        history.capture("o-1", 0, 200)
        history.shop("o-1", .orderCompleted(.init(orderID: "o-1")))
        expect(history, "nothing held on a card")
    }

    @Test func aHoldThatIsAnsweredTwiceIsFound() {
        var history = Self.ready
        history.money("o-1", .paymentDeclined(.init(authorizationID: "auth-o-1", orderID: "o-1")))
        expect(history, "not answered yet")
    }

    @Test func anAccountThatIsClosedTooEarlyIsFound() {
        var history = Self.ready
        history.shop("o-1", .orderCancelRequested(.init(orderID: "o-1")))
        history.money("o-1", .accountClosing(.init(orderID: "o-1")))
        history.money("o-1", .accountClosed(.init(orderID: "o-1")))
        expect(history, "an amount held on a card")
    }

    @Test func anOrderThatIsCanceledBeforeItsMoneyIsBackIsFound() {
        var history = Self.ready
        history.shop("o-1", .orderCancelRequested(.init(orderID: "o-1")))
        history.money("o-1", .accountClosing(.init(orderID: "o-1")))
        history.shop("o-1", .orderCanceled(.init(orderID: "o-1")))
        expect(history, "whose account is closed")
    }

    @Test func anOrderThatIsHandedOverUnpaidIsFound() {
        var history = Self.ready
        history.shop("o-1", .orderCompleted(.init(orderID: "o-1")))
        expect(history, "an order that is paid")
    }

    @Test func whateverFollowsAClosedAccountIsFound() {
        var history = Self.canceled { _ in }
        history.charge("o-1", 2, 200)
        expect(history, "nothing after the account was closed")
    }

    @Test func anOrderThatIsRejectedAfterItsApprovalIsFound() {
        var history = Self.ready
        history.shop("o-1", .orderRejected(.init(orderID: "o-1")))
        expect(history, "not approved yet", .endings)
    }

    @Test func anAnswerThatNeverComesIsFoundWhenAllIsSettled() {
        var history = Self.ready
        history.charge("o-1", 1, 200, hold: "auth-o-1")
        expect(history, "a charge without an answer")
        #expect(history.violation(settled: false) == nil)
    }
}

extension History {
    static func eur(_ amount: Int64) -> TypesV1.Money { TypesV1.Money(minorUnits: amount, currencyCode: "EUR") }

    @discardableResult
    mutating func money(_ id: String, _ kind: PaymentsV1.Event.Kind, _ cause: Cause? = nil) -> UInt64 {
        append("payments", "account/\(id)", PaymentsV1.Event(kind: kind), cause)
    }

    @discardableResult
    mutating func shop(_ id: String, _ kind: OrdersV1.Event.Kind, _ cause: Cause? = nil) -> UInt64 {
        append("orders", "order/\(id)", OrdersV1.Event(kind: kind), cause ?? paymentsHead)
    }

    private var paymentsHead: Cause { .event(service: "payments", position: logs["payments"]?.last?.position ?? 0) }

    /// An invoice for an order, and as much held on a card.
    mutating func hold(_ id: String, _ amount: Int64) {
        let placed = logs["orders"]!.last { $0.type == "OrderPlaced" && $0.stream == "order/\(id)" }!
        money(
            id, .invoiceIssued(.init(invoiceID: "inv-\(id)", orderID: id, amount: Self.eur(amount))),
            .event(service: "orders", position: placed.position))
        money(id, .authorizationRequested(.init(authorizationID: "auth-\(id)", orderID: id, amount: Self.eur(amount))))
        money(id, .paymentAuthorized(.init(authorizationID: "auth-\(id)", orderID: id, amount: Self.eur(amount))))
    }

    mutating func charge(_ id: String, _ number: Int, _ amount: Int64, hold: String = "") {
        money(
            id,
            .chargeRequested(
                .init(
                    invoiceID: "inv-\(id)", orderID: id, chargeID: "c-\(number)", amount: Self.eur(amount),
                    authorizationID: hold)))
    }

    /// What pays the invoice, and what Orders makes of it; 0: cash.
    mutating func capture(_ id: String, _ number: Int, _ amount: Int64) {
        let paid = money(
            id,
            .invoicePaid(
                .init(
                    invoiceID: "inv-\(id)", orderID: id, amount: Self.eur(amount), method: number == 0 ? .cash : .card,
                    chargeID: number == 0 ? "" : "c-\(number)")))
        shop(id, .orderPaid(.init(orderID: id)), .event(service: "payments", position: paid))
    }

    mutating func surplus(_ id: String, _ number: Int, _ amount: Int64) {
        money(
            id,
            .surplusCaptured(
                .init(invoiceID: "inv-\(id)", orderID: id, chargeID: "c-\(number)", amount: Self.eur(amount))))
    }
}
