import Kernel
import Messages

@testable import Payments

/// Reads Payments' log as an outsider: what each order holds, owes, paid and got back, and that the provider did what is said of it.
final class PaymentsHistory {
    struct Entry {
        /// By authorisation.
        var holds: [String: PaymentsV1.AuthorizationState] = [:]
        var invoiceID = ""
        var owed: Int64 = 0
        /// The charge that the provider is asked for.
        var charge: (id: String, amount: Int64, hold: String)?
        var captured: Int64 = 0
        var isCash = false
        var refunded: Int64 = 0
        /// By refund, of those that were asked for and are not done.
        var refunding: [String: Int64] = [:]
        var refundIDs: Set<String> = []
        var wasCharged = false
        /// What staff gave back, of all that was asked for.
        var gift: Int64 = 0
        var isCanceled = false
        var isClosing = false
        var isClosed = false

        var kept: Int64 { captured - refunded }
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
        accounts[order]?.holds.values.contains { $0 == .authorized || $0 == .captured } ?? false
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
        takeRefund(kind, id, &account, recorded)
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
        case .chargeRequested(let event):
            let amount = event.amount?.minorUnits ?? 0
            require(account.charge == nil && account.captured == 0, "\(id) is charged twice: \(event.chargeID)")
            require(amount == account.owed, "\(event.chargeID) asks for \(amount), and \(account.owed) are owed")
            require(!account.isClosing, "\(event.chargeID) follows the order's end")
            account.charge = (event.chargeID, amount, event.authorizationID)
            account.wasCharged = true
        case .chargeDeclined(let event):
            require(account.charge?.id == event.chargeID, "\(event.chargeID) is declined and was not asked for")
            check(event.chargeID, isApproved: false)
            account.charge = nil
        case .invoicePaid(let event): pay(event, id, &account)
        case .invoiceCanceled:
            require(account.isClosing, "the invoice of \(id) is cancelled, and the order is not")
            require(
                account.captured == 0 && account.charge == nil, "the invoice of \(id) is cancelled while it is paid")
            account.isCanceled = true
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

    private func pay(_ event: PaymentsV1.InvoicePaid, _ id: String, _ account: inout Entry) {
        let amount = event.amount?.minorUnits ?? 0
        require(account.captured == 0, "\(id) is paid twice")
        require(!account.isCanceled, "\(id) is paid after its invoice was cancelled")
        if event.method == .cash {
            require(account.charge == nil, "\(id) is paid in cash while a card is charged")
            require(amount == account.owed, "\(id) pays \(amount) of \(account.owed)")
            require(!account.isClosing, "\(id) takes cash after the order's end")
            account.isCash = true
        } else {
            require(account.charge?.id == event.chargeID, "\(event.chargeID) is paid and was not asked for")
            require(amount == account.charge?.amount, "\(event.chargeID) is paid with another amount")
            require(amount == provider?.captured[id], "\(event.chargeID): the provider took another amount")
            check(event.chargeID, isApproved: true)
            if let hold = account.charge?.hold, !hold.isEmpty {
                require(account.holds[hold] == .authorized, "\(event.chargeID) captures \(hold), which is not held")
                account.holds[hold] = .captured
            }
            account.charge = nil
        }
        account.captured = amount
    }

    // MARK: Refunds and the end

    private func takeRefund(
        _ kind: PaymentsV1.Event.Kind, _ id: String, _ account: inout Entry, _ recorded: RecordedEvent
    ) {
        switch kind {
        case .refundRequested(let event):
            let amount = event.amount?.minorUnits ?? 0
            require(account.refundIDs.insert(event.refundID).inserted, "\(event.refundID) is asked for twice")
            account.refunding[event.refundID] = amount
            let back = account.refunded + account.refunding.values.reduce(0, +)
            require(amount > 0 && back <= account.captured, "\(id) gives back \(back) of \(account.captured)")
            if case .command = recorded.cause { account.gift += amount }
        case .invoiceRefunded(let event):
            let amount = account.refunding.removeValue(forKey: event.refundID)
            require(amount == event.amount?.minorUnits, "\(event.refundID) is given back and was not asked for")
            account.refunded += amount ?? 0
            if !account.isCash { check(event.refundID, isApproved: true) }
        case .accountClosing: account.isClosing = true
        case .accountClosed:
            let isSettled =
                account.isClosing && account.kept == 0 && account.charge == nil && account.refunding.isEmpty
                && !account.holds.values.contains { $0 == .pending || $0 == .authorized }
            require(isSettled, "\(id) is closed with \(account)")
            account.isClosed = true
        default: break
        }
    }
}
