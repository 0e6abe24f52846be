import Foundation
import Hummingbird
import Logging
import Messages
import Testing
import Web
import Yams

@testable import KioskGateway

/// The document and the server say the same.
struct OpenAPITests {
    private let document: [String: Any]

    init() throws {
        document = try #require(try Yams.load(yaml: openAPIDocument) as? [String: Any])
    }

    private func schema(_ name: String) throws -> [String: Any] {
        let components = try #require(document["components"] as? [String: Any])
        let schemas = try #require(components["schemas"] as? [String: Any])
        return try #require(schemas[name] as? [String: Any], "there is no schema \(name)")
    }

    @Test func everyRouteIsDescribedAndEveryDescribedOneExists() async throws {
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        let verbs: Set = ["get", "post", "put", "delete", "patch", "head", "options"]
        let described = paths.flatMap { path, item in
            item.keys.filter(verbs.contains).map { "\($0.uppercased()) \(path)" }
        }
        try await TestShop.run { shop in
            let router = KioskGateway.router(
                .init(), shop.services, OrdersFollower(orders: shop.orders, logger: .init(label: "test")),
                TestShop.configuration(WebLimits()))
            let pages = Set(pageFiles.map(\.path))
            let routes = router.routes.filter { !pages.contains($0.path.description) }
                .map { "\($0.method.rawValue) \($0.path)" }
            #expect(described.sorted() == routes.sorted())
        }
    }

    @Test func theServerGivesTheDocument() async throws {
        try await TestShop.run { shop in
            let reply = try await shop.client.get("/openapi.yaml")
            #expect(reply.headers["content-type"]?.hasPrefix("application/yaml") == true)
            #expect(reply.body == openAPIDocument)
        }
    }

    @Test func documentsHaveExactlyTheDescribedFields() throws {
        let money = TypesV1.Money(minorUnits: 1, currencyCode: "EUR")
        let store = StoresV1.Store(
            storeID: "s", name: "n", category: "c", node: "x", place: TypesV1.Place(floor: 1), participating: true)
        let product = StoresV1.Product(
            productID: "p", storeID: "s", name: "n", description: "d", price: money, stock: 1, sizeUnits: 1)
        let line = OrdersV1.Line(
            storeID: "s", storeName: "n", productID: "p", name: "n", quantity: 1, unitPrice: money, sizeUnits: 1)
        let order = OrdersV1.Order(
            orderID: "o", state: .placed, paid: true, lines: [line], total: money, pickupCode: "c", kioskID: "k",
            reason: "r", startedUnixMs: 1, placedUnixMs: 1, readyUnixMs: 1, endedUnixMs: 1, version: 1,
            invoiceID: "i", ticket: 1)
        let invoice = PaymentsV1.Invoice(
            invoiceID: "i", orderID: "o", state: .open, amount: money, captured: money, refunded: money, method: .card)
        let page = StoresV1.GetCatalogResponse(products: [product], nextPageToken: "t", total: 1)
        try check("Health", HealthDocument())
        try check("Money", MoneyDocument(money))
        try check("Store", StoreDocument(store))
        try check("StoreList", StoreListDocument(stores: [StoreDocument(store)]))
        var told = ProductDocument(product)
        told.available = 1
        try check("Product", told)
        try check("ProductPage", ProductPageDocument(page))
        try check("Line", LineDocument(line))
        try check("Order", OrderDocument(order))
        try check("Invoice", InvoiceDocument(invoice))
        let place = PlaceDocument(TypesV1.Place())
        let mall = DepotV1.Mall(
            name: "m", floors: [DepotV1.Floor()], nodes: [DepotV1.Node(id: "d", place: TypesV1.Place())],
            edges: [DepotV1.Edge(from: "d", to: "d")], docks: [DepotV1.Dock(id: "k", node: "d")], depotNode: "d")
        let map = MallDocument(
            mall, stores: [StoresV1.Store(storeID: "s", name: "n", place: TypesV1.Place())])
        let card = TestCard(cardToken: "t", name: "n")
        let robot = RobotsDocument.Robot(
            botId: "b", trip: 1, place: place, headingDegrees: 1, speedMmPerS: 1, distanceLeftMm: 1)
        let ticket = BoardDocument.Ticket(.init(ticket: 1, since: 1))
        try check("Shop", ShopDocument(mallName: "m", currencyCode: "EUR", testCards: [card]))
        try check("TestCard", card)
        try check("Place", place)
        try check("Mall", map)
        try check("Floor", try #require(map.floors.first))
        try check("Way", try #require(map.ways.first))
        try check("StorePlace", try #require(map.stores.first))
        try check("Robots", RobotsDocument(robots: [robot]))
        try check("Robot", robot)
        try check("Board", BoardDocument(Board()))
        try check("Ticket", ticket)
        try checkRequired("Shop", ShopDocument(mallName: "m", currencyCode: "EUR"))
        try checkRequired("Mall", MallDocument(DepotV1.Mall(), stores: []))
        try checkRequired("Board", BoardDocument(Board()))
        try checkRequired("Ticket", BoardDocument.Ticket(.init(ticket: 1, since: 0)))
        try checkRequired(
            "Robot", RobotsDocument.Robot(botId: "b", headingDegrees: 1, speedMmPerS: 1, distanceLeftMm: 1))
        // What may be absent is absent from the emptiest document, and everything else is required.
        try checkRequired("Store", StoreDocument(StoresV1.Store()))
        try checkRequired("Product", ProductDocument(StoresV1.Product()))
        try checkRequired("ProductPage", ProductPageDocument(StoresV1.GetCatalogResponse()))
        try checkRequired("Line", LineDocument(OrdersV1.Line()))
        try checkRequired("Order", OrderDocument(OrdersV1.Order()))
        try checkRequired("Invoice", InvoiceDocument(PaymentsV1.Invoice()))
    }

    private func check(_ name: String, _ document: some Encodable) throws {
        let properties = try #require(try schema(name)["properties"] as? [String: Any])
        #expect(try fields(document) == properties.keys.sorted(), "\(name)")
    }

    private func checkRequired(_ name: String, _ document: some Encodable) throws {
        let required = try schema(name)["required"] as? [String] ?? []
        #expect(try fields(document) == required.sorted(), "\(name)")
    }

    private func fields(_ document: some Encodable) throws -> [String] {
        let object = try JSONSerialization.jsonObject(with: JSON.data(document)) as? [String: Any]
        return try #require(object).keys.sorted()
    }

    @Test func everyStateHasItsWord() throws {
        let properties = try #require(try schema("Order")["properties"] as? [String: Any])
        let words = try #require((properties["state"] as? [String: Any])?["enum"] as? [String])
        let states = (0...Int32(9)).map { OrdersV1.OrderState(rawValue: $0).word }
        #expect(Set(states) == Set(words))
        #expect(states.filter { $0 == "unknown" }.count == 1, "a state has no word of its own")
    }
}
