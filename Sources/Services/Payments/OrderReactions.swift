import Messages

/// What Payments does about what Orders says. The ids of what it makes come from the order's, so they are the same
/// whenever they are worked out.
extension PaymentsCore {
    static func authorizationID(of orderID: String) -> String { "auth-\(orderID)" }
    static func invoiceID(of orderID: String) -> String { "inv-\(orderID)" }

    func react(to event: OrdersV1.Event) -> [PaymentsV1.Event] {
        switch event.kind {
        case .orderPlaced(let event):
            let id = Self.authorizationID(of: event.orderID)
            guard !event.cardToken.isEmpty, accounts[event.orderID]?.authorization(id) == nil else { return [] }
            return [
                PaymentsV1.Event(
                    kind: .authorizationRequested(
                        PaymentsV1.AuthorizationRequested(
                            authorizationID: id, orderID: event.orderID, amount: event.total,
                            cardToken: event.cardToken)))
            ]
        case .orderApproved(let event):
            let account = accounts[event.orderID] ?? Account(orderID: event.orderID)
            guard !account.hasInvoice, !account.closing else { return [] }
            return [
                PaymentsV1.Event(
                    kind: .invoiceIssued(
                        PaymentsV1.InvoiceIssued(
                            invoiceID: Self.invoiceID(of: event.orderID), orderID: event.orderID, amount: event.total)))
            ]
        case .orderAdjusted(let event):
            guard let account = accounts[event.orderID], account.hasInvoice, !account.closing, !account.isOver,
                event.newTotal != account.money(account.owed)
            else { return [] }
            return [
                PaymentsV1.Event(
                    kind: .invoiceAdjusted(
                        PaymentsV1.InvoiceAdjusted(
                            invoiceID: account.invoiceID, orderID: event.orderID, amount: event.newTotal)))
            ]
        case .orderReady(let event):
            guard let account = accounts[event.orderID], account.state == .open, !account.closing, account.owed > 0,
                let hold = account.holds.first(where: { $0.state == .authorized && $0.amount >= account.owed })
            else { return [] }
            return [account.charge(cardToken: hold.cardToken, holdID: hold.id)]
        case .orderRejected(let event):
            // Without an account nothing was begun.
            guard accounts[event.orderID] != nil else { return [] }
            return close(event.orderID, event.reason)
        case .orderCancelRequested(let event): return close(event.orderID, event.reason)
        default: return []
        }
    }

    private func close(_ orderID: String, _ reason: String) -> [PaymentsV1.Event] {
        if accounts[orderID]?.closing == true { return [] }
        return [
            PaymentsV1.Event(kind: .accountClosing(PaymentsV1.AccountClosing(orderID: orderID, reason: reason)))
        ]
    }
}

extension Account {
    var isOver: Bool { state == .canceled || state == .refunded }
}
