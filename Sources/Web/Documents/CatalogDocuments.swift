package import Messages

package struct StoreDocument: Encodable, Hashable, Sendable {
    package var storeId: String
    package var name: String
    package var category: String
    /// The floor's number; nil when the store has no place.
    package var floor: Int32?

    package init(_ store: StoresV1.Store) {
        storeId = store.storeID
        name = store.name
        category = store.category
        floor = store.place?.floor
    }
}

package struct StoreListDocument: Encodable, Hashable, Sendable {
    package var stores: [StoreDocument]

    package init(stores: [StoreDocument]) {
        self.stores = stores
    }
}

package struct ProductDocument: Encodable, Hashable, Sendable {
    package var productId: String
    package var storeId: String
    package var name: String
    package var description: String
    package var price: MoneyDocument?
    package var stock: UInt32
    /// Of the stock, what no order waits for; nil where that is not told.
    package var available: UInt32?
    package var sizeUnits: UInt32

    package init(_ product: StoresV1.Product) {
        productId = product.productID
        storeId = product.storeID
        name = product.name
        description = product.description
        price = MoneyDocument(product.price)
        stock = product.stock
        sizeUnits = product.sizeUnits
    }
}

package struct ProductPageDocument: Encodable, Hashable, Sendable {
    package var products: [ProductDocument]
    package var nextPageToken: String?
    package var total: UInt32

    package init(_ page: StoresV1.GetCatalogResponse) {
        products = page.products.map(ProductDocument.init)
        nextPageToken = page.nextPageToken.isEmpty ? nil : page.nextPageToken
        total = page.total
    }
}
