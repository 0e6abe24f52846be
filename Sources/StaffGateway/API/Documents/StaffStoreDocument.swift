import Messages
import Web

/// A store as staff see it: also where it is, and whether it takes part.
struct StaffStoreDocument: Encodable, Hashable, Sendable {
    var storeId: String
    var name: String
    var category: String
    /// Where robots stop for it.
    var node: String
    var place: PlaceDocument?
    /// The floor's number; nil when the store has no place.
    var floor: Int32?
    var participating: Bool

    init(_ store: StoresV1.Store) {
        storeId = store.storeID
        name = store.name
        category = store.category
        node = store.node
        place = store.place.map(PlaceDocument.init)
        floor = store.place?.floor
        participating = store.participating
    }
}
