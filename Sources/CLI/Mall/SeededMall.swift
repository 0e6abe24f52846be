import Messages

/// The mall that a first start makes when no file describes another: two floors, twelve stores, a depot and eight docks.
///
/// Each floor is a corridor from west to east with three stores on either side. An elevator in the west and a ramp in
/// the east join the floors. The depot and the docks are at the ground floor's western end.
enum SeededMall {
    static let plan = MallPlan(
        mall: mall, stores: SeededStores.all.map(create), products: SeededStores.all.flatMap(products))

    private static let floors: [(number: Int32, prefix: String, name: String)] = [
        (0, "g", "Ground floor"), (1, "u", "Upper floor"),
    ]
    private static let corridorNodes = 7
    private static let spacingMm: Int32 = 12_000
    private static let corridorYMm: Int32 = 24_000
    private static let storeDistanceMm: Int32 = 10_000
    private static let dockCount = 8

    /// A store's node: off the corridor's 2nd, 4th or 6th node, to the north or the south.
    static func storeNode(floor: Int32, corridor: Int, north: Bool) -> String {
        "\(floor == 0 ? "g" : "u")\(corridor)-\(north ? "north" : "south")"
    }

    private static let mall: DepotV1.Mall = {
        var mall = DepotV1.Mall(name: "Harbour Gallery", depotNode: "depot")
        for floor in floors {
            mall.floors.append(
                DepotV1.Floor(number: floor.number, name: floor.name, widthMm: 96_000, depthMm: 48_000))
            addCorridor(floor.number, floor.prefix, to: &mall)
        }
        addJoints(to: &mall)
        addDepot(to: &mall)
        return mall
    }()

    private static func addCorridor(_ floor: Int32, _ prefix: String, to mall: inout DepotV1.Mall) {
        for index in 1...corridorNodes {
            let x = Int32(index) * spacingMm
            mall.nodes.append(node("\(prefix)\(index)", floor, x, corridorYMm))
            if index > 1 {
                mall.edges.append(edge("\(prefix)\(index - 1)", "\(prefix)\(index)", UInt32(spacingMm)))
            }
            guard index.isMultiple(of: 2) else { continue }
            for north in [true, false] {
                let id = storeNode(floor: floor, corridor: index, north: north)
                mall.nodes.append(node(id, floor, x, corridorYMm + (north ? storeDistanceMm : -storeDistanceMm)))
                mall.edges.append(edge("\(prefix)\(index)", id, UInt32(storeDistanceMm)))
            }
        }
    }

    /// What joins the floors. Robots take no stairs; an elevator's length holds its wait, a ramp's its slowness.
    private static func addJoints(to mall: inout DepotV1.Mall) {
        for floor in floors {
            mall.nodes.append(node("elevator-\(floor.prefix)", floor.number, 6_000, 30_000))
            mall.edges.append(edge("elevator-\(floor.prefix)", "\(floor.prefix)1", 8_500))
            mall.nodes.append(node("ramp-\(floor.prefix)", floor.number, 92_000, corridorYMm))
            mall.edges.append(edge("ramp-\(floor.prefix)", "\(floor.prefix)\(corridorNodes)", 8_000))
        }
        mall.edges.append(edge("elevator-g", "elevator-u", 30_000))
        mall.edges.append(edge("ramp-g", "ramp-u", 45_000))
    }

    private static func addDepot(to mall: inout DepotV1.Mall) {
        mall.nodes.append(node("depot", 0, 3_000, corridorYMm))
        mall.edges.append(edge("depot", "g1", 9_000))
        for index in 1...dockCount {
            // A row of docks southwards from the depot, two metres apart, reached along its own lane.
            let y = corridorYMm - 2_000 * Int32(index) - 2_000
            mall.nodes.append(node("dock-\(index)", 0, 3_000, y))
            mall.docks.append(DepotV1.Dock(id: "dock-\(index)", node: "dock-\(index)"))
            let previous = index == 1 ? "depot" : "dock-\(index - 1)"
            mall.edges.append(edge(previous, "dock-\(index)", index == 1 ? 4_000 : 2_000))
        }
    }

    private static func node(_ id: String, _ floor: Int32, _ xMm: Int32, _ yMm: Int32) -> DepotV1.Node {
        DepotV1.Node(id: id, place: TypesV1.Place(floor: floor, xMm: xMm, yMm: yMm))
    }

    private static func edge(_ from: String, _ to: String, _ lengthMm: UInt32) -> DepotV1.Edge {
        DepotV1.Edge(from: from, to: to, lengthMm: lengthMm)
    }

    private static func create(_ store: SeededStores.Store) -> StoresV1.CreateStoreRequest {
        let id = storeNode(floor: store.floor, corridor: store.corridor, north: store.north)
        return MallPlan.store(
            id: store.id, name: store.name, category: store.category, node: id,
            place: mall.nodes.first { $0.id == id }?.place, participating: true)
    }

    private static func products(_ store: SeededStores.Store) -> [StoresV1.AddProductRequest] {
        store.products.map { product in
            MallPlan.product(
                id: "\(store.id)-\(product.id)", storeID: store.id, name: product.name,
                description: product.description,
                price: TypesV1.Money(minorUnits: product.cents, currencyCode: "EUR"), stock: product.stock,
                sizeUnits: product.sizeUnits)
        }
    }
}
