import APIs
import Hummingbird
import Messages
import Web
import Wire

/// Stores and their products, as customers see them.
struct CatalogRoutes: Sendable {
    let stores: any StoresAPI
    let limits: WebLimits

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
        let query = StoresV1.GetCatalogRequest(
            storeID: storeID, query: request.queryText("q") ?? "",
            pageSize: try request.queryInteger("page_size", in: 1...200) ?? 0,
            pageToken: request.queryText("page_token") ?? "")
        return try Response(ProductPageDocument(await stores.getCatalog(query, context: limits.call())))
    }
}
