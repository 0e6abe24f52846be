public import Messages

/// The ways of a mall, checked, with its places as integers from 0 so that distances are array look-ups.
///
/// Every node can be reached from the depot: the initializer refuses a mall where that is not so, hence every
/// distance is finite. Lengths are in millimetres of level way.
public struct MallGraph: Sendable {
    /// The mall as it was given.
    public let mall: DepotV1.Mall
    /// Where robots hand over what they bring.
    let depot: Int
    /// The docks' nodes, in the mall's order.
    let docks: [Int]

    private let indexByID: [String: Int]
    private let floors: [Int32]
    private let xs: [Int]
    private let ys: [Int]
    private let ways: Ways
    /// The distances from those nodes that trips begin or end at, empty for the others. They hold in both directions.
    private var rows: [[Int]]
    /// From each node to the dock nearest to it; 0 in a mall without docks.
    private let toDock: [Int]

    /// Checks a mall and prepares its distances.
    /// - Throws: a `MallError` that names the first wrong element.
    public init(_ mall: DepotV1.Mall) throws(MallError) {
        try MallChecks.floors(mall)
        let indexByID = try MallChecks.nodes(mall)
        try MallChecks.edges(mall, nodes: indexByID)
        try MallChecks.docks(mall, nodes: indexByID)
        guard let depot = indexByID[mall.depotNode] else {
            throw MallError("depot_node", "there is no node '\(mall.depotNode)'")
        }
        let ways = Ways(
            nodes: mall.nodes.count,
            edges: mall.edges.map { (indexByID[$0.from] ?? 0, indexByID[$0.to] ?? 0, Int($0.lengthMm)) })
        let fromDepot = ways.distances(from: [depot])
        if let lone = fromDepot.firstIndex(of: Ways.unreachable) {
            throw MallError(
                "nodes[\(lone)] \"\(mall.nodes[lone].id)\"", "cannot be reached from the depot; an edge is missing")
        }
        self.mall = mall
        self.indexByID = indexByID
        self.depot = depot
        self.ways = ways
        docks = mall.docks.map { indexByID[$0.node] ?? depot }
        floors = mall.nodes.map { $0.place?.floor ?? 0 }
        xs = mall.nodes.map { Int($0.place?.xMm ?? 0) }
        ys = mall.nodes.map { Int($0.place?.yMm ?? 0) }
        toDock = docks.isEmpty ? Array(repeating: 0, count: mall.nodes.count) : ways.distances(from: docks)
        rows = Array(repeating: [], count: mall.nodes.count)
        rows[depot] = fromDepot
        for dock in docks { keepDistances(from: dock) }
    }

    /// Checks that robots can stop for a store.
    /// - Throws: a `MallError` naming the store when its node is not in the mall.
    public func check(store storeID: String, node: String) throws(MallError) {
        guard indexByID[node] != nil else {
            throw MallError("store \"\(storeID)\"", "its node '\(node)' is not in the mall")
        }
    }

    var nodeCount: Int { ways.count }

    func index(of node: String) -> Int? { indexByID[node] }

    func id(of node: Int) -> String { mall.nodes[node].id }

    func place(of node: Int) -> TypesV1.Place? { mall.nodes[node].place }

    /// Computes the distances from a node once and for all: those of stores, between which trips run.
    mutating func keepDistances(from node: Int) {
        if rows[node].isEmpty { rows[node] = ways.distances(from: [node]) }
    }

    /// The distances from a node to every node.
    func distances(from node: Int) -> [Int] { rows[node].isEmpty ? ways.distances(from: [node]) : rows[node] }

    func distance(_ one: Int, _ other: Int) -> Int {
        if !rows[one].isEmpty { return rows[one][other] }
        if !rows[other].isEmpty { return rows[other][one] }
        return ways.distances(from: [one])[other]
    }

    /// From a node to the nearest dock.
    func distanceToDock(from node: Int) -> Int { toDock[node] }

    /// The node nearest to a place as the crow flies on the place's floor; the depot when there is none on that floor.
    func nearestNode(to place: TypesV1.Place) -> Int {
        var best = depot
        var bestSquare = Int.max
        let x = Int(place.xMm)
        let y = Int(place.yMm)
        for node in 0..<floors.count where floors[node] == place.floor {
            let square = (xs[node] - x) * (xs[node] - x) + (ys[node] - y) * (ys[node] - y)
            if square < bestSquare {
                best = node
                bestSquare = square
            }
        }
        return best
    }
}
