import Messages

/// A mall of the size of a large real one: four floors of 160 crossings seven metres apart, lifts at both ends, 200
/// stores, 24 docks.
enum BenchMall {
    static let floors = 4
    static let width = 20
    static let depth = 8
    static let nodes = floors * width * depth
    static let stores = 200

    static func id(_ node: Int) -> String { "n-\(node)" }

    static func place(ofNode node: Int) -> TypesV1.Place {
        let (x, y) = (node % width, node / width % depth)
        return .init(floor: Int32(node / (width * depth)), xMm: Int32(x * 7_000), yMm: Int32(y * 7_000))
    }

    static let mall: DepotV1.Mall = {
        var mall = DepotV1.Mall(name: "Bench", depotNode: id(0))
        for floor in 0..<floors {
            mall.floors.append(.init(number: Int32(floor), name: "F\(floor)", widthMm: 200_000, depthMm: 100_000))
        }
        for node in 0..<nodes {
            mall.nodes.append(.init(id: id(node), place: place(ofNode: node)))
            let (x, y, floor) = (node % width, node / width % depth, node / (width * depth))
            if x > 0 { mall.edges.append(.init(from: id(node - 1), to: id(node), lengthMm: 7_000)) }
            if y > 0 { mall.edges.append(.init(from: id(node - width), to: id(node), lengthMm: 7_000)) }
            if floor > 0, y == 0, x == 0 || x == width - 1 {
                mall.edges.append(.init(from: id(node - width * depth), to: id(node), lengthMm: 30_000))
            }
        }
        for dock in 0..<24 { mall.docks.append(.init(id: "d-\(dock)", node: id(dock * nodes / 24))) }
        return mall
    }()

    static func open(_ world: inout World) {
        world.record([.mallOpened(.init(mall: mall))])
        for store in 0..<stores {
            let node = store * 3 % nodes
            world.take(
                .storeCreated(
                    .init(
                        store: .init(
                            storeID: "s-\(store)", name: "Store \(store)", node: id(node), place: place(ofNode: node))))
            )
        }
    }
}
