import Kernel
import Messages
import Testing

@testable import Stores

/// Given events, when a request comes, then events or a refusal.
struct StoresCoreTests {
    static let bakery = StoresV1.CreateStoreRequest(
        storeID: "bakery", name: "Bakery", category: "food", node: "n-1", participating: true)

    static func given(_ events: [StoresV1.Event]) -> StoresCore {
        var core = StoresCore()
        for (index, event) in events.enumerated() {
            let stamp = EventStamp(
                position: UInt64(index + 1), stream: event.stream, version: 1, time: Timestamp(unixMs: 0))
            core.evolve(event, stamp)
        }
        return core
    }

    static func product(_ id: String, _ name: String, stock: UInt32 = 10, description: String = "") -> StoresV1.Event {
        StoresV1.Event(
            kind: .productAdded(
                StoresV1.ProductAdded(
                    product: StoresV1.Product(
                        productID: id, storeID: "bakery", name: name, description: description,
                        price: TypesV1.Money(minorUnits: 250, currencyCode: "EUR"), stock: stock, sizeUnits: 1))))
    }

    static func store(_ id: String, _ name: String, participating: Bool = true) -> StoresV1.Event {
        StoresV1.Event(
            kind: .storeCreated(
                StoresV1.StoreCreated(
                    store: StoresV1.Store(storeID: id, name: name, node: "n", participating: participating))))
    }

    @Test func aStoreIsCreatedOnceUnderItsID() throws {
        let events = try StoresCore().createStore(Self.bakery, newID: "s-1")
        let core = Self.given(events)
        #expect(try core.store("bakery").name == "Bakery")
        let again = #expect(throws: ServiceError.self) { try core.createStore(Self.bakery, newID: "s-2") }
        #expect(again?.code == .alreadyExists)
    }

    @Test(arguments: [
        ("Bakery!", "Bakery", "n"), ("ü", "Bakery", "n"), (String(repeating: "a", count: 65), "Bakery", "n"),
        ("bakery", "  ", "n"), ("bakery", String(repeating: "x", count: 81), "n"), ("bakery", "a\u{7}b", "n"),
        ("bakery", "Bakery", ""),
    ])
    func whatAStoreCannotBe(id: String, name: String, node: String) {
        let request = StoresV1.CreateStoreRequest(storeID: id, name: name, node: node)
        let refusal = #expect(throws: ServiceError.self) { try StoresCore().createStore(request, newID: "s-1") }
        #expect(refusal?.code == .invalidArgument)
    }

    @Test(arguments: [
        (nil, UInt32(1), UInt32(1)), (TypesV1.Money(minorUnits: 0, currencyCode: "EUR"), 1, 1),
        (TypesV1.Money(minorUnits: -5, currencyCode: "EUR"), 1, 1),
        (TypesV1.Money(minorUnits: .max, currencyCode: "EUR"), 1, 1),
        (TypesV1.Money(minorUnits: 5, currencyCode: "USD"), 1, 1),
        (TypesV1.Money(minorUnits: 5, currencyCode: "EUR"), .max, 1),
        (TypesV1.Money(minorUnits: 5, currencyCode: "EUR"), 1, .max),
    ])
    func whatAProductCannotBe(price: TypesV1.Money?, stock: UInt32, size: UInt32) {
        let core = Self.given([Self.store("bakery", "Bakery")])
        let request = StoresV1.AddProductRequest(
            storeID: "bakery", productID: "bread", name: "Bread", price: price, stock: stock, sizeUnits: size)
        let refusal = #expect(throws: ServiceError.self) { try core.addProduct(request, newID: "p-1") }
        #expect(refusal?.code == .invalidArgument)
    }

    @Test func whatIsNotThereIsNotFound() {
        let core = StoresCore()
        let store = #expect(throws: ServiceError.self) {
            try core.setParticipation(StoresV1.SetParticipationRequest(storeID: "x"))
        }
        #expect(store?.code == .notFound)
        let product = #expect(throws: ServiceError.self) {
            try core.setStock(StoresV1.SetStockRequest(productID: "x"))
        }
        #expect(product?.code == .notFound)
    }

    @Test func robotsChangeTheStock() {
        var core = Self.given([Self.store("bakery", "Bakery"), Self.product("bread", "Bread", stock: 5)])
        func stock(after kind: DepotV1.Event.Kind) -> UInt32? {
            for event in core.react(to: DepotV1.Event(kind: kind)) {
                core.evolve(
                    event, EventStamp(position: 9, stream: event.stream, version: 9, time: Timestamp(unixMs: 0)))
            }
            return core.products["bread"]?.product.stock
        }
        let picked = DepotV1.ItemPicked(storeID: "bakery", productID: "bread", quantity: 3)
        #expect(stock(after: .itemPicked(picked)) == 2)
        #expect(stock(after: .itemPicked(picked)) == 0, "never below nothing")
        let item = TypesV1.Item(productID: "bread", quantity: 4)
        let back = DepotV1.TaskCanceled(returned: [TypesV1.Stop(storeID: "bakery", items: [item, item])])
        #expect(stock(after: .taskCanceled(back)) == 8, "both of one product count")
        let closed = DepotV1.ItemUnavailable(
            storeID: "bakery", productID: "bread", quantity: 1, reason: .storeClosed)
        #expect(stock(after: .itemUnavailable(closed)) == 8, "a closed door says nothing about the shelf")
        let empty = DepotV1.ItemUnavailable(storeID: "bakery", productID: "bread", quantity: 1, reason: .outOfStock)
        #expect(stock(after: .itemUnavailable(empty)) == 0)
        #expect(core.react(to: DepotV1.Event(kind: .itemPicked(DepotV1.ItemPicked(productID: "gone")))) == [])
    }

    @Test func theCatalogIsSearchedByWordsAndPaged() throws {
        var events = [Self.store("bakery", "Bakery"), Self.store("closed", "Aaa", participating: false)]
        for number in 0..<10 { events.append(Self.product("p-\(number)", "Bread \(number)", description: "Rye FLOUR")) }
        var core = Self.given(events + [Self.product("tea", "Tea")])
        var names: [String] = []
        var token = ""
        repeat {
            let page = try core.getCatalog(
                StoresV1.GetCatalogRequest(query: " bread  flour", pageSize: 3, pageToken: token))
            #expect(page.total == 10 || page.total == 9)
            names += page.products.map(\.name)
            token = page.nextPageToken
            // What comes or goes in between must not make others appear twice or not at all.
            if names.count == 3 {
                let gone = StoresV1.ProductRemoved(storeID: "bakery", productID: "p-2")
                core.evolve(
                    StoresV1.Event(kind: .productRemoved(gone)),
                    EventStamp(position: 99, stream: "product/p-2", version: 2, time: Timestamp(unixMs: 0)))
            }
        } while !token.isEmpty
        #expect(names == (0..<10).map { "Bread \($0)" })
        for bad in ["zz", "0", "41", String(repeating: "0", count: 9_000)] {
            #expect(throws: ServiceError.self) {
                try core.getCatalog(StoresV1.GetCatalogRequest(pageToken: bad))
            }
        }
        #expect(throws: ServiceError.self) { try core.getCatalog(StoresV1.GetCatalogRequest(pageSize: 201)) }
    }

    @Test func aSnapshotIsTheSameState() throws {
        var core = Self.given([
            Self.store("b", "Zoo"), Self.store("bakery", "Bakery"), Self.product("bread", "Bread"),
            Self.product("tea", "Apple tea"),
        ])
        core = try StoresCore(snapshot: core.snapshot())
        #expect(core.byName.map(\.id) == ["bakery", "b"])
        #expect(try core.getCatalog(StoresV1.GetCatalogRequest()).products.map(\.name) == ["Apple tea", "Bread"])
    }
}
