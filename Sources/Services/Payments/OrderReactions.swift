import Messages
import OrderedCollections

/// What Payments does about what Orders says. The ids of what it makes come from the order's, so they are the same
/// whenever they are worked out.
extension PaymentsCore {
    static func authorizationID(of orderID: String) -> String { "auth-\(orderID)" }
    static func invoiceID(of orderID: String) -> String { "inv-\(orderID)" }

    func react(to event: OrdersV1.Event) -> [PaymentsV1.Event] {
        switch event.kind {
        case .orderPlaced(let event): return issue(event.orderID, event.total) + hold(event)
        // The invoice is there already, but for an order that an older program placed.
        case .orderApproved(let event): return issue(event.orderID, event.total)
        case .orderAdjusted(let event):
            guard let account = accounts[event.orderID], account.hasInvoice, !account.closing,
                event.newTotal != account.money(account.owed)
            else { return [] }
            return [
                PaymentsV1.Event(
                    kind: .invoiceAdjusted(
                        PaymentsV1.InvoiceAdjusted(
                            invoiceID: account.invoiceID, orderID: event.orderID, amount: event.newTotal)))
            ]
        case .orderReady(let event):
            guard let account = accounts[event.orderID], account.state == .open, account.due > 0,
                let hold = account.holdToCapture(nil)
            else { return [] }
            return [account.charge(cardToken: hold.cardToken, holdID: hold.id)]
        case .orderRejected(let event):
            // Without an account nothing was begun.
            guard accounts[event.orderID] != nil else { return [] }
            return close(event.orderID, event.reason)
        case .orderCancelRequested(let event): return close(event.orderID, event.reason)
        case .orderCompleted(let event):
            guard let account = accounts[event.orderID], !account.completed else { return [] }
            return [
                PaymentsV1.Event(
                    kind: .accountCompleted(PaymentsV1.AccountCompleted(orderID: event.orderID)))
            ]
        default: return []
        }
    }

    private func issue(_ orderID: String, _ total: TypesV1.Money?) -> [PaymentsV1.Event] {
        let account = accounts[orderID] ?? Account(orderID: orderID)
        guard !account.hasInvoice, !account.closing else { return [] }
        return [
            PaymentsV1.Event(
                kind: .invoiceIssued(
                    PaymentsV1.InvoiceIssued(invoiceID: Self.invoiceID(of: orderID), orderID: orderID, amount: total)))
        ]
    }

    private func hold(_ placed: OrdersV1.OrderPlaced) -> [PaymentsV1.Event] {
        let id = Self.authorizationID(of: placed.orderID)
        guard !placed.cardToken.isEmpty, accounts[placed.orderID]?.authorization(id) == nil else { return [] }
        return [
            PaymentsV1.Event(
                kind: .authorizationRequested(
                    PaymentsV1.AuthorizationRequested(
                        authorizationID: id, orderID: placed.orderID, amount: placed.total,
                        cardToken: placed.cardToken)))
        ]
    }

    private func close(_ orderID: String, _ reason: String) -> [PaymentsV1.Event] {
        if accounts[orderID]?.closing == true { return [] }
        return [
            PaymentsV1.Event(kind: .accountClosing(PaymentsV1.AccountClosing(orderID: orderID, reason: reason)))
        ]
    }
}
