import Kernel
import Messages

/// What Orders knows of stores and products: copied from Stores' log into its own.
struct Catalog: Hashable, Sendable {
    private(set) var stores: [String: OrdersV1.StoreNoted] = [:]
    private(set) var products: [String: OrdersV1.ProductNoted] = [:]

    mutating func evolve(_ kind: OrdersV1.Event.Kind) {
        switch kind {
        case .storeNoted(let event): stores[event.storeID] = event
        case .productNoted(let event): products[event.productID] = event
        case .productForgotten(let event): products[event.productID] = nil
        default: break
        }
    }

    /// A line at the store's present price, of a product that is sold at present.
    ///
    /// - Parameter name: what the product was called when it was put into the basket, in case it is gone.
    func line(
        _ productID: String, _ quantity: UInt32, named name: String? = nil
    ) throws(ServiceError) -> OrdersV1.Line {
        guard let product = products[productID] else {
            throw .failedPrecondition(
                "'\(name ?? productID)' (product '\(productID)') is no longer sold: remove it from the basket")
        }
        guard let store = stores[product.storeID] else {
            throw .failedPrecondition("store '\(product.storeID)' of product '\(productID)' is not known")
        }
        guard store.participating else {
            throw .failedPrecondition(
                "store '\(store.name)' (store '\(store.storeID)') does not take part at present; "
                    + "'\(product.name)' cannot be ordered")
        }
        return OrdersV1.Line(
            storeID: store.storeID, storeName: store.name, productID: productID, name: product.name,
            quantity: quantity, unitPrice: product.price, sizeUnits: product.sizeUnits)
    }

    /// What an event of Stores changes here.
    func react(to event: StoresV1.Event) -> [OrdersV1.Event] {
        switch event.kind {
        case .storeCreated(let event):
            guard let store = event.store else { return [] }
            return [
                OrdersV1.Event(
                    kind: .storeNoted(
                        OrdersV1.StoreNoted(
                            storeID: store.storeID, name: store.name, participating: store.participating)))
            ]
        case .storeRebranded(let event): return store(event.storeID) { $0.name = event.name }
        case .participationChanged(let event): return store(event.storeID) { $0.participating = event.participating }
        case .productAdded(let event):
            guard let product = event.product else { return [] }
            return [
                OrdersV1.Event(
                    kind: .productNoted(
                        OrdersV1.ProductNoted(
                            productID: product.productID, storeID: product.storeID, name: product.name,
                            price: product.price, sizeUnits: product.sizeUnits, stock: product.stock)))
            ]
        case .productRebranded(let event): return product(event.productID) { $0.name = event.name }
        case .priceChanged(let event): return product(event.productID) { $0.price = event.price }
        case .stockChanged(let event): return product(event.productID) { $0.stock = event.stock }
        case .productRemoved(let event):
            guard products[event.productID] != nil else { return [] }
            return [
                OrdersV1.Event(
                    kind: .productForgotten(OrdersV1.ProductForgotten(productID: event.productID)))
            ]
        case .storeMoved, nil: return []
        }
    }

    private func store(_ id: String, _ change: (inout OrdersV1.StoreNoted) -> Void) -> [OrdersV1.Event] {
        guard let before = stores[id] else { return [] }
        var store = before
        change(&store)
        return store == before ? [] : [OrdersV1.Event(kind: .storeNoted(store))]
    }

    private func product(_ id: String, _ change: (inout OrdersV1.ProductNoted) -> Void) -> [OrdersV1.Event] {
        guard let before = products[id] else { return [] }
        var product = before
        change(&product)
        return product == before ? [] : [OrdersV1.Event(kind: .productNoted(product))]
    }
}
