import Messages
import Web

/// A test card of the payment simulator, for kiosks that are tried out.
public struct TestCard: Encodable, Hashable, Sendable {
    public var cardToken: String
    /// What it does, in words for people.
    public var name: String

    public init(cardToken: String, name: String) {
        self.cardToken = cardToken
        self.name = name
    }
}

/// What a kiosk has to know of the shop before the first customer.
struct ShopDocument: Encodable, Hashable, Sendable {
    var mallName: String
    var currencyCode: String
    /// Nil unless payments are only simulated.
    var testCards: [TestCard]?
}

/// The mall as customers need it to see where robots are: no ids of nodes, no queue at the docks.
struct MallDocument: Encodable, Hashable, Sendable {
    struct Floor: Encodable, Hashable, Sendable {
        var number: Int32
        var name: String
        var widthMm: UInt32
        var depthMm: UInt32
    }

    /// A way that robots take, in both directions. Its ends may be on different floors: an elevator, a ramp.
    struct Way: Encodable, Hashable, Sendable {
        var from: PlaceDocument
        var to: PlaceDocument
    }

    struct Store: Encodable, Hashable, Sendable {
        var storeId: String
        var name: String
        var place: PlaceDocument
    }

    var name: String
    var floors: [Floor]
    var ways: [Way]
    var stores: [Store]
    var docks: [PlaceDocument]
    /// Nil when the mall's file gave it no place.
    var depot: PlaceDocument?

    init(_ mall: DepotV1.Mall, stores: [StoresV1.Store]) {
        let places = Dictionary(
            mall.nodes.compactMap { node in PlaceDocument(node.place).map { (node.id, $0) } },
            uniquingKeysWith: { first, _ in first })
        name = mall.name
        floors = mall.floors.map {
            Floor(number: $0.number, name: $0.name, widthMm: $0.widthMm, depthMm: $0.depthMm)
        }
        ways = mall.edges.compactMap { edge in
            guard let from = places[edge.from], let to = places[edge.to] else { return nil }
            return Way(from: from, to: to)
        }
        self.stores = stores.compactMap { store in
            PlaceDocument(store.place).map { Store(storeId: store.storeID, name: store.name, place: $0) }
        }
        docks = mall.docks.compactMap { places[$0.node] }
        depot = places[mall.depotNode]
    }
}
