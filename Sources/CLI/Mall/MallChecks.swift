import Messages

// What must hold between the elements of a mall file.
extension MallElements {
    /// Notes what does not hold.
    mutating func check() {
        unique(floors, "floor number") { "\($0.number)" }
        unique(nodes, "node id") { $0.id }
        unique(docks, "dock id") { $0.id }
        unique(stores, "store id") { $0.id }
        unique(products, "product id (they are the mall's, not the store's)") { $0.productID }
        checkPlaces()
        checkEnds()
        measureEdges()
        // While something above is wrong, what cannot be reached is likely a consequence of that.
        if reader.errors.isEmpty { checkReach() }
    }

    private mutating func unique<Value>(_ elements: [Located<Value>], _ what: String, _ key: (Value) -> String) {
        var first: [String: Int] = [:]
        for element in elements {
            let key = key(element.value)
            if let line = first[key] {
                reader.fail(
                    element.line, element.path, "'\(key)' is taken by line \(line); each \(what) may occur once")
            } else {
                first[key] = element.line
            }
        }
    }

    private mutating func checkPlaces() {
        let byNumber = Dictionary(floors.map { ($0.value.number, $0.value) }) { first, _ in first }
        for node in nodes {
            guard let place = node.value.place else { continue }
            guard let floor = byNumber[place.floor] else {
                reader.fail(node.line, "\(node.path).floor", "there is no floor \(place.floor); add it to floors")
                continue
            }
            if UInt32(place.xMm) > floor.widthMm {
                reader.fail(
                    node.line, "\(node.path).x_mm",
                    "is \(place.xMm), but floor \(floor.number) is \(floor.widthMm) wide (width_mm)")
            }
            if UInt32(place.yMm) > floor.depthMm {
                reader.fail(
                    node.line, "\(node.path).y_mm",
                    "is \(place.yMm), but floor \(floor.number) is \(floor.depthMm) deep (depth_mm)")
            }
        }
    }

    private mutating func checkEnds() {
        let known = Set(nodes.map(\.value.id))
        for edge in edges {
            reach(known, edge.value.from, edge.line, "\(edge.path).from")
            reach(known, edge.value.to, edge.line, "\(edge.path).to")
            if edge.value.from == edge.value.to {
                reader.fail(edge.line, edge.path, "leads from '\(edge.value.from)' to itself; remove it")
            }
        }
        for dock in docks { reach(known, dock.value.node, dock.line, "\(dock.path).node") }
        for store in stores { reach(known, store.value.node, store.line, "\(store.path).node") }
        if !depot.value.isEmpty { reach(known, depot.value, depot.line, depot.path) }
        unique(edges, "pair of nodes") { $0.from < $0.to ? "\($0.from) - \($0.to)" : "\($0.to) - \($0.from)" }
    }

    private mutating func reach(_ known: Set<String>, _ node: String, _ line: Int, _ path: String) {
        guard !known.contains(node) else { return }
        reader.fail(line, path, "there is no node '\(node)'; add it to nodes or name one of them")
    }

    /// Gives edges without a length the straight one between their ends.
    private mutating func measureEdges() {
        let places = Dictionary(nodes.map { ($0.value.id, $0.value.place ?? TypesV1.Place()) }) { first, _ in first }
        for index in edges.indices where edges[index].value.lengthMm == 0 {
            let edge = edges[index]
            guard let from = places[edge.value.from], let to = places[edge.value.to], edge.value.from != edge.value.to
            else { continue }
            guard from.floor == to.floor else {
                reader.fail(
                    edge.line, "\(edge.path).length_mm",
                    "is missing: an edge between floors needs the length that its way costs")
                continue
            }
            let (x, y) = (Double(from.xMm - to.xMm), Double(from.yMm - to.yMm))
            edges[index].value.lengthMm = UInt32(max(1, (x * x + y * y).squareRoot().rounded()))
        }
    }

    private mutating func checkReach() {
        var neighbours: [String: [String]] = [:]
        for edge in edges {
            neighbours[edge.value.from, default: []].append(edge.value.to)
            neighbours[edge.value.to, default: []].append(edge.value.from)
        }
        var reached: Set<String> = [depot.value]
        var waiting = [depot.value]
        while let node = waiting.popLast() {
            for next in neighbours[node] ?? [] where reached.insert(next).inserted { waiting.append(next) }
        }
        for node in nodes where !reached.contains(node.value.id) {
            reader.fail(
                node.line, node.path, "no edges lead from the depot to '\(node.value.id)'; add one or remove the node")
        }
    }

    /// The plan; only of a file without mistakes.
    func plan() -> MallPlan {
        let places = Dictionary(nodes.map { ($0.value.id, $0.value.place) }) { first, _ in first }
        return MallPlan(
            mall: DepotV1.Mall(
                name: name, floors: floors.map(\.value), nodes: nodes.map(\.value), edges: edges.map(\.value),
                docks: docks.map(\.value), depotNode: depot.value),
            stores: stores.map { store in
                MallPlan.store(
                    id: store.value.id, name: store.value.name, category: store.value.category,
                    node: store.value.node, place: places[store.value.node] ?? nil,
                    participating: store.value.participating)
            },
            products: products.map(\.value))
    }
}
