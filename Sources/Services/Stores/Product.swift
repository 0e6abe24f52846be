import Kernel
import Messages

/// Decisions about a product.
extension StoresCore {
    /// - Parameter newID: the id to give when the request brings none.
    func addProduct(
        _ request: StoresV1.AddProductRequest, newID: String, rules: StoreRules = StoreRules()
    ) throws(ServiceError) -> [StoresV1.Event] {
        let store = try store(request.storeID)
        let id = try rules.id(request.productID.isEmpty ? newID : request.productID, "product_id")
        if let other = products[id]?.product {
            throw .alreadyExists("there is a product '\(id)' already, in store '\(other.storeID)'")
        }
        let product = StoresV1.Product(
            productID: id, storeID: store.storeID, name: try rules.text(request.name, "name", limit: 80),
            description: try rules.text(request.description, "description", limit: 500, required: false),
            price: try rules.price(request.price), stock: try rules.stock(request.stock),
            sizeUnits: try rules.sizeUnits(request.sizeUnits))
        return [StoresV1.Event(kind: .productAdded(StoresV1.ProductAdded(product: product)))]
    }

    func rebrandProduct(
        _ request: StoresV1.RebrandProductRequest, rules: StoreRules = StoreRules()
    ) throws(ServiceError) -> [StoresV1.Event] {
        let product = try product(request.productID)
        let event = StoresV1.ProductRebranded(
            storeID: product.storeID, productID: product.productID,
            name: try rules.text(request.name, "name", limit: 80),
            description: try rules.text(request.description, "description", limit: 500, required: false))
        if event.name == product.name, event.description == product.description { return [] }
        return [StoresV1.Event(kind: .productRebranded(event))]
    }

    func changePrice(
        _ request: StoresV1.ChangePriceRequest, rules: StoreRules = StoreRules()
    ) throws(ServiceError) -> [StoresV1.Event] {
        let product = try product(request.productID)
        let price = try rules.price(request.price)
        if price == product.price { return [] }
        return [
            StoresV1.Event(
                kind: .priceChanged(
                    StoresV1.PriceChanged(storeID: product.storeID, productID: product.productID, price: price)))
        ]
    }

    func setStock(
        _ request: StoresV1.SetStockRequest, rules: StoreRules = StoreRules()
    ) throws(ServiceError) -> [StoresV1.Event] {
        let product = try product(request.productID)
        return stock(of: product, becomes: try rules.stock(request.stock), .set)
    }

    func removeProduct(_ request: StoresV1.RemoveProductRequest) throws(ServiceError) -> [StoresV1.Event] {
        let product = try product(request.productID)
        return [
            StoresV1.Event(
                kind: .productRemoved(
                    StoresV1.ProductRemoved(storeID: product.storeID, productID: product.productID)))
        ]
    }

    /// The product of this id, or NOT_FOUND.
    func product(_ id: String) throws(ServiceError) -> StoresV1.Product {
        if id.isEmpty { throw .invalidArgument("product_id is empty") }
        guard let product = products[id]?.product else { throw .notFound("there is no product '\(id)'") }
        return product
    }

    /// What robots found out about the shelves. Products that are gone, and other stores' claims, change nothing.
    func react(to event: DepotV1.Event) -> [StoresV1.Event] {
        switch event.kind {
        case .itemPicked(let event):
            guard let product = shelf(event.productID, event.storeID) else { return [] }
            return stock(of: product, becomes: product.stock - min(product.stock, event.quantity), .picked)
        case .itemUnavailable(let event):
            // Only an empty shelf says something about the stock: a closed store or a damaged unit does not.
            guard event.reason == .outOfStock, let product = shelf(event.productID, event.storeID) else { return [] }
            return stock(of: product, becomes: 0, .foundEmpty)
        case .taskCanceled(let event):
            return returned(event.returned)
        case .taskRequeued(let event):
            return returned(event.returned)
        default:
            return []
        }
    }

    private func returned(_ stops: [TypesV1.Stop]) -> [StoresV1.Event] {
        var back: [(product: StoresV1.Product, units: UInt32)] = []
        for stop in stops {
            for item in stop.items {
                guard let product = shelf(item.productID, stop.storeID) else { continue }
                if let known = back.firstIndex(where: { $0.product.productID == product.productID }) {
                    back[known].units = back[known].units.addingCapped(item.quantity)
                } else {
                    back.append((product, item.quantity))
                }
            }
        }
        return back.flatMap { product, units in
            stock(of: product, becomes: min(StoreRules.maxStock, product.stock.addingCapped(units)), .returned)
        }
    }

    private func shelf(_ productID: String, _ storeID: String) -> StoresV1.Product? {
        guard let product = products[productID]?.product, product.storeID == storeID else { return nil }
        return product
    }

    private func stock(
        of product: StoresV1.Product, becomes stock: UInt32, _ reason: StoresV1.StockReason
    ) -> [StoresV1.Event] {
        if stock == product.stock { return [] }
        return [
            StoresV1.Event(
                kind: .stockChanged(
                    StoresV1.StockChanged(
                        storeID: product.storeID, productID: product.productID, stock: stock, reason: reason)))
        ]
    }
}

extension UInt32 {
    func addingCapped(_ other: UInt32) -> UInt32 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
