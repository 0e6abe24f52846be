import Kernel
import Messages
import OrderedCollections
import Testing

@testable import Payments

/// An account, given events in the order in which they come, each with what follows from it.
struct AccountTests {
    /// A core that takes orders' events, calls and provider's answers one after the other.
    struct Bench {
        var core = PaymentsCore()
        var log: [PaymentsV1.Event] = []
        var now = Timestamp(unixMs: 1_000_000)

        mutating func take(_ events: [PaymentsV1.Event]) {
            for event in core.withConsequences(events) {
                log.append(event)
                let stamp = EventStamp(
                    position: UInt64(log.count), stream: "account", version: 1, time: now)
                core.evolve(event, stamp)
            }
        }

        mutating func order(_ kind: OrdersV1.Event.Kind) {
            take(core.react(to: OrdersV1.Event(kind: kind)))
        }

        mutating func answer(_ answer: ProviderAnswer = .approved) {
            guard let request = core.pendingRequests().first else { return }
            take(core.settle(request, answer))
            // The same answer again, as after a restart, changes nothing.
            take(core.settle(request, answer))
        }

        mutating func pay(_ method: PaymentsV1.PaymentMethod, card: String = "card-approve") throws {
            take(try core.pay(PaymentsV1.PayInvoiceRequest(orderID: "o", method: method, cardToken: card)))
        }

        var account: Account { core.accounts["o"] ?? Account(orderID: "o") }
        var types: [String] { log.compactMap { $0.kind?.typeName } }
    }

    static func eur(_ amount: Int64) -> TypesV1.Money { TypesV1.Money(minorUnits: amount, currencyCode: "EUR") }
    static let approved = OrdersV1.Event.Kind.orderApproved(OrdersV1.OrderApproved(orderID: "o", total: eur(1000)))
    static let ready = OrdersV1.Event.Kind.orderReady(OrdersV1.OrderReady(orderID: "o"))
    static let cancel = OrdersV1.Event.Kind.orderCancelRequested(OrdersV1.OrderCancelRequested(orderID: "o"))
    static func adjusted(_ total: Int64) -> OrdersV1.Event.Kind {
        .orderAdjusted(OrdersV1.OrderAdjusted(orderID: "o", newTotal: eur(total)))
    }
    static func placed(card: String) -> OrdersV1.Event.Kind {
        .orderPlaced(OrdersV1.OrderPlaced(orderID: "o", total: eur(1000), cardToken: card))
    }

    @Test func aCardGivenAtCheckoutIsHeldAndChargedWhenAllIsThere() {
        var bench = Bench()
        bench.order(Self.placed(card: "c"))
        bench.answer()
        bench.order(Self.approved)
        #expect(bench.core.pendingRequests().isEmpty)
        bench.order(Self.ready)
        #expect(
            bench.core.pendingRequests().map(\.action) == [.capture(cardToken: "c", authorizationID: "auth-o")])
        bench.answer()
        #expect(
            bench.types == [
                "InvoiceIssued", "AuthorizationRequested", "PaymentAuthorized", "ChargeRequested", "InvoicePaid",
            ])
        #expect(bench.core.pendingRequests().isEmpty, "a captured hold is not released")
        #expect(bench.account.holds[0].state == .captured)
    }

    @Test func payingAnotherWayLetsTheHoldGo() throws {
        var bench = Bench()
        bench.order(Self.placed(card: "c"))
        bench.answer()
        bench.order(Self.approved)
        try bench.pay(.cash)
        bench.answer()
        bench.order(Self.ready)
        #expect(bench.types.suffix(2) == ["InvoicePaid", "AuthorizationReleased"])
        #expect(bench.account.captured == 1000 && bench.account.method == .cash)
    }

    @Test func payingTwiceIsRefused() throws {
        var bench = Bench()
        bench.order(Self.approved)
        try bench.pay(.card)
        let during = #expect(throws: ServiceError.self) { try bench.pay(.card) }
        #expect(during?.code == .failedPrecondition && during?.message.contains("being paid") == true)
        bench.answer()
        let after = #expect(throws: ServiceError.self) { try bench.pay(.card) }
        #expect(after?.message == "invoice 'inv-o' is paid already")
    }

    @Test func aDeclinedChargeLeavesTheInvoiceOpen() throws {
        var bench = Bench()
        bench.order(Self.approved)
        try bench.pay(.card)
        bench.answer(.declined(reason: "no funds"))
        #expect(bench.account.invoice?.state == .open && bench.account.declineReason == "no funds")
        try bench.pay(.card)
        #expect(bench.core.pendingRequests().map(\.key) == ["inv-o/charge-2"], "a new charge has a new key")
    }

    @Test func whatWasOverpaidGoesBack() throws {
        var bench = Bench()
        bench.order(Self.approved)
        try bench.pay(.card)
        // The order shrinks while the charge of the old amount is on its way.
        bench.order(Self.adjusted(700))
        bench.answer()
        #expect(bench.core.pendingRequests().map(\.amount) == [Self.eur(300)])
        bench.order(Self.adjusted(600))
        bench.answer()
        bench.answer()
        #expect(bench.account.captured == 1000 && bench.account.refunded == 400 && bench.account.state == .paid)
    }

    @Test func cashGoesBackOverTheDesk() throws {
        var bench = Bench()
        bench.order(Self.approved)
        try bench.pay(.cash)
        bench.order(Self.cancel)
        #expect(
            bench.types == [
                "InvoiceIssued", "InvoicePaid", "AccountClosing", "RefundRequested", "InvoiceRefunded", "AccountClosed",
            ])
        #expect(bench.account.state == .refunded)
    }

    @Test func anAccountClosesOnlyWhenTheProviderHasLetGo() {
        var bench = Bench()
        bench.order(Self.placed(card: "c"))
        bench.order(Self.cancel)
        #expect(!bench.account.closed, "the hold's answer is not known yet")
        bench.answer()
        #expect(bench.core.pendingRequests().map(\.action) == [.release(authorizationID: "auth-o")])
        bench.answer()
        #expect(bench.types.suffix(2) == ["AuthorizationReleased", "AccountClosed"])
    }

    @Test func aChargeOnItsWayIsRefundedAfterACancel() throws {
        var bench = Bench()
        bench.order(Self.approved)
        try bench.pay(.card)
        bench.order(Self.cancel)
        #expect(!bench.account.closed)
        bench.answer()
        bench.answer()
        #expect(bench.types.suffix(4) == ["InvoicePaid", "RefundRequested", "InvoiceRefunded", "AccountClosed"])
    }

    @Test func anOrderThatPaymentsNeverMetClosesAtOnce() {
        var bench = Bench()
        bench.order(Self.cancel)
        bench.order(Self.cancel)
        #expect(bench.types == ["AccountClosing", "AccountClosed"])
    }

    @Test func refundsAreLimitedToWhatIsKept() throws {
        var bench = Bench()
        bench.order(Self.approved)
        #expect(throws: ServiceError.self) {
            try bench.core.refund(PaymentsV1.RefundInvoiceRequest(invoiceID: "inv-o"))
        }
        try bench.pay(.card)
        bench.answer()
        bench.take(
            try bench.core.refund(PaymentsV1.RefundInvoiceRequest(invoiceID: "inv-o", amount: Self.eur(400))))
        let refusal = #expect(throws: ServiceError.self) {
            try bench.core.refund(PaymentsV1.RefundInvoiceRequest(invoiceID: "inv-o", amount: Self.eur(601)))
        }
        #expect(refusal?.code == .failedPrecondition)
        bench.answer()
        bench.take(try bench.core.refund(PaymentsV1.RefundInvoiceRequest(invoiceID: "inv-o")))
        bench.answer()
        #expect(bench.account.state == .refunded && bench.account.refunded == 1000)
    }

    @Test func aSnapshotIsTheSameState() throws {
        var bench = Bench()
        bench.order(Self.placed(card: "c"))
        bench.order(.orderPlaced(OrdersV1.OrderPlaced(orderID: "p", total: Self.eur(5), cardToken: "d")))
        bench.answer()
        bench.order(Self.approved)
        try bench.pay(.card)
        let copy = try PaymentsCore(snapshot: bench.core.snapshot())
        #expect(copy.accounts == bench.core.accounts)
        #expect(Set(copy.pendingRequests()) == Set(bench.core.pendingRequests()))
        #expect(copy.issued == 2 && copy.nextDeadline(after: Timestamp(unixMs: 0)) != nil)
        #expect(copy.nextDeadline(after: Timestamp(unixMs: 0)) == bench.core.nextDeadline(after: Timestamp(unixMs: 0)))
    }
}
