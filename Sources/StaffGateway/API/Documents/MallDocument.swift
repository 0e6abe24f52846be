import Messages
import Web

/// The building, for the staff's map.
struct MallDocument: Encodable, Hashable, Sendable {
    struct Floor: Encodable, Hashable, Sendable {
        var number: Int32
        var name: String
        var widthMm: UInt32
        var depthMm: UInt32
    }

    struct Node: Encodable, Hashable, Sendable {
        var id: String
        var place: PlaceDocument?
    }

    struct Edge: Encodable, Hashable, Sendable {
        var from: String
        var to: String
        var lengthMm: UInt32
    }

    struct Dock: Encodable, Hashable, Sendable {
        var id: String
        var node: String
    }

    var name: String
    var floors: [Floor]
    var nodes: [Node]
    var edges: [Edge]
    var docks: [Dock]
    var depotNode: String

    init(_ mall: DepotV1.Mall) {
        name = mall.name
        floors = mall.floors.map {
            Floor(number: $0.number, name: $0.name, widthMm: $0.widthMm, depthMm: $0.depthMm)
        }
        nodes = mall.nodes.map { Node(id: $0.id, place: $0.place.map(PlaceDocument.init)) }
        edges = mall.edges.map { Edge(from: $0.from, to: $0.to, lengthMm: $0.lengthMm) }
        docks = mall.docks.map { Dock(id: $0.id, node: $0.node) }
        depotNode = mall.depotNode
    }
}
