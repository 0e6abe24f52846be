/// What must be so when everything is at rest: every order at its one end, everybody's money where it belongs.
extension Auditor {
    func checkShop(_ provider: SimProvider) {
        for (id, order) in orders.orders.sorted(by: { $0.key < $1.key }) {
            require(order.state.hasEnded, "\(id) is \(order.state) at the end")
            checkMoney(id, order, provider)
            if order.state == .completed { checkGoods(id, order) }
        }
        for (id, account) in payments.accounts.sorted(by: { $0.key < $1.key }) {
            require(orders.orders[id] != nil, "there is an account of \(id), and no order")
            require(account.charge == nil, "\(id) is being charged still")
        }
        require(provider.held.isEmpty, "the provider holds \(provider.held.keys.sorted()) still")
        stores.checkEnd()
    }

    private func checkMoney(_ id: String, _ order: OrdersHistory.Entry, _ provider: SimProvider) {
        let account = payments.accounts[id] ?? PaymentsHistory.Entry()
        let (taken, back) = (provider.captured[id] ?? 0, provider.refunded[id] ?? 0)
        let books = account.isCash ? (0, 0) : (account.captured, account.refunded)
        require((taken, back) == books, "\(id): the provider took \(taken) and gave \(back), the books say \(books)")
        require(account.refunding.isEmpty, "\(id) is owed \(account.refunding)")
        switch order.state {
        case .completed:
            // Staff may have given some of it back.
            let fits = (order.total - account.gift...order.total).contains(account.kept)
            require(fits, "\(id) came to \(order.total), and \(account.kept) were kept (\(account.gift) given back)")
            require(
                account.owed == order.total || account.kept == 0, "\(id) came to \(order.total), not \(account.owed)")
        default: require(account.kept == 0, "\(id) is \(order.state), and \(account.kept) were kept")
        }
    }

    /// What was handed over is what came: each unit of the order was delivered or could not be had.
    private func checkGoods(_ id: String, _ order: OrdersHistory.Entry) {
        for (product, line) in order.lines.sorted(by: { $0.key < $1.key }) {
            let came = depot.brought(product, of: line.storeID, for: id)
            require(came + line.unavailable == line.quantity, "\(id): \(came) of \(product) came, of \(line)")
        }
    }
}
