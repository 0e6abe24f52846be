import Foundation
import Hummingbird
import Kernel
import Messages
import Testing
import Web
import Yams

@testable import StaffGateway

/// The document and the server say the same.
@Suite(.timeLimit(.minutes(1)))
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

    private func operations() throws -> [String: [String: Any]] {
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        let verbs: Set = ["get", "post", "put", "delete", "patch", "head", "options"]
        var operations: [String: [String: Any]] = [:]
        for (path, item) in paths {
            for (verb, operation) in item where verbs.contains(verb) {
                operations["\(verb.uppercased()) \(path)"] = operation as? [String: Any]
            }
        }
        return operations
    }

    @Test func everyRouteIsDescribedWithItsRole() throws {
        let described = try operations()
        let routes = AccessTable.rules.map { ("\($0.key.method.rawValue) \($0.key.path)", $0.value) }
        #expect(described.keys.sorted() == routes.map(\.0).sorted())
        for (name, rule) in routes {
            let operation = try #require(described[name])
            #expect(operation["x-role"] as? String == rule.role?.word, "\(name)")
            #expect((operation["security"] != nil) == (rule.role == nil), "\(name)")
        }
    }

    @Test func theServerGivesTheDocument() async throws {
        try await TestStaff.run { mall in
            let reply = try await mall.client.get("/openapi.yaml")
            #expect(reply.headers["content-type"]?.hasPrefix("application/yaml") == true)
            #expect(reply.body == openAPIDocument)
        }
    }

    @Test func everyReferenceLeadsSomewhere() throws {
        let components = try #require(document["components"] as? [String: [String: Any]])
        for match in openAPIDocument.matches(of: /"#\/components\/(\w+)\/(\w+)"/) {
            #expect(components[String(match.1)]?[String(match.2)] != nil, "\(match.0)")
        }
    }

    @Test func documentsHaveExactlyTheDescribedFields() throws {
        let money = TypesV1.Money(minorUnits: 1, currencyCode: "EUR")
        let place = TypesV1.Place(floor: 1)
        let item = TypesV1.Item(productID: "p", name: "n", quantity: 1)
        let stop = TypesV1.Stop(storeID: "s", storeName: "n", node: "x", place: place, items: [item])
        let store = StoresV1.Store(storeID: "s", name: "n", category: "c", node: "x", place: place)
        let line = OrdersV1.Line(storeID: "s", productID: "p", unitPrice: money)
        let order = Self.fullOrder(line, money)
        let invoice = PaymentsV1.Invoice(
            invoiceID: "i", orderID: "o", state: .open, amount: money, captured: money, refunded: money, method: .card,
            declineReason: "d", chargeID: "c")
        let bot = DepotV1.Bot(
            botID: "b", state: .idle, taskID: "t", place: place, fault: "f", custodyTaskID: "t", dockID: "d")
        let task = DepotV1.Task(
            taskID: "o/1", listID: "o", state: .queued, botID: "b", stops: [stop], queuedUnixMs: 1, custodyBotID: "b",
            custodyUntilUnixMs: 1)
        let list = DepotV1.ShoppingList(listID: "o", state: .available, stops: [stop], taskIds: ["o/1"])
        let user = StaffV1.User(name: "a", role: .clerk, createdUnixMs: 1, lastSignedInUnixMs: 1)
        let entry = AuditEntry(
            position: 1, time: Timestamp(unixMs: 1), user: "a", action: "x", target: "t", outcome: "done", detail: "d")
        let session = SessionDocument(
            user: nil, needsSetup: true, mallName: "m", currencyCode: "EUR", serverTime: "t")
        try check("Session", session)
        try check("SessionUser", SessionDocument.User(name: "a", role: "clerk"))
        try check("User", UserDocument(user))
        try check("UserList", UserListDocument(users: []))
        try check("AuditEntry", AuditEntryDocument(entry))
        try check("AuditPage", AuditPageDocument(entries: [], nextPageToken: "t"))
        try check("Order", OrderDocument(order, for: .manager))
        try check("OrderPage", OrderPageDocument(.init(orders: [order], nextPageToken: "t", total: 1), for: .clerk))
        try check("Line", LineDocument(line))
        try check("Invoice", StaffInvoiceDocument(invoice))
        try check("Place", PlaceDocument(place))
        try check("Mall", MallDocument(TestStaff.mall))
        try check("Bot", BotDocument(bot))
        try check("BotList", BotListDocument(bots: []))
        try check("Stop", StopDocument(stop))
        try check("Item", StopDocument.Item(productId: "p", name: "n", quantity: 1))
        try check("Task", TaskDocument(task))
        try check("TaskList", TaskListDocument(tasks: []))
        try check("List", ListDocument(list, tasks: [task]))
        try check("ListList", ListListDocument(lists: []))
        try check("Store", StaffStoreDocument(store))
        try check("StoreList", StaffStoreListDocument(stores: []))
        try check("Product", ProductDocument(StoresV1.Product(price: money)))
        try check("ProductPage", ProductPageDocument(StoresV1.GetCatalogResponse(nextPageToken: "t")))
        // What may be absent is absent from the emptiest document, and everything else is required.
        try checkRequired("Session", session)
        try checkRequired("User", UserDocument(StaffV1.User(createdUnixMs: 1)))
        try checkRequired("AuditPage", AuditPageDocument(entries: [], nextPageToken: nil))
        try checkRequired("Order", OrderDocument(OrdersV1.Order(), for: .manager))
        try checkRequired("Invoice", StaffInvoiceDocument(PaymentsV1.Invoice()))
        try checkRequired("Bot", BotDocument(DepotV1.Bot()))
        try checkRequired("Task", TaskDocument(DepotV1.Task()))
        try checkRequired("List", ListDocument(DepotV1.ShoppingList()))
        try checkRequired("Store", StaffStoreDocument(StoresV1.Store()))
        try checkRequired("Mall", MallDocument(DepotV1.Mall()))
    }

    private static func fullOrder(_ line: OrdersV1.Line, _ money: TypesV1.Money) -> OrdersV1.Order {
        OrdersV1.Order(
            orderID: "o", state: .placed, paid: true, lines: [line], total: money, pickupCode: "c", kioskID: "k",
            reason: "r", startedUnixMs: 1, placedUnixMs: 1, readyUnixMs: 1, endedUnixMs: 1, version: 1,
            invoiceID: "i", ticket: 1)
    }

    @Test func timelineEventsHaveTheDescribedFields() async throws {
        let properties = try #require(try schema("TimelineEvent")["properties"] as? [String: Any])
        let fields = Set(properties.keys)
        try await TestStaff.run { mall in
            let id = try await mall.order().orderID
            let events = try await mall.signedIn(as: .clerk).get("/api/v1/orders/\(id)/timeline").list("events")
            let names = events.reduce(into: Set<String>()) { $0.formUnion($1.keys) }
            #expect(names == fields)
        }
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
}
