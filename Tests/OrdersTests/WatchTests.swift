import Kernel
import Messages
import Orders
import Stores
import Synchronization
import Testing
import Wire

/// All orders and all stores, as those who show them follow them.
@Suite(.timeLimit(.minutes(1))) struct WatchTests {
    /// What a watcher of orders knows after some messages.
    struct Orders: Sendable {
        var orders: [String: OrdersV1.Order] = [:]
        var positions: [UInt64] = []
        var completions = 0
        var messages = 0

        mutating func take(_ update: OrdersV1.OrdersUpdate) {
            for order in update.orders { orders[order.orderID] = order }
            for id in update.forgotten { orders[id] = nil }
            positions.append(update.position)
            messages += 1
            if update.complete { completions += 1 }
        }
    }

    /// Has `body` take updates until it has enough; each is sent only when the one before was taken.
    private func watch<Update: Message>(
        _ call: @escaping @Sendable (WireOutbound<Update>) async throws -> Void,
        _ body: (inout AsyncStream<Update>.Iterator) async throws -> Void
    ) async throws {
        let (updates, update) = AsyncStream.makeStream(of: Update.self)
        let (takes, take) = AsyncStream.makeStream(of: Void.self)
        let gate = Gate(takes)
        let watcher = Task {
            try await call(
                WireOutbound { message in
                    update.yield(message)
                    await gate.pass()
                })
        }
        defer {
            watcher.cancel()
            take.finish()
        }
        let taking = AsyncStream<Update>(unfolding: {
            take.yield()
            for await next in updates { return next }
            return nil
        })
        var iterator = taking.makeAsyncIterator()
        try await body(&iterator)
    }

    actor Gate {
        private var iterator: AsyncStream<Void>.Iterator
        init(_ takes: AsyncStream<Void>) { iterator = takes.makeAsyncIterator() }
        func pass() async {
            var iterator = iterator
            _ = await iterator.next(isolation: self)
            self.iterator = iterator
        }
    }

    private func place(_ shop: ShopHarness, _ count: Int) async throws -> [String] {
        var ids: [String] = []
        for _ in 0..<count {
            let id = try await shop.orders.startBasket(OrdersV1.StartBasketRequest(), context: shop.context).orderID
            let add = OrdersV1.AddItemRequest(orderID: id, productID: "bread", quantity: 1)
            _ = try await shop.eventually { try await shop.orders.addItem(add, context: shop.context) }
            let placed = try await shop.orders.checkout(
                OrdersV1.CheckoutRequest(orderID: id), context: shop.context)
            #expect(placed.ticket > 0)
            ids.append(id)
        }
        return ids
    }

    @Test func ordersAreWatchedFromTheirBeginningOn() async throws {
        let shop = try ShopHarness()
        try await shop.openStore(stock: 1_000)
        let placed = try await place(shop, 130)
        let basket = try await shop.orders.startBasket(OrdersV1.StartBasketRequest(), context: shop.context)
        let (orders, context) = (shop.orders, shop.context)
        try await watch({ try await orders.watchOrders(.init(), $0, context: context) }) { updates in
            var watched = Orders()
            while watched.completions == 0, let update = await updates.next() {
                #expect(update.beginning && update.orders.count <= 100)
                watched.take(update)
            }
            #expect(Set(watched.orders.keys) == Set(placed) && watched.messages == 2, "a basket is no order")
            #expect(Set(watched.positions).count == 1)
            // What happens now comes, in full, and later. A watcher that looks seldom gets the newest.
            for id in placed.prefix(3) {
                try await shop.depot(id, .listCreated(DepotV1.ListCreated(listID: id)))
                try await shop.order(id) { $0.state == .approved && !$0.invoiceID.isEmpty }
                try await shop.depot(id, .listReady(DepotV1.ListReady(listID: id)))
                try await shop.order(id) { $0.state == .ready }
            }
            _ = try await orders.cancelOrder(OrdersV1.CancelOrderRequest(orderID: basket.orderID), context: context)
            let before = watched.messages
            while watched.orders[placed[2]]?.state != .ready, let update = await updates.next() {
                #expect(!update.beginning && !update.complete)
                watched.take(update)
            }
            #expect(placed.prefix(3).allSatisfy { watched.orders[$0]?.state == .ready })
            #expect(watched.messages - before <= 4, "not one for each of the changes")
            #expect(watched.orders[basket.orderID] == nil, "and an abandoned basket neither")
            #expect(watched.positions == watched.positions.sorted())
        }
        try await shop.stop()
    }

    @Test func storesAreWatchedFromTheirBeginningOn() async throws {
        let shop = try ShopHarness()
        try await shop.openStore()
        let (stores, context) = (shop.stores, shop.context)
        let price = TypesV1.Money(minorUnits: 250, currencyCode: "EUR")
        for number in 0..<120 {
            _ = try await stores.addProduct(
                StoresV1.AddProductRequest(
                    storeID: "s", productID: "p-\(number)", name: "P", price: price, stock: 10), context: context)
        }
        try await watch({ try await stores.watchStores(.init(), $0, context: context) }) { updates in
            var (products, names): (Set<String>, [String: String]) = ([], [:])
            func take(_ update: StoresV1.StoresUpdate) {
                products.formUnion(update.products.map(\.productID))
                products.subtract(update.removedProducts)
                for store in update.stores { names[store.storeID] = store.name }
            }
            while let update = await updates.next() {
                #expect(update.beginning && update.products.count <= 100)
                take(update)
                if update.complete { break }
            }
            #expect(products.count == 121 && names == ["s": "Bakery"])
            _ = try await stores.removeProduct(StoresV1.RemoveProductRequest(productID: "p-7"), context: context)
            _ = try await stores.rebrandStore(
                StoresV1.RebrandStoreRequest(storeID: "s", name: "Baker"), context: context)
            while names["s"] != "Baker", let update = await updates.next() {
                #expect(!update.beginning && update.products.isEmpty)
                take(update)
            }
            #expect(products.count == 120 && !products.contains("p-7"))
        }
        try await shop.stop()
    }

    @Test func aWatcherHearsThatTheServiceStops() async throws {
        let shop = try ShopHarness()
        try await shop.openStore()
        let (orders, stores, context) = (shop.orders, shop.stores, shop.context)
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let watchers = [
            Task { try await orders.watchOrders(.init(), WireOutbound { _ in begin.yield() }, context: context) },
            Task { try await stores.watchStores(.init(), WireOutbound { _ in begin.yield() }, context: context) },
        ]
        var count = 0
        for await _ in begun {
            count += 1
            if count == 2 { break }
        }
        try await shop.stop()
        for watcher in watchers {
            let stopped = await #expect(throws: ServiceError.self) { try await watcher.value }
            #expect(stopped?.code == .unavailable)
        }
    }
}
