import Kernel
import Messages

/// Payments' log: what is held, taken and given back for each order, entry by entry. Amounts are minor units.
struct MoneyAudit: Sendable {
    enum Answer: Sendable { case awaited, overdue, yes, no, released }

    struct Asked: Sendable {
        var amount: Int64
        var answer = Answer.awaited
        /// Of a charge: the authorisation that it takes; empty: none.
        var hold = ""

        var isOpen: Bool { answer == .awaited || answer == .overdue }
    }

    struct Refund: Sendable {
        var amount: Int64
        var charge: String
        var isDone = false
    }

    struct Account: Sendable {
        var owed: Int64?
        var credited: Int64 = 0
        var isCanceled = false
        var isClosing = false
        var isClosed = false
        var holds: [String: Asked] = [:]
        var charges: [String: Asked] = [:]
        /// By charge; cash has none, so its name is empty.
        var captures: [String: Int64] = [:]
        var refunds: [String: Refund] = [:]

        var captured: Int64 { captures.values.reduce(0, +) }
        var refunded: Int64 { refunds.values.reduce(0) { $0 + ($1.isDone ? $1.amount : 0) } }
        var due: Int64 { max(0, (owed ?? 0) - credited) }

        /// What is still to happen; nil: nothing.
        var isOpen: String? {
            if charges.values.contains(where: \.isOpen) { return "a charge without an answer" }
            if holds.values.contains(where: \.isOpen) { return "an authorisation without an answer" }
            if refunds.values.contains(where: { !$0.isDone }) { return "a refund that is not done" }
            return nil
        }

        var isHeld: Bool { holds.values.contains { $0.answer == .yes } }
    }

    var accounts: [String: Account] = [:]

    /// Whether there was anything to judge: some who check have no log of payments.
    var isEmpty: Bool { accounts.isEmpty }

    mutating func take(
        _ event: PaymentsV1.Event, _ recorded: RecordedEvent, shop: OrdersAudit
    ) throws(Violation) {
        guard let kind = event.kind else { return }
        let id = String(recorded.stream.drop { $0 != "/" }.dropFirst())
        var account = accounts[id] ?? Account()
        if account.isClosed {
            throw Violation(.money, recorded, expected: "nothing after the account was closed", found: recorded.type)
        }
        switch kind {
        case .authorizationRequested, .paymentAuthorized, .paymentDeclined, .authorizationReleased:
            try account.hold(kind, recorded)
        case .chargeRequested, .chargeDeclined, .chargeOverdue: try account.charge(kind, recorded)
        case .invoicePaid, .surplusCaptured: try account.capture(kind, recorded)
        case .refundRequested, .invoiceRefunded: try account.refund(kind, recorded)
        case .invoiceIssued(let event):
            let total = shop.total(of: id)
            guard account.owed == nil, total == nil || total == event.amount?.minorUnits else {
                throw Violation(
                    .money, recorded, expected: "one invoice, of the order's \(total ?? 0)",
                    found:
                        "one of \(event.amount?.minorUnits ?? 0), \(account.owed == nil ? "the first" : "the second")")
            }
            account.owed = event.amount?.minorUnits ?? 0
        case .invoiceAdjusted(let event):
            let (before, after) = (account.owed ?? 0, event.amount?.minorUnits ?? 0)
            guard (0..<before).contains(after) else {
                throw Violation(.money, recorded, expected: "an invoice of less than \(before)", found: "\(after)")
            }
            account.owed = after
        case .invoiceCanceled:
            guard account.captures.isEmpty, !account.isCanceled, account.owed != nil else {
                throw Violation(
                    .money, recorded, expected: "an invoice that is open", found: "one that is over or paid")
            }
            account.isCanceled = true
        case .accountClosing: account.isClosing = true
        case .accountClosed:
            try account.requireNothingIsLeft(recorded)
            account.isClosed = true
        case .accountCompleted: break
        }
        accounts[id] = account
    }

    /// Everything has come to its end: what was paid for is what was delivered.
    func finish(shop: OrdersAudit) throws(Violation) {
        for (id, account) in accounts.sorted(by: { $0.key < $1.key }) {
            func violation(_ expected: String, _ found: String) -> Violation {
                Violation(.money, service: "payments", stream: "account/\(id)", expected: expected, found: found)
            }
            if let open = account.isOpen { throw violation("nothing left to do for \(id)", open) }
            guard let end = shop.end(of: id) else { continue }
            if account.isHeld { throw violation("nothing held on a card after \(id) ended", "an amount that is") }
            let kept = account.captured - account.refunded
            guard end.isCompleted else {
                if kept == 0 { continue }
                throw violation("nothing kept for \(id), which ended with \(end.type)", "\(kept)")
            }
            let price = max(0, end.price - account.credited)
            guard kept == price else {
                throw violation("\(price) for what was delivered of \(id), less what staff gave back", "\(kept)")
            }
        }
    }
}

extension MoneyAudit.Account {
    fileprivate mutating func hold(_ kind: PaymentsV1.Event.Kind, _ recorded: RecordedEvent) throws(Violation) {
        switch kind {
        case .authorizationRequested(let event):
            guard holds[event.authorizationID] == nil else {
                throw Violation(
                    .money, recorded, expected: "a new authorisation", found: "\(event.authorizationID) again")
            }
            holds[event.authorizationID] = MoneyAudit.Asked(amount: event.amount?.minorUnits ?? 0)
        case .paymentAuthorized(let event): try answer(event.authorizationID, .yes, from: [.awaited], recorded)
        case .paymentDeclined(let event): try answer(event.authorizationID, .no, from: [.awaited], recorded)
        case .authorizationReleased(let event): try answer(event.authorizationID, .released, from: [.yes], recorded)
        default: break
        }
    }

    private mutating func answer(
        _ id: String, _ answer: MoneyAudit.Answer, from: [MoneyAudit.Answer], _ recorded: RecordedEvent
    ) throws(Violation) {
        guard let hold = holds[id], from.contains(hold.answer) else {
            throw Violation(
                .money, recorded, expected: "an authorisation that is \(from == [.yes] ? "held" : "not answered yet")",
                found: holds[id].map { "\(id), which is \($0.answer)" } ?? "\(id), which was never asked for")
        }
        holds[id]?.answer = answer
    }

    fileprivate mutating func charge(_ kind: PaymentsV1.Event.Kind, _ recorded: RecordedEvent) throws(Violation) {
        switch kind {
        case .chargeRequested(let event):
            let amount = event.amount?.minorUnits ?? 0
            guard charges[event.chargeID] == nil, captures.isEmpty, !isCanceled, !isClosing, amount == due, amount > 0,
                !charges.values.contains(where: { $0.answer == .awaited })
            else {
                throw Violation(
                    .money, recorded, expected: "a new charge of \(due), which is owed and not being charged",
                    found: "\(event.chargeID) of \(amount)")
            }
            guard event.authorizationID.isEmpty || holds[event.authorizationID]?.answer == .yes else {
                throw Violation(
                    .money, recorded, expected: "a charge of what is held", found: "one of \(event.authorizationID)")
            }
            charges[event.chargeID] = MoneyAudit.Asked(amount: amount, hold: event.authorizationID)
        case .chargeDeclined(let event): _ = try open(event.chargeID, .no, recorded)
        case .chargeOverdue(let event): _ = try open(event.chargeID, .overdue, recorded)
        default: break
        }
    }

    /// A charge that was not answered yet, answered.
    private mutating func open(
        _ id: String, _ answer: MoneyAudit.Answer, _ recorded: RecordedEvent
    ) throws(Violation) -> MoneyAudit.Asked {
        guard let charge = charges[id], charge.isOpen else {
            throw Violation(
                .money, recorded, expected: "a charge that was not answered yet",
                found: charges[id] == nil ? "\(id), which was never asked for" : "\(id), which was")
        }
        charges[id]?.answer = answer
        return charge
    }

    fileprivate mutating func capture(_ kind: PaymentsV1.Event.Kind, _ recorded: RecordedEvent) throws(Violation) {
        let (id, amount, isSurplus): (String, Int64, Bool)
        switch kind {
        case .invoicePaid(let event): (id, amount, isSurplus) = (event.chargeID, event.amount?.minorUnits ?? 0, false)
        case .surplusCaptured(let event):
            (id, amount, isSurplus) = (event.chargeID, event.amount?.minorUnits ?? 0, true)
        default: return
        }
        guard isSurplus == (isCanceled || !captures.isEmpty) else {
            throw Violation(
                .money, recorded, expected: isSurplus ? "an invoice that is paid or canceled" : "an open invoice",
                found: "one with \(captured) taken\(isCanceled ? ", canceled" : "")")
        }
        if id.isEmpty {
            guard amount == due else {
                throw Violation(.money, recorded, expected: "\(due) in cash", found: "\(amount)")
            }
        } else {
            let charge = try open(id, .yes, recorded)
            guard amount == charge.amount else {
                throw Violation(.money, recorded, expected: "the charge's \(charge.amount)", found: "\(amount)")
            }
            // What was held is taken, and held no more.
            holds[charge.hold]?.answer = .released
        }
        captures[id] = amount
    }

    fileprivate mutating func refund(_ kind: PaymentsV1.Event.Kind, _ recorded: RecordedEvent) throws(Violation) {
        switch kind {
        case .refundRequested(let event):
            // Older logs do not say of what; then there was one payment only.
            let named = captures[event.chargeID] != nil || captures.count != 1
            let charge = named ? event.chargeID : captures.first?.key ?? ""
            let left = (captures[charge] ?? 0) - refunds.values.reduce(0) { $0 + ($1.charge == charge ? $1.amount : 0) }
            let amount = event.amount?.minorUnits ?? 0
            guard refunds[event.refundID] == nil, (1...max(1, left)).contains(amount), left > 0 else {
                throw Violation(
                    .money, recorded, expected: "a new refund of at most \(left), which is left of what was taken",
                    found: "\(event.refundID) of \(amount)")
            }
            refunds[event.refundID] = MoneyAudit.Refund(amount: amount, charge: charge)
            if event.byStaff { credited += amount }
        case .invoiceRefunded(let event):
            guard let refund = refunds[event.refundID], !refund.isDone, refund.amount == event.amount?.minorUnits else {
                throw Violation(
                    .money, recorded, expected: "a refund that was asked for and is not done, in full",
                    found: "\(event.refundID) of \(event.amount?.minorUnits ?? 0)")
            }
            refunds[event.refundID]?.isDone = true
        default: break
        }
    }

    fileprivate func requireNothingIsLeft(_ recorded: RecordedEvent) throws(Violation) {
        guard isClosing, isOpen == nil, !isHeld, captured == refunded else {
            throw Violation(
                .money, recorded, expected: "an account with nothing held, taken or awaited",
                found: isOpen
                    ?? (isHeld ? "an amount held on a card" : "\(captured - refunded) that was not given back"))
        }
    }
}
