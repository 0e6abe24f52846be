import Kernel
import Messages

@testable import Payments

/// Reads Payments' log as an outsider: what each order holds, owes, paid and got back, and that the provider did what is said of it.
final class PaymentsHistory {
    /// What a card is charged, or what was paid.
    struct Payment {
        var amount: Int64
        /// The hold that it takes, or empty.
        var hold = ""
        /// Nobody waits for it any more.
        var isOverdue = false
        var refunded: Int64 = 0
    }

    struct Entry {
        /// By authorisation.
        var holds: [String: PaymentsV1.AuthorizationState] = [:]
        var invoiceID = ""
        var owed: Int64 = 0
        /// What staff gave back, done or not: so much less is owed.
        var gift: Int64 = 0
        /// What the provider is asked to take and has not decided, by charge.
        var charges: [String: Payment] = [:]
        /// What came, by charge; what was paid in cash under no name.
        var captures: [String: Payment] = [:]
        /// By refund, of those that were asked for and are not done.
        var refunding: [String: (amount: Int64, charge: String)] = [:]
        var refundIDs: Set<String> = []
        var wasCharged = false
        var isCanceled = false
        var isClosing = false
        var isClosed = false

        var captured: Int64 { captures.values.reduce(0) { $0 + $1.amount } }
        var refunded: Int64 { captures.values.reduce(0) { $0 + $1.refunded } }
        var kept: Int64 { captured - refunded }
        var due: Int64 { max(0, owed - gift) }
    }

    var fail: (String) -> Void = { _ in }
    // Set by the auditor.
    weak var orders: OrdersHistory?
    var provider: SimProvider?
    private(set) var accounts: [String: Entry] = [:]

    private func require(_ holds: Bool, _ what: @autoclosure () -> String) {
        if !holds { fail(what()) }
    }

    func wasAuthorized(_ order: String) -> Bool {
        // Orders may hear of it late, when the hold has been taken or let go already.
        accounts[order]?.holds.values.contains { [.authorized, .captured, .released].contains($0) } ?? false
    }

    func wasPaid(_ order: String) -> Bool { (accounts[order]?.captured ?? 0) > 0 }

    func isClosed(_ order: String) -> Bool { accounts[order]?.isClosed ?? false }

    func take(_ event: PaymentsV1.Event, _ recorded: RecordedEvent) {
        guard let kind = event.kind, let id = event.orderID else {
            return fail("an event of no kind or order at position \(recorded.position) of Payments' log")
        }
        var account = accounts[id] ?? Entry()
        require(!account.isClosed, "the account of \(id) is closed, and \(recorded.type) follows")
        takeHold(kind, id, &account)
        takeInvoice(kind, id, &account, recorded)
        takeCharge(kind, id, &account)
        takeRefund(kind, id, &account)
        accounts[id] = account
    }

    // MARK: Holds

    private func takeHold(_ kind: PaymentsV1.Event.Kind, _ id: String, _ account: inout Entry) {
        func becomes(_ hold: String, _ state: PaymentsV1.AuthorizationState, from before: PaymentsV1.AuthorizationState)
        {
            require(
                account.holds[hold] == before, "\(hold) is \(account.holds[hold]?.name ?? "unknown"), not \(before)")
            account.holds[hold] = state
        }
        switch kind {
        case .authorizationRequested(let event):
            require(account.holds[event.authorizationID] == nil, "\(event.authorizationID) is asked for twice")
            account.holds[event.authorizationID] = .pending
        case .paymentAuthorized(let event):
            becomes(event.authorizationID, .authorized, from: .pending)
            check(event.authorizationID, isApproved: true)
        case .paymentDeclined(let event):
            becomes(event.authorizationID, .declined, from: .pending)
            check(event.authorizationID, isApproved: false)
        case .authorizationReleased(let event):
            becomes(event.authorizationID, .released, from: .authorized)
            let held = provider?.held[event.authorizationID]
            require(held == nil, "\(event.authorizationID) is said to be let go, and the provider holds it")
        default: break
        }
    }

    /// What is said of an answer is what the provider has decided.
    private func check(_ key: String, isApproved: Bool) {
        guard let answer = provider?.answers[key] else { return fail("the provider never decided on \(key)") }
        require((answer == .approved) == isApproved, "\(key): the provider says \(answer)")
    }

    // MARK: Invoices

    private func takeInvoice(
        _ kind: PaymentsV1.Event.Kind, _ id: String, _ account: inout Entry, _ recorded: RecordedEvent
    ) {
        switch kind {
        case .invoiceIssued(let event):
            require(account.invoiceID.isEmpty, "\(id) has two invoices")
            account.invoiceID = event.invoiceID
            account.owed = event.amount?.minorUnits ?? 0
            checkTotal(id, account.owed, recorded)
        case .invoiceAdjusted(let event):
            account.owed = event.amount?.minorUnits ?? 0
            checkTotal(id, account.owed, recorded)
        case .invoiceCanceled:
            require(account.isClosing, "the invoice of \(id) is cancelled, and the order is not")
            require(account.captures.isEmpty, "the invoice of \(id) is cancelled, and it was paid")
            let isAwaited = account.charges.values.contains { !$0.isOverdue }
            require(!isAwaited, "the invoice of \(id) is cancelled while it is being paid")
            account.isCanceled = true
        case .accountClosing: account.isClosing = true
        case .accountClosed:
            let isSettled =
                account.isClosing && account.kept == 0 && account.charges.isEmpty && account.refunding.isEmpty
                && !account.holds.values.contains { $0 == .pending || $0 == .authorized }
                && (account.invoiceID.isEmpty || account.isCanceled || !account.captures.isEmpty)
            require(isSettled, "\(id) is closed with \(account)")
            account.isClosed = true
        case .accountCompleted:
            let isOver = orders?.orders[id]?.state == .completed
            require(isOver && !account.isClosing, "\(id) is not handed over, says Orders")
        default: break
        }
    }

    /// An invoice is for what the order costs after the event that it follows from.
    private func checkTotal(_ id: String, _ amount: Int64, _ recorded: RecordedEvent) {
        guard case .event("orders", let position) = recorded.cause, let total = orders?.totals[position] else {
            return fail("\(id) is to pay \(amount), and nobody said so")
        }
        require(amount == total, "\(id) costs \(total), and \(amount) are to be paid")
    }

    // MARK: Charges

    private func takeCharge(_ kind: PaymentsV1.Event.Kind, _ id: String, _ account: inout Entry) {
        switch kind {
        case .chargeRequested(let event):
            let charge = Payment(amount: event.amount?.minorUnits ?? 0, hold: event.authorizationID)
            let isAwaited = account.charges.values.contains { !$0.isOverdue }
            require(!isAwaited && account.captures.isEmpty, "\(id) is charged twice: \(event.chargeID)")
            require(charge.amount == account.due, "\(event.chargeID) asks for \(charge), and \(account.due) are owed")
            require(!account.isClosing, "\(event.chargeID) follows the order's end")
            let isFree = charge.hold.isEmpty || account.holds[charge.hold] == .authorized
            require(isFree, "\(event.chargeID) is to capture \(charge.hold), which is not held")
            account.charges[event.chargeID] = charge
            account.wasCharged = true
        case .chargeDeclined(let event):
            let charge = account.charges.removeValue(forKey: event.chargeID)
            require(charge != nil, "\(event.chargeID) is declined and was not asked for")
            check(event.chargeID, isApproved: false)
        case .chargeOverdue(let event):
            require(account.charges[event.chargeID]?.isOverdue == false, "\(event.chargeID) is overdue and not awaited")
            account.charges[event.chargeID]?.isOverdue = true
        case .invoicePaid(let event):
            require(account.captures.isEmpty, "\(id) is paid twice")
            require(!account.isCanceled, "\(id) is paid after its invoice was cancelled")
            if event.method != .cash { return capture(event.chargeID, event.amount?.minorUnits ?? 0, &account) }
            require(event.amount?.minorUnits == account.due, "\(id) pays in cash, and not \(account.due)")
            require(!account.isClosing, "\(id) takes cash after the order's end")
            account.captures[""] = Payment(amount: account.due)
        case .surplusCaptured(let event):
            require(account.isCanceled || !account.captures.isEmpty, "\(event.chargeID) is no surplus")
            capture(event.chargeID, event.amount?.minorUnits ?? 0, &account)
        default: break
        }
    }

    private func capture(_ id: String, _ amount: Int64, _ account: inout Entry) {
        guard let charge = account.charges.removeValue(forKey: id) else {
            return fail("\(id) has come and was not asked for")
        }
        require(amount == charge.amount, "\(id) was to take \(charge.amount), and \(amount) came")
        require(amount == provider?.captured[id], "\(id): the provider took another amount than \(amount)")
        check(id, isApproved: true)
        if !charge.hold.isEmpty {
            require(account.holds[charge.hold] == .authorized, "\(id) captures \(charge.hold), which is not held")
            account.holds[charge.hold] = .captured
        }
        account.captures[id] = charge
    }

    // MARK: Refunds

    private func takeRefund(_ kind: PaymentsV1.Event.Kind, _ id: String, _ account: inout Entry) {
        switch kind {
        case .refundRequested(let event):
            let amount = event.amount?.minorUnits ?? 0
            require(account.refundIDs.insert(event.refundID).inserted, "\(event.refundID) is asked for twice")
            account.refunding[event.refundID] = (amount, event.chargeID)
            let back = account.refunded + account.refunding.values.reduce(0) { $0 + $1.amount }
            require(amount > 0 && back <= account.captured, "\(id) gives back \(back) of \(account.captured)")
            if event.byStaff { account.gift += amount }
        case .invoiceRefunded(let event):
            guard let refund = account.refunding.removeValue(forKey: event.refundID) else {
                return fail("\(event.refundID) is given back and was not asked for")
            }
            require(refund.amount == event.amount?.minorUnits, "\(event.refundID) gives back another amount")
            account.captures[refund.charge]?.refunded += refund.amount
            let payment = account.captures[refund.charge]
            require(payment.map { $0.refunded <= $0.amount } == true, "\(event.refundID) is not of what \(refund) took")
            if !refund.charge.isEmpty { check(event.refundID, isApproved: true) }
        default: break
        }
    }
}
