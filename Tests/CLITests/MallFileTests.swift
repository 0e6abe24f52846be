import Foundation
import Messages
import Testing

@testable import CLI

struct MallFileTests {
    /// A small mall without mistakes; each of its lines can be replaced.
    static let good = """
        name: Corner Mall
        floors:
          - { number: 0, name: Ground, width_mm: 20000, depth_mm: 10000 }
          - { number: 1, width_mm: 20000, depth_mm: 10000 }
        nodes:
          - { id: depot, floor: 0, x_mm: 0, y_mm: 0 }
          - { id: a, floor: 0, x_mm: 3000, y_mm: 4000 }
          - { id: b, floor: 1, x_mm: 3000, y_mm: 4000 }
        edges:
          - { from: depot, to: a }
          - { from: a, to: b, length_mm: 9000 }
        docks:
          - { id: d1, node: depot }
        depot: depot
        stores:
          - id: bakery
            name: Bakery
            node: b
            products:
              - { id: bread, name: Bread, price_minor_units: 250, stock: 5 }
        """

    private func errors(_ text: String) -> [MallFileError] {
        switch MallFile.parse(text) {
        case .success: []
        case .failure(let errors): errors.errors
        }
    }

    /// The mistakes of the good mall with one text replaced.
    private func errors(replacing text: String, by other: String) throws -> [MallFileError] {
        try #require(Self.good.contains(text))
        return errors(Self.good.replacingOccurrences(of: text, with: other))
    }

    @Test func aGoodFileIsAPlan() throws {
        let plan = try MallFile.parse(Self.good).get()
        #expect(plan.mall.name == "Corner Mall")
        #expect(plan.mall.depotNode == "depot")
        #expect(plan.mall.edges.map(\.lengthMm) == [5_000, 9_000], "an edge on one floor is as long as it is straight")
        let store = try #require(plan.stores.first)
        #expect(store.participating)
        #expect(store.place == TypesV1.Place(floor: 1, xMm: 3_000, yMm: 4_000))
        let product = try #require(plan.products.first)
        #expect(product.storeID == "bakery")
        #expect(product.sizeUnits == 1)
        #expect(product.price == TypesV1.Money(minorUnits: 250, currencyCode: "EUR"))
    }

    @Test func jsonIsReadToo() throws {
        let json = """
            {"name": "M", "floors": [{"number": 0, "width_mm": 9, "depth_mm": 9}],
            \t"nodes": [{"id": "n", "floor": 0, "x_mm": 1, "y_mm": 1}], "depot": "n",
             "docks": [{"id": "d", "node": "n"}],
             "stores": [{"id": "s", "name": "S", "node": "n", "participating": false}]}
            """
        let plan = try MallFile.parse(json).get()
        #expect(plan.stores.map(\.participating) == [false])
    }

    @Test(arguments: [
        ("name: Corner Mall", "names: Corner Mall", 1, "name", "is missing"),
        ("name: Corner Mall", "names: Corner Mall", 1, "names", "no such field"),
        ("name: Corner Mall", "name: ''", 1, "name", "must not be empty"),
        (
            "x_mm: 3000, y_mm: 4000 }\n  - { id: b", "x_mm: far, y_mm: 4000 }\n  - { id: b", 7, "nodes[1].x_mm",
            "whole number"
        ),
        ("id: b, floor: 1", "id: a, floor: 1", 8, "nodes[2]", "taken by line 7"),
        ("id: b, floor: 1", "id: B!, floor: 1", 8, "nodes[2].id", "lower-case letters"),
        ("id: b, floor: 1", "id: b, floor: 2", 8, "nodes[2].floor", "no floor 2"),
        ("from: depot, to: a", "from: depot, to: z", 10, "edges[0].to", "no node 'z'"),
        ("from: depot, to: a", "from: a, to: a", 10, "edges[0]", "itself"),
        (", length_mm: 9000", "", 11, "edges[1].length_mm", "between floors"),
        (", length_mm: 9000", ", length_mm: -1", 11, "edges[1].length_mm", "must be between"),
        ("from: a, to: b, length_mm: 9000", "from: a, to: depot", 11, "edges[1]", "taken by line 10"),
        ("id: d1, node: depot", "id: d1, node: x", 13, "docks[0].node", "no node 'x'"),
        ("docks:\n  - { id: d1, node: depot }", "docks: []", 12, "docks", "at least one"),
        ("depot: depot", "depot: x", 14, "depot", "no node 'x'"),
        ("    node: b", "    node: c", 16, "stores[0].node", "no node 'c'"),
        ("    node: b", "    node: b\n    colour: red", 19, "stores[0].colour", "no such field"),
        (
            "price_minor_units: 250", "price_minor_units: -250", 20, "stores[0].products[0].price_minor_units",
            "between 1"
        ),
        ("price_minor_units: 250", "price_minor_units: 2.5", 20, "stores[0].products[0].price_minor_units", "'2.5'"),
        ("price_minor_units: 250, ", "", 20, "stores[0].products[0].price_minor_units", "is missing"),
        ("stock: 5", "stock: 5, size_units: 0", 20, "stores[0].products[0].size_units", "between 1"),
        ("  - { from: a, to: b, length_mm: 9000 }\n", "", 8, "nodes[2]", "no edges lead"),
        ("stores:\n  - id: bakery", "stores:\n  - 7\n  - id: bakery", 16, "stores[0]", "mapping of fields, not '7'"),
    ])
    func aMistakeIsToldWithItsLineAndElement(
        _ text: String, _ other: String, _ line: Int, _ path: String, _ message: String
    ) throws {
        let errors = try errors(replacing: text, by: other)
        #expect(
            errors.contains { $0.line == line && $0.path == path && $0.message.contains(message) }, "got \(errors)")
    }

    @Test func manyMistakesAreToldAtOnceInTheOrderOfTheFile() throws {
        let text = Self.good.replacingOccurrences(of: "name: Corner Mall", with: "name: []")
            .replacingOccurrences(of: "stock: 5", with: "stock: many").replacingOccurrences(of: "id: d1,", with: "")
        #expect(errors(text).map(\.line) == [1, 13, 20])
    }

    @Test func whatIsNoFileOfThisKind() {
        #expect(errors("").first?.message.contains("empty") == true)
        #expect(errors("[1, 2]").first?.message.contains("mapping") == true)
        #expect(errors("a: [1\nb: }").first?.line == 2)
        #expect(errors("name: a\nname: b").first?.message.contains("more than once: 'name'") == true)
        #expect(errors(String(repeating: "x", count: MallFile.maxBytes + 1)).first?.message.contains("larger") == true)
    }

    @Test func mistakesReadWell() {
        let error = MallFileError(line: 7, path: "nodes[1].x_mm", message: "must be a whole number")
        #expect(error.description == "line 7: nodes[1].x_mm: must be a whole number")
    }
}
