import Kernel
import Messages

/// What follows by itself from an account's state.
extension Account {
    /// Taken again and again until it is nil, after every decision.
    var consequence: PaymentsV1.Event? {
        if closing, state == .open {
            return PaymentsV1.Event(
                kind: .invoiceCanceled(PaymentsV1.InvoiceCanceled(invoiceID: invoiceID, orderID: orderID)))
        }
        if kept > due, let refund = surplus(kept - due) { return refund }
        // Cash goes back over the desk; no provider is asked.
        if let refund = refunds.first(where: { !$0.done && $0.chargeID.isEmpty }) {
            return PaymentsV1.Event(
                kind: .invoiceRefunded(
                    PaymentsV1.InvoiceRefunded(
                        invoiceID: invoiceID, orderID: orderID, refundID: refund.id, amount: money(refund.amount))))
        }
        if closing, !closed, isSettled {
            return PaymentsV1.Event(kind: .accountClosed(PaymentsV1.AccountClosed(orderID: orderID)))
        }
        return nil
    }

    /// Nothing is taken that is not given back, nothing is held, and no answer is awaited that could change that.
    private var isSettled: Bool {
        captured == refunded && !charges.contains(where: \.isUnanswered)
            && !holds.contains { $0.state == .pending || $0.state == .authorized }
    }

    private func surplus(_ amount: Int64) -> PaymentsV1.Event? {
        let reason =
            if closing { "the order was canceled" } else if captures.count > 1 { "it was paid twice" } else {
                "items could not be had"
            }
        return refund(amount, reason, byStaff: false)
    }

    /// Gives back up to an amount of the newest capture that has something left; what came last was needed least.
    func refund(_ amount: Int64, _ reason: String, byStaff: Bool) -> PaymentsV1.Event? {
        guard let capture = captures.last(where: { remainder(of: $0) > 0 }) else { return nil }
        return PaymentsV1.Event(
            kind: .refundRequested(
                PaymentsV1.RefundRequested(
                    invoiceID: invoiceID, orderID: orderID, refundID: "\(invoiceID)/refund-\(refunds.count + 1)",
                    amount: money(min(amount, remainder(of: capture))), reason: reason, chargeID: capture.chargeID,
                    byStaff: byStaff)))
    }
}
