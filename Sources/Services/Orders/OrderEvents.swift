import Kernel
import Messages

extension OrdersV1.Event {
    /// The order that this event changes; nil for one about the catalog.
    var orderID: String? {
        switch kind {
        case .basketStarted(let event): event.orderID
        case .itemAdded(let event): event.orderID
        case .itemRemoved(let event): event.orderID
        case .basketAbandoned(let event): event.orderID
        case .orderPlaced(let event): event.orderID
        case .orderApproved(let event): event.orderID
        case .orderRejected(let event): event.orderID
        case .orderAdjusted(let event): event.orderID
        case .orderReady(let event): event.orderID
        case .orderPaid(let event): event.orderID
        case .orderCompleted(let event): event.orderID
        case .orderCancelRequested(let event): event.orderID
        case .orderCanceled(let event): event.orderID
        case .orderProgressed(let event): event.orderID
        case .checkoutStepDone(let event): event.orderID
        case .pickupCodeRefused(let event): event.orderID
        case .storeNoted, .productNoted, .productForgotten, nil: nil
        }
    }

    /// The stream of the aggregate that this event changes.
    var stream: String {
        if let orderID { return OrdersCore.stream(of: orderID) }
        return switch kind {
        case .storeNoted(let event): "store/\(event.storeID)"
        case .productNoted(let event): "product/\(event.productID)"
        case .productForgotten(let event): "product/\(event.productID)"
        default: ""
        }
    }

    var new: NewEvent<OrdersV1.Event> { NewEvent(stream, self) }
}

extension OrdersCore {
    static func stream(of orderID: String) -> String { "order/\(orderID)" }
}
