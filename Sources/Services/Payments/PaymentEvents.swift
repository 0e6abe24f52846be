import Kernel
import Messages

extension PaymentsV1.Event {
    /// The order whose account this event changes.
    var orderID: String? {
        switch kind {
        case .authorizationRequested(let event): event.orderID
        case .paymentAuthorized(let event): event.orderID
        case .paymentDeclined(let event): event.orderID
        case .authorizationReleased(let event): event.orderID
        case .invoiceIssued(let event): event.orderID
        case .invoiceAdjusted(let event): event.orderID
        case .chargeRequested(let event): event.orderID
        case .chargeDeclined(let event): event.orderID
        case .chargeOverdue(let event): event.orderID
        case .invoicePaid(let event): event.orderID
        case .surplusCaptured(let event): event.orderID
        case .invoiceCanceled(let event): event.orderID
        case .refundRequested(let event): event.orderID
        case .invoiceRefunded(let event): event.orderID
        case .accountClosing(let event): event.orderID
        case .accountClosed(let event): event.orderID
        case .accountCompleted(let event): event.orderID
        case nil: nil
        }
    }

    var new: NewEvent<PaymentsV1.Event> {
        NewEvent(PaymentsCore.stream(of: orderID ?? ""), self)
    }
}
