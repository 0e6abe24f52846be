public import Kernel
public import Messages

/// All stores and products as one value, changed by Stores' events alone.
public struct StoresCore: ServiceCore {
    public typealias Event = StoresV1.Event

    public static let serviceName = "stores"
    /// 2: with the position.
    public static let snapshotFormat: UInt32 = 2

    /// A store, and its products' keys in the order in which a catalog shows them.
    struct Shop: Sendable {
        var store: StoresV1.Store
        var products: [NameKey] = []
    }

    /// A product, and its text as a search reads it.
    struct Shelf: Sendable {
        var product: StoresV1.Product
        var text: String

        init(_ product: StoresV1.Product) {
            self.product = product
            text = (product.name + "\n" + product.description).lowercased()
        }
    }

    private(set) var stores: [String: Shop] = [:]
    private(set) var products: [String: Shelf] = [:]
    /// Every store's key, sorted.
    private(set) var byName: [NameKey] = []
    /// Of the last event in the log that is in this.
    private(set) var position: UInt64 = 0

    public init() {}

    public mutating func evolve(_ event: StoresV1.Event, _ stamp: EventStamp) {
        position = stamp.position
        switch event.kind {
        case .storeCreated(let event): event.store.map { add($0) }
        case .storeRebranded(let event):
            guard let shop = stores[event.storeID] else { return }
            byName.removeSorted(NameKey(shop.store.name, event.storeID))
            stores[event.storeID]?.store.name = event.name
            stores[event.storeID]?.store.category = event.category
            byName.insertSorted(NameKey(event.name, event.storeID))
        case .storeMoved(let event):
            stores[event.storeID]?.store.node = event.node
            stores[event.storeID]?.store.place = event.place
        case .participationChanged(let event):
            stores[event.storeID]?.store.participating = event.participating
        case .productAdded(let event): event.product.map { add($0) }
        case .productRebranded(let event):
            guard var product = remove(event.productID) else { return }
            product.name = event.name
            product.description = event.description
            add(product)
        case .priceChanged(let event): products[event.productID]?.product.price = event.price
        case .stockChanged(let event): products[event.productID]?.product.stock = event.stock
        case .productRemoved(let event): _ = remove(event.productID)
        case nil: break
        }
    }

    private mutating func add(_ store: StoresV1.Store) {
        guard stores[store.storeID] == nil else { return }
        stores[store.storeID] = Shop(store: store)
        byName.insertSorted(NameKey(store.name, store.storeID))
    }

    private mutating func add(_ product: StoresV1.Product) {
        guard products[product.productID] == nil, stores[product.storeID] != nil else { return }
        products[product.productID] = Shelf(product)
        stores[product.storeID]?.products.insertSorted(NameKey(product.name, product.productID))
    }

    private mutating func remove(_ productID: String) -> StoresV1.Product? {
        guard let product = products.removeValue(forKey: productID)?.product else { return nil }
        stores[product.storeID]?.products.removeSorted(NameKey(product.name, productID))
        return product
    }

    public func snapshot() -> [UInt8] {
        let shops = stores.values.map(\.store).sorted { $0.storeID < $1.storeID }
        let shelves = products.values.map(\.product).sorted { $0.productID < $1.productID }
        return StoresV1.Snapshot(stores: shops, products: shelves, position: position).protobuf()
    }

    public init(snapshot: [UInt8]) throws {
        let saved = try StoresV1.Snapshot(protobuf: snapshot, limits: .unlimited)
        position = saved.position
        for store in saved.stores { add(store) }
        for product in saved.products { add(product) }
    }
}

extension StoresV1.Event {
    /// The stream of the aggregate that this event changes.
    var stream: String {
        switch kind {
        case .storeCreated(let event): "store/\(event.store?.storeID ?? "")"
        case .storeRebranded(let event): "store/\(event.storeID)"
        case .storeMoved(let event): "store/\(event.storeID)"
        case .participationChanged(let event): "store/\(event.storeID)"
        case .productAdded(let event): "product/\(event.product?.productID ?? "")"
        case .productRebranded(let event): "product/\(event.productID)"
        case .priceChanged(let event): "product/\(event.productID)"
        case .stockChanged(let event): "product/\(event.productID)"
        case .productRemoved(let event): "product/\(event.productID)"
        case nil: ""
        }
    }
}
