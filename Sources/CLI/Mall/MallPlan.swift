import Messages

/// A mall before it opens: the building, its stores and what they sell.
struct MallPlan: Hashable, Sendable {
    var mall: DepotV1.Mall
    var stores: [StoresV1.CreateStoreRequest]
    var products: [StoresV1.AddProductRequest]
}

extension MallPlan {
    /// The command that makes a store of the plan. Its key comes from the store's id, so that it takes effect once.
    static func store(
        id: String, name: String, category: String, node: String, place: TypesV1.Place?, participating: Bool
    ) -> StoresV1.CreateStoreRequest {
        StoresV1.CreateStoreRequest(
            idempotencyKey: "mall:store:\(id)", storeID: id, name: name, category: category, node: node, place: place,
            participating: participating)
    }

    /// The command that makes a product of the plan. Its key comes from the product's id, so that it takes effect once.
    static func product(
        id: String, storeID: String, name: String, description: String, price: TypesV1.Money, stock: UInt32,
        sizeUnits: UInt32
    ) -> StoresV1.AddProductRequest {
        StoresV1.AddProductRequest(
            idempotencyKey: "mall:product:\(id)", storeID: storeID, productID: id, name: name,
            description: description, price: price, stock: stock, sizeUnits: sizeUnits)
    }
}
