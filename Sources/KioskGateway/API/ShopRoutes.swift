import APIs
import Hummingbird
import Messages
import Web
import Wire

/// What a kiosk shows beside products: the mall's name, its map, how to pay.
struct ShopRoutes: Sendable {
    let depot: any DepotAPI
    let stores: any StoresAPI
    let settings: KioskGateway.Settings
    let limits: WebLimits

    func add(to group: RouterGroup<KioskContext>) {
        group.get("shop", use: shop)
        group.get("mall", use: mall)
    }

    @Sendable func shop(_ request: Request, _ context: KioskContext) async throws -> Response {
        try request.onlyQuery()
        let mall = try await depot.getMall(DepotV1.GetMallRequest(), context: limits.call())
        return try Response(
            ShopDocument(
                mallName: mall.name, currencyCode: settings.currencyCode,
                testCards: settings.testCards.isEmpty ? nil : settings.testCards))
    }

    @Sendable func mall(_ request: Request, _ context: KioskContext) async throws -> Response {
        try request.onlyQuery()
        let mall = try await depot.getMall(DepotV1.GetMallRequest(), context: limits.call())
        let list = try await stores.listStores(
            StoresV1.ListStoresRequest(participatingOnly: true), context: limits.call())
        return try Response(MallDocument(mall, stores: list.stores))
    }
}
