import APIs
import Hummingbird
import Messages
import Web

/// What the stores sell.
struct ProductRoutes: Sendable {
    let shop: Shop

    func add(to routes: StaffRouter) {
        routes.read("/api/v1/stores/{id}/products", use: list)
        routes.command(.post, "/api/v1/stores/{id}/products", use: addProduct)
        routes.command(.patch, "/api/v1/products/{id}", use: change)
        routes.command(.delete, "/api/v1/products/{id}", use: remove)
    }

    @Sendable func list(_ request: Request, _ context: StaffContext, _ session: StaffSession) async throws -> Response {
        try request.onlyQuery("q", "page_size", "page_token")
        let query = StoresV1.GetCatalogRequest(
            storeID: try context.text("id"), query: request.queryText("q") ?? "",
            pageSize: try request.queryInteger("page_size", in: 1...200) ?? 0,
            pageToken: request.queryText("page_token") ?? "")
        return try Response(ProductPageDocument(await shop.stores.getCatalog(query, context: shop.call())))
    }

    @Sendable func addProduct(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let storeID = try context.text("id")
        let key = try request.idempotencyKey("staff", "products", storeID)
        var fields = try await request.fields(limits: shop.limits)
        let id = fields.text("product_id", required: false, maximum: 64)
        let name = fields.text("name", required: true, maximum: 320)
        let description = fields.text("description", required: false, maximum: 2_000)
        let price = price(&fields, required: true)
        let stock = fields.integer("stock", in: 0...1_000_000)
        let size = fields.integer("size_units", in: 1...1_000, fallback: 1)
        try fields.finish()
        let product = StoresV1.AddProductRequest(
            idempotencyKey: key, storeID: storeID, productID: id, name: name, description: description, price: price,
            stock: UInt32(stock), sizeUnits: UInt32(size))
        let detail = "\(name), \(price?.minorUnits ?? 0) minor units, stock \(stock)"
        return StaffCommand(
            "product/\(id)", detail: detail,
            making: { [shop] in
                let product = try await shop.stores.addProduct(product, context: shop.call())
                return (try Response(ProductDocument(product), status: .created), made: "product/\(product.productID)")
            })
    }

    @Sendable func change(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let id = try context.text("id")
        var fields = try await request.fields(limits: shop.limits)
        let change = ProductChange(
            name: fields.optionalText("name", maximum: 320),
            description: fields.optionalText("description", maximum: 2_000), price: price(&fields, required: false),
            stock: fields.optionalInteger("stock", in: 0...1_000_000).map { UInt32($0) })
        try fields.finish()
        guard !change.isEmpty else {
            throw Problem.invalid([.init(field: "name", message: "or 'description', 'price' or 'stock' must be given")])
        }
        return StaffCommand("product/\(id)", detail: change.text) {
            try Response(ProductDocument(await make(change, of: id)))
        }
    }

    /// What is changed before something is refused stays so; the audit log and the answer say what was refused.
    private func make(_ change: ProductChange, of id: String) async throws -> StoresV1.Product {
        var product = try await shop.stores.getProduct(StoresV1.GetProductRequest(productID: id), context: shop.call())
        if let price = change.price {
            product = try await shop.stores.changePrice(
                StoresV1.ChangePriceRequest(productID: id, price: price), context: shop.call())
        }
        if change.name != nil || change.description != nil {
            product = try await shop.stores.rebrandProduct(
                StoresV1.RebrandProductRequest(
                    productID: id, name: change.name ?? product.name,
                    description: change.description ?? product.description), context: shop.call())
        }
        if let stock = change.stock {
            product = try await shop.stores.setStock(
                StoresV1.SetStockRequest(productID: id, stock: stock), context: shop.call())
        }
        return product
    }

    @Sendable func remove(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let id = try context.text("id")
        return StaffCommand("product/\(id)") { [shop] in
            _ = try await shop.stores.removeProduct(
                StoresV1.RemoveProductRequest(productID: id), context: shop.call())
            return Response(status: .noContent)
        }
    }

    /// `{minor_units, currency_code}`; what it may be is the store service's to say.
    private func price(_ fields: inout Fields, required: Bool) -> TypesV1.Money? {
        fields.object("price", required: required) { price in
            TypesV1.Money(
                minorUnits: price.integer("minor_units", in: 0...1_000_000_000_000),
                currencyCode: price.text("currency_code", required: true, maximum: 3))
        }
    }
}

/// What is to be changed about a product, for the audit log too.
struct ProductChange: Sendable {
    var name: String?
    var description: String?
    var price: TypesV1.Money?
    var stock: UInt32?

    var isEmpty: Bool { name == nil && description == nil && price == nil && stock == nil }

    var text: String {
        var parts: [String] = []
        if let name { parts.append("name \(name)") }
        if description != nil { parts.append("description") }
        if let price { parts.append("price \(price.minorUnits) minor units") }
        if let stock { parts.append("stock \(stock)") }
        return parts.joined(separator: ", ")
    }
}
