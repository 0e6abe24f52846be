import Messages

/// What must hold of each element of a mall. Each check names the element as its file does.
enum MallChecks {
    static func floors(_ mall: DepotV1.Mall) throws(MallError) {
        if mall.floors.isEmpty { throw MallError("floors", "a mall needs at least one floor") }
        var seen: Set<Int32> = []
        for (index, floor) in mall.floors.enumerated() where !seen.insert(floor.number).inserted {
            throw MallError("floors[\(index)]", "there is already a floor \(floor.number)")
        }
    }

    /// - Returns: The nodes' indices by id.
    static func nodes(_ mall: DepotV1.Mall) throws(MallError) -> [String: Int] {
        var indices: [String: Int] = [:]
        var floors: [Int32: DepotV1.Floor] = [:]
        for floor in mall.floors { floors[floor.number] = floor }
        for (index, node) in mall.nodes.enumerated() {
            let element = "nodes[\(index)] \"\(node.id)\""
            if node.id.isEmpty { throw MallError("nodes[\(index)]", "its id is empty") }
            if indices.updateValue(index, forKey: node.id) != nil {
                throw MallError(element, "there is already a node with this id")
            }
            guard let place = node.place else { throw MallError(element, "it has no place") }
            guard let floor = floors[place.floor] else { throw MallError(element, "there is no floor \(place.floor)") }
            // A floor without a size is one of unknown size.
            if floor.widthMm > 0, place.xMm < 0 || Int(place.xMm) > Int(floor.widthMm) {
                throw MallError(element, "x_mm is \(place.xMm), outside floor \(floor.number)'s 0 to \(floor.widthMm)")
            }
            if floor.depthMm > 0, place.yMm < 0 || Int(place.yMm) > Int(floor.depthMm) {
                throw MallError(element, "y_mm is \(place.yMm), outside floor \(floor.number)'s 0 to \(floor.depthMm)")
            }
        }
        return indices
    }

    static func edges(_ mall: DepotV1.Mall, nodes: [String: Int]) throws(MallError) {
        for (index, edge) in mall.edges.enumerated() {
            let element = "edges[\(index)]"
            for end in [edge.from, edge.to] where nodes[end] == nil {
                throw MallError(element, "there is no node '\(end)'")
            }
            if edge.from == edge.to { throw MallError(element, "it leads from '\(edge.from)' to itself") }
            if edge.lengthMm == 0 {
                throw MallError(element, "the way from '\(edge.from)' to '\(edge.to)' has no length (length_mm is 0)")
            }
        }
    }

    static func docks(_ mall: DepotV1.Mall, nodes: [String: Int]) throws(MallError) {
        var seen: Set<String> = []
        for (index, dock) in mall.docks.enumerated() {
            let element = "docks[\(index)] \"\(dock.id)\""
            if dock.id.isEmpty { throw MallError("docks[\(index)]", "its id is empty") }
            if !seen.insert(dock.id).inserted { throw MallError(element, "there is already a dock with this id") }
            if nodes[dock.node] == nil { throw MallError(element, "there is no node '\(dock.node)'") }
        }
    }
}
