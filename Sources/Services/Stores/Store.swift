import Kernel
import Messages

/// Decisions about a store: each checks a request against what is, and says what happens.
extension StoresCore {
    /// - Parameter newID: the id to give when the request brings none.
    func createStore(
        _ request: StoresV1.CreateStoreRequest, newID: String, rules: StoreRules = StoreRules()
    ) throws(ServiceError) -> [StoresV1.Event] {
        let id = try rules.id(request.storeID.isEmpty ? newID : request.storeID, "store_id")
        guard stores[id] == nil else { throw .alreadyExists("there is a store '\(id)' already") }
        let store = StoresV1.Store(
            storeID: id, name: try rules.text(request.name, "name", limit: 80),
            category: try rules.text(request.category, "category", limit: 40, required: false),
            node: try rules.text(request.node, "node", limit: 64), place: request.place,
            participating: request.participating)
        return [StoresV1.Event(kind: .storeCreated(StoresV1.StoreCreated(store: store)))]
    }

    func rebrandStore(
        _ request: StoresV1.RebrandStoreRequest, rules: StoreRules = StoreRules()
    ) throws(ServiceError) -> [StoresV1.Event] {
        let store = try store(request.storeID)
        let event = StoresV1.StoreRebranded(
            storeID: store.storeID, name: try rules.text(request.name, "name", limit: 80),
            category: try rules.text(request.category, "category", limit: 40, required: false))
        if event.name == store.name, event.category == store.category { return [] }
        return [StoresV1.Event(kind: .storeRebranded(event))]
    }

    func moveStore(
        _ request: StoresV1.MoveStoreRequest, rules: StoreRules = StoreRules()
    ) throws(ServiceError) -> [StoresV1.Event] {
        let store = try store(request.storeID)
        let node = try rules.text(request.node, "node", limit: 64)
        if node == store.node, request.place == store.place { return [] }
        return [
            StoresV1.Event(
                kind: .storeMoved(StoresV1.StoreMoved(storeID: store.storeID, node: node, place: request.place)))
        ]
    }

    func setParticipation(_ request: StoresV1.SetParticipationRequest) throws(ServiceError) -> [StoresV1.Event] {
        let store = try store(request.storeID)
        if store.participating == request.participating { return [] }
        return [
            StoresV1.Event(
                kind: .participationChanged(
                    StoresV1.ParticipationChanged(storeID: store.storeID, participating: request.participating)))
        ]
    }

    /// The store of this id, or NOT_FOUND.
    func store(_ id: String) throws(ServiceError) -> StoresV1.Store {
        if id.isEmpty { throw .invalidArgument("store_id is empty") }
        guard let shop = stores[id] else { throw .notFound("there is no store '\(id)'") }
        return shop.store
    }
}
