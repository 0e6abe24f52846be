/// What must be so when everything is at rest: every order at its one end, everybody's money where it belongs.
extension Auditor {
    func checkShop(_ provider: SimProvider) {
        for (id, order) in orders.orders.sorted(by: { $0.key < $1.key }) {
            require(order.state.hasEnded, "\(id) is \(order.state) at the end")
            checkMoney(id, order)
            if order.state == .completed { checkGoods(id, order) }
        }
        checkProvider(provider)
        stores.checkEnd()
    }

    private func checkMoney(_ id: String, _ order: OrdersHistory.Entry) {
        let account = payments.accounts[id] ?? PaymentsHistory.Entry()
        require(account.charges.isEmpty, "\(id) is being charged still: \(account.charges)")
        require(account.refunding.isEmpty, "\(id) is owed \(account.refunding)")
        guard order.state == .completed else {
            return require(account.kept == 0, "\(id) is \(order.state), and \(account.kept) were kept")
        }
        require(account.owed == order.total, "\(id) came to \(order.total), not \(account.owed)")
        // Staff may have given some of it back.
        let due = max(0, order.total - account.gift)
        require(account.kept == due, "\(id) came to \(order.total) less \(account.gift), and \(account.kept) were kept")
    }

    /// The provider's books are Payments'.
    private func checkProvider(_ provider: SimProvider) {
        require(provider.held.isEmpty, "the provider holds \(provider.held.keys.sorted()) still")
        var (captured, refunded): ([String: Int64], [String: Int64]) = ([:], [:])
        for (id, account) in payments.accounts {
            require(orders.orders[id] != nil, "there is an account of \(id), and no order")
            for (charge, payment) in account.captures where !charge.isEmpty {
                captured[charge] = payment.amount
                if payment.refunded > 0 { refunded[charge] = payment.refunded }
            }
        }
        require(captured == provider.captured, "the provider took \(provider.captured), the books say \(captured)")
        require(refunded == provider.refunded, "the provider gave \(provider.refunded), the books say \(refunded)")
    }

    /// What was handed over is what came: each unit of the order was delivered or could not be had.
    private func checkGoods(_ id: String, _ order: OrdersHistory.Entry) {
        for (product, line) in order.lines.sorted(by: { $0.key < $1.key }) {
            let came = depot.brought(product, of: line.storeID, for: id)
            require(came + line.unavailable == line.quantity, "\(id): \(came) of \(product) came, of \(line)")
        }
    }
}
