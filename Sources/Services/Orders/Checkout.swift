import Kernel
import Messages
import OrderedCollections

/// The checkout saga: what Orders does about what Payments and Depot say. Its state is events in Orders' own log, and
/// each reaction is committed with the cursor of what it reacts to; so it goes on wherever a crash left it.
///
/// placed -> (card authorised, when one was given) and (list created) -> approved -> ready -> completed.
/// A declined card or a list that cannot be made rejects the order; Payments and Depot undo their parts when they see
/// it rejected. A cancellation ends when both have said that they have undone theirs.
extension OrdersCore {
    /// The id under which Payments authorises the card that was given at checkout.
    static func authorizationID(of orderID: String) -> String { "auth-\(orderID)" }

    func react(to event: PaymentsV1.Event) -> [OrdersV1.Event] {
        switch event.kind {
        case .paymentAuthorized(let event):
            guard let order = orders[event.orderID], order.view.state == .placed, order.cardGiven,
                event.authorizationID == Self.authorizationID(of: order.id), !order.cardAuthorized
            else { return [] }
            return order.steps(.cardAuthorized, event.authorizationID)
        case .paymentDeclined(let event):
            // Whoever has paid in another way needs the card no more.
            guard let order = orders[event.orderID], order.view.state == .placed, !order.view.paid,
                event.authorizationID == Self.authorizationID(of: order.id)
            else { return [] }
            return [order.reject("the card was declined: \(event.reason)")]
        case .invoiceIssued(let event):
            guard let order = orders[event.orderID], order.view.invoiceID.isEmpty, !order.hasEnded else { return [] }
            return [order.step(.invoiceIssued, event.invoiceID)]
        case .invoicePaid(let event):
            guard let order = orders[event.orderID], order.isActive, !order.view.paid else { return [] }
            return order.completing(
                OrdersV1.Event(
                    kind: .orderPaid(OrdersV1.OrderPaid(orderID: order.id, invoiceID: event.invoiceID))))
        case .accountClosed(let event):
            guard let order = orders[event.orderID], order.view.state == .canceling, !order.accountClosed else {
                return []
            }
            return order.steps(.invoiceClosed, order.view.invoiceID)
        case .authorizationRequested, .authorizationReleased, .invoiceAdjusted, .chargeRequested, .chargeDeclined,
            .chargeOverdue, .surplusCaptured, .invoiceCanceled, .refundRequested, .invoiceRefunded, .accountClosing,
            .accountCompleted, nil:
            return []
        }
    }

    func react(to event: DepotV1.Event) -> [OrdersV1.Event] {
        switch event.kind {
        case .listCreated(let event):
            guard let order = orders[event.listID], order.view.state == .placed, !order.listCreated else { return [] }
            return order.steps(.listCreated, event.listID)
        case .listRefused(let event):
            guard let order = orders[event.listID] else { return [] }
            switch order.view.state {
            case .placed: return [order.reject("the items cannot be fetched: \(event.reason)")]
            // There is no list to cancel, which is as good as a cancelled one.
            case .canceling where !order.listClosed: return order.steps(.listCanceled, event.listID)
            default: return []
            }
        case .itemPicked(let event):
            return progress(event.listID, event.productID, picked: event.quantity)
        case .itemUnavailable(let event):
            return adjust(event.listID, event.productID, unavailable: event.quantity)
        case .taskDelivered(let event):
            return event.delivered.flatMap(\.items).flatMap { item in
                progress(event.listID, item.productID, delivered: item.quantity)
            }
        case .taskRequeued(let event):
            return (event.returned + event.missing).flatMap(\.items).flatMap { item in
                progress(event.listID, item.productID, unpicked: item.quantity)
            }
        case .listReady(let event):
            guard let order = orders[event.listID], order.view.state == .approved else { return [] }
            return [OrdersV1.Event(kind: .orderReady(OrdersV1.OrderReady(orderID: order.id)))]
        case .listCanceled(let event):
            guard let order = orders[event.listID] else { return [] }
            if order.view.state == .canceling, !order.listClosed {
                return order.steps(.listCanceled, event.listID)
            }
            if order.isActive {
                // Staff cancelled the list at the depot: the order follows.
                return [
                    order.requestCancel("the depot canceled the shopping list"),
                    order.step(.listCanceled, event.listID),
                ]
            }
            return []
        default: return []
        }
    }

    private func progress(
        _ orderID: String, _ productID: String, picked: UInt32 = 0, delivered: UInt32 = 0, unpicked: UInt32 = 0
    ) -> [OrdersV1.Event] {
        guard let order = orders[orderID], order.isActive, let line = order.line(productID) else { return [] }
        let newlyPicked = min(picked, line.outstanding)
        let inRobots = line.picked - min(line.picked, line.delivered)
        let newlyDelivered = min(delivered, inRobots)
        let newlyUnpicked = min(unpicked, inRobots)
        if newlyPicked == 0, newlyDelivered == 0, newlyUnpicked == 0 { return [] }
        return [
            OrdersV1.Event(
                kind: .orderProgressed(
                    OrdersV1.OrderProgressed(
                        orderID: orderID, productID: productID, newlyPicked: newlyPicked,
                        newlyDelivered: newlyDelivered, newlyUnpicked: newlyUnpicked)))
        ]
    }

    private func adjust(_ orderID: String, _ productID: String, unavailable: UInt32) -> [OrdersV1.Event] {
        guard let order = orders[orderID], order.isActive,
            let index = order.view.lines.firstIndex(where: { $0.productID == productID })
        else { return [] }
        var lines = order.view.lines
        let units = min(unavailable, lines[index].outstanding)
        if units == 0 { return [] }
        lines[index].unavailable += units
        let total = TypesV1.Money(
            // Less than the total that checkout counted, which did not overflow.
            minorUnits: lines.totalMinorUnits ?? 0, currencyCode: order.view.total?.currencyCode ?? "")
        let adjusted = OrdersV1.OrderAdjusted(
            orderID: orderID, productID: productID, unavailable: units, newTotal: total)
        var events = [OrdersV1.Event(kind: .orderAdjusted(adjusted))]
        if lines.allSatisfy({ $0.wanted == 0 }) {
            events.append(order.requestCancel("none of the items could be had"))
        }
        return events
    }
}

extension Order {
    func step(_ step: OrdersV1.CheckoutStep, _ reference: String) -> OrdersV1.Event {
        OrdersV1.Event(
            kind: .checkoutStepDone(OrdersV1.CheckoutStepDone(orderID: id, step: step, reference: reference)))
    }

    /// A step, and what it was the last one missing for.
    func steps(_ step: OrdersV1.CheckoutStep, _ reference: String) -> [OrdersV1.Event] {
        completing(self.step(step, reference))
    }

    /// An event, and what it was the last one missing for.
    func completing(_ event: OrdersV1.Event) -> [OrdersV1.Event] {
        var events = [event]
        var after = self
        if let kind = event.kind { after.evolve(kind, at: 0) }
        if after.view.state == .placed, after.listCreated, !after.lacksCard {
            events.append(
                OrdersV1.Event(kind: .orderApproved(OrdersV1.OrderApproved(orderID: id, total: view.total))))
        }
        if after.view.state == .canceling, after.listClosed, after.accountClosed {
            events.append(
                OrdersV1.Event(kind: .orderCanceled(OrdersV1.OrderCanceled(orderID: id, reason: view.reason))))
        }
        return events
    }

    func reject(_ reason: String) -> OrdersV1.Event {
        OrdersV1.Event(kind: .orderRejected(OrdersV1.OrderRejected(orderID: id, reason: reason)))
    }

    func requestCancel(_ reason: String) -> OrdersV1.Event {
        OrdersV1.Event(kind: .orderCancelRequested(OrdersV1.OrderCancelRequested(orderID: id, reason: reason)))
    }
}
