import Messages
import Testing

@testable import Messages
@testable import WireServices

/// What a server knows of a schema, as a value.
@Suite struct CatalogueTests {
    private static func file(
        _ name: String, imports: [String] = [], services: [SchemaFile.Service] = [], types: [String] = []
    ) -> SchemaFile {
        SchemaFile(name: name, imports: imports, services: services, types: types, count: 0) { nil }
    }

    // shop -> money, places -> money; books -> ledger is another server's.
    private static let files = [
        file("books.proto", imports: ["ledger.proto"], services: [.init(name: "a.v1.BooksService", methods: ["Read"])]),
        file("ledger.proto", types: ["a.v1.Ledger"]),
        file("money.proto", types: ["a.v1.Money"]),
        file("places.proto", imports: ["money.proto"], types: ["a.v1.Place", "a.v1.Place.Kind"]),
        file(
            "shop.proto", imports: ["places.proto", "money.proto"],
            services: [.init(name: "a.v1.ShopService", methods: ["Sell", "Buy", "Look"])],
            types: ["a.v1.Sale", "a.v1.Sale.Line"]),
    ]

    private let catalogue = Catalogue(
        methods: ["/a.v1.ShopService/Buy", "/a.v1.ShopService/Sell", "/test.Echo/B", "/test.Echo/A"], files: files)

    @Test func onlyWhatIsAnsweredIsListed() {
        #expect(
            catalogue.services == [
                ReflectionV1.ServiceEntry(name: "a.v1.ShopService", methods: ["Sell", "Buy"]),
                // Not in the schema: listed all the same.
                ReflectionV1.ServiceEntry(name: "test.Echo", methods: ["A", "B"]),
            ])
    }

    @Test(arguments: [
        ("a.v1.ShopService", "shop.proto"), ("a.v1.ShopService.Buy", "shop.proto"), ("a.v1.Sale", "shop.proto"),
        ("a.v1.Sale.Line", "shop.proto"), ("a.v1.Place.Kind", "places.proto"), ("a.v1.Money", "money.proto"),
        // Declared but not answered; another server's; not declared; no symbol; not full.
        ("a.v1.ShopService.Look", nil), ("a.v1.BooksService", nil), ("a.v1.Ledger", nil), ("test.Echo", nil),
        ("a.v1", nil), ("", nil), ("Sale", nil), (".a.v1.Sale", nil), ("shop.proto", nil),
    ])
    func symbolsAreFound(_ symbol: String, _ file: String?) {
        #expect(catalogue.file(declaring: symbol) == file)
    }

    @Test func filesComeBeforeThoseThatImportThem() {
        #expect(catalogue.withImports("shop.proto")?.map(\.name) == ["money.proto", "places.proto", "shop.proto"])
        #expect(catalogue.withImports("money.proto")?.map(\.name) == ["money.proto"])
        #expect(catalogue.withImports("ledger.proto") == nil)
        #expect(catalogue.withImports("nothing.proto") == nil)
    }

    @Test func filesThatImportEachOtherEnd() {
        let files = [
            Self.file("one.proto", imports: ["two.proto"], services: [.init(name: "a.v1.OneService", methods: ["M"])]),
            Self.file("two.proto", imports: ["one.proto", "gone.proto"]),
        ]
        let catalogue = Catalogue(methods: ["/a.v1.OneService/M"], files: files)
        #expect(catalogue.withImports("one.proto")?.map(\.name) == ["two.proto", "one.proto"])
    }

    @Test func theGeneratedTableHangsTogether() {
        let names = SchemaFiles.all.map(\.name)
        #expect(names == names.sorted() && Set(names).count == names.count)
        for file in SchemaFiles.all {
            #expect(Set(file.imports).isSubset(of: names), "\(file.name)")
            let package = file.name.split(separator: "/").dropLast().joined(separator: ".") + "."
            for name in file.types + file.services.map(\.name) { #expect(name.hasPrefix(package)) }
            #expect(!file.descriptor.isEmpty)
        }
        let types = SchemaFiles.all.flatMap(\.types)
        #expect(Set(types).count == types.count)
    }
}
