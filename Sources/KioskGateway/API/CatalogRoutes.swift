import APIs
import Hummingbird
import Messages
import Web
import Wire

/// Stores and their products, as customers see them.
struct CatalogRoutes: Sendable {
    let stores: any StoresAPI
    let orders: OrdersFollower
    let limits: WebLimits

    /// In characters: at most four bytes each, which is what Stores takes.
    private static let longestQuery = 50

    func add(to group: RouterGroup<KioskContext>) {
        group.get("stores", use: listStores)
        group.get("stores/{id}/products", use: storeProducts)
        group.get("products", use: searchProducts)
    }

    @Sendable func listStores(_ request: Request, _ context: KioskContext) async throws -> Response {
        try request.onlyQuery()
        let list = try await stores.listStores(
            StoresV1.ListStoresRequest(participatingOnly: true), context: limits.call())
        return try Response(StoreListDocument(stores: list.stores.map(StoreDocument.init)))
    }

    @Sendable func storeProducts(_ request: Request, _ context: KioskContext) async throws -> Response {
        try await catalog(request, storeID: context.parameters.require("id"))
    }

    @Sendable func searchProducts(_ request: Request, _ context: KioskContext) async throws -> Response {
        try await catalog(request, storeID: "")
    }

    private func catalog(_ request: Request, storeID: String) async throws -> Response {
        try request.onlyQuery("q", "page_size", "page_token")
        let words = request.queryText("q") ?? ""
        guard words.unicodeScalars.count <= Self.longestQuery else {
            throw Problem.invalid([.init(field: "q", message: "may have \(Self.longestQuery) characters at most")])
        }
        let query = StoresV1.GetCatalogRequest(
            storeID: storeID, query: words, pageSize: try request.queryInteger("page_size", in: 1...200) ?? 0,
            pageToken: request.queryText("page_token") ?? "")
        do {
            var page = ProductPageDocument(try await stores.getCatalog(query, context: limits.call()))
            if let promised = orders.promised(page.products.map(\.productId)) {
                for (index, units) in promised.enumerated() {
                    let stock = page.products[index].stock
                    page.products[index].available = stock - min(stock, units)
                }
            }
            return try Response(page)
        } catch let refusal as any StatusConvertible where refusal.statusCode == .invalidArgument {
            // Everything else has been checked.
            throw Problem(
                kind: "no-such-page", status: .notFound, title: "There is no such page",
                detail: "'page_token' is not one that this path gave; begin with the first page, without it.")
        }
    }
}
