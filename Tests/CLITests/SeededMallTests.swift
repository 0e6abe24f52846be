import Messages
import Testing

@testable import CLI

struct SeededMallTests {
    private let plan = SeededMall.plan

    @Test func itIsAWholeMall() {
        #expect(plan.mall.floors.count == 2)
        #expect(plan.stores.count == 12)
        #expect((6...8).contains(plan.mall.docks.count))
        for store in plan.stores {
            let count = plan.products.filter { $0.storeID == store.storeID }.count
            #expect((5...10).contains(count), "\(store.storeID) sells \(count) products")
            #expect(store.place != nil)
        }
        #expect(Set(plan.stores.map(\.node)).count == 12, "two stores share a node")
    }

    /// Written as a file, it passes all that is checked of a file: ids, ends of edges, places, reach.
    @Test func itWouldPassAsAFile() throws {
        var lines = ["name: \(plan.mall.name)", "depot: \(plan.mall.depotNode)", "floors:"]
        for floor in plan.mall.floors {
            lines.append("  - { number: \(floor.number), width_mm: \(floor.widthMm), depth_mm: \(floor.depthMm) }")
        }
        lines.append("nodes:")
        for node in plan.mall.nodes {
            let place = try #require(node.place)
            lines.append("  - { id: \(node.id), floor: \(place.floor), x_mm: \(place.xMm), y_mm: \(place.yMm) }")
        }
        lines.append("edges:")
        for edge in plan.mall.edges {
            lines.append("  - { from: \(edge.from), to: \(edge.to), length_mm: \(edge.lengthMm) }")
        }
        lines.append("docks:")
        for dock in plan.mall.docks { lines.append("  - { id: \(dock.id), node: \(dock.node) }") }
        lines.append("stores:")
        for store in plan.stores {
            lines += [
                "  - id: \(store.storeID)", "    name: \"\(store.name)\"", "    category: \"\(store.category)\"",
                "    node: \(store.node)", "    products:",
            ]
            for product in plan.products where product.storeID == store.storeID {
                lines.append(
                    "      - { id: \(product.productID), name: \"\(product.name)\", "
                        + "price_minor_units: \(product.price?.minorUnits ?? 0), stock: \(product.stock), "
                        + "size_units: \(product.sizeUnits) }")
            }
        }
        switch MallFile.parse(lines.joined(separator: "\n")) {
        case .success(let read):
            #expect(read.mall.edges == plan.mall.edges)
            #expect(read.products.count == plan.products.count)
        case .failure(let errors): Issue.record("\(errors)")
        }
    }

    @Test func everyProductFitsARobot() {
        #expect(plan.products.allSatisfy { (1...8).contains($0.sizeUnits) })
    }
}
