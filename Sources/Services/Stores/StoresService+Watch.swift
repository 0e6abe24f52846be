import APIs
import Kernel
public import Messages
public import Wire

/// A thing that those who watch the stores see, by id.
enum StoresChange: Hashable, Comparable, Sendable {
    case store(String)
    case product(String)
}

/// Stores and products as they change.
extension StoresService {
    /// Sends all stores and products and then their changes, until the caller has enough or the service stops.
    /// - Throws: UNAVAILABLE when the service stops.
    public func watchStores(
        _ request: StoresV1.WatchStoresRequest, _ outbound: WireOutbound<StoresV1.StoresUpdate>, context: CallContext
    ) async throws {
        try await watchers.follow(loop) { core in
            StoresV1.StoresUpdate(
                position: core.position, beginning: true,
                stores: core.stores.values.map(\.store).sorted { $0.storeID < $1.storeID },
                products: core.products.values.map(\.product).sorted { $0.productID < $1.productID })
        } update: { core, changes in
            var update = StoresV1.StoresUpdate(position: core.position)
            for change in changes {
                switch change {
                case .store(let id): core.stores[id].map { update.stores.append($0.store) }
                case .product(let id):
                    if let shelf = core.products[id] {
                        update.products.append(shelf.product)
                    } else {
                        update.removedProducts.append(id)
                    }
                }
            }
            return update
        } send: {
            try await self.send($0, to: outbound)
        }
    }

    private func send(_ whole: StoresV1.StoresUpdate, to outbound: WireOutbound<StoresV1.StoresUpdate>) async throws {
        var (stores, products) = (whole.stores[...], whole.products[...])
        var removed = whole.removedProducts[...]
        repeat {
            var share = Share()
            var part = StoresV1.StoresUpdate(position: whole.position, beginning: whole.beginning)
            part.stores = share.take(&stores)
            // Products come after their stores.
            if stores.isEmpty { part.products = share.take(&products) }
            part.removedProducts = Array(removed.prefix(Share.names))
            removed = removed.dropFirst(Share.names)
            let isLast = stores.isEmpty && products.isEmpty && removed.isEmpty
            part.complete = whole.beginning && isLast
            try await outbound.send(part)
            if isLast { return }
        } while true
    }
}

extension StoresV1.Event {
    /// What looks different after this; nil: nothing.
    var change: StoresChange? {
        switch kind {
        case .storeCreated(let event): event.store.map { .store($0.storeID) }
        case .storeRebranded(let event): .store(event.storeID)
        case .storeMoved(let event): .store(event.storeID)
        case .participationChanged(let event): .store(event.storeID)
        case .productAdded(let event): event.product.map { .product($0.productID) }
        case .productRebranded(let event): .product(event.productID)
        case .priceChanged(let event): .product(event.productID)
        case .stockChanged(let event): .product(event.productID)
        case .productRemoved(let event): .product(event.productID)
        case nil: nil
        }
    }
}
