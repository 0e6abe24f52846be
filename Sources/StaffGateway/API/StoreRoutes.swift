import APIs
import Hummingbird
import Messages
import Web

/// The mall's stores.
struct StoreRoutes: Sendable {
    let shop: Shop

    func add(to routes: StaffRouter) {
        routes.read("/api/v1/stores", use: list)
        routes.command(.post, "/api/v1/stores", use: create)
        routes.command(.patch, "/api/v1/stores/{id}", use: change)
    }

    @Sendable func list(_ request: Request, _ context: StaffContext, _ session: StaffSession) async throws -> Response {
        try request.onlyQuery()
        let list = try await shop.stores.listStores(StoresV1.ListStoresRequest(), context: shop.call())
        return try Response(StaffStoreListDocument(stores: list.stores.map(StaffStoreDocument.init)))
    }

    @Sendable func create(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let key = try request.idempotencyKey("staff", "stores")
        var fields = try await request.fields(limits: shop.limits)
        let id = fields.text("store_id", required: false, maximum: 64)
        let name = fields.text("name", required: true, maximum: 320)
        let category = fields.text("category", required: false, maximum: 160)
        let node = fields.text("node", required: true, maximum: 64)
        let participating = fields.flag("participating") ?? true
        try fields.finish()
        return StaffCommand(
            "store/\(id)", detail: "name \(name), at \(node)",
            making: {
                let store = try await shop.stores.createStore(
                    StoresV1.CreateStoreRequest(
                        idempotencyKey: key, storeID: id, name: name, category: category, node: node,
                        place: await place(of: node), participating: participating), context: shop.call())
                let response = try Response(StaffStoreDocument(store), status: .created)
                return (response, made: "store/\(store.storeID)")
            })
    }

    @Sendable func change(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let id = try context.text("id")
        var fields = try await request.fields(limits: shop.limits)
        let change = StoreChange(
            name: fields.optionalText("name", maximum: 320), category: fields.optionalText("category", maximum: 160),
            node: fields.optionalText("node", maximum: 64), participating: fields.flag("participating"))
        try fields.finish()
        guard !change.isEmpty else {
            throw Problem.invalid([
                .init(field: "name", message: "or 'category', 'node' or 'participating' must be given")
            ])
        }
        return StaffCommand("store/\(id)", detail: change.text) {
            try Response(StaffStoreDocument(await make(change, of: id)))
        }
    }

    /// What is changed before something is refused stays so; the audit log and the answer say what was refused.
    private func make(_ change: StoreChange, of id: String) async throws -> StoresV1.Store {
        var store = try await shop.stores.getStore(StoresV1.GetStoreRequest(storeID: id), context: shop.call())
        // The building first: what is not in it is refused before anything is changed.
        if let node = change.node {
            store = try await shop.stores.moveStore(
                StoresV1.MoveStoreRequest(storeID: id, node: node, place: await place(of: node)), context: shop.call())
        }
        if change.name != nil || change.category != nil {
            store = try await shop.stores.rebrandStore(
                StoresV1.RebrandStoreRequest(
                    storeID: id, name: change.name ?? store.name, category: change.category ?? store.category),
                context: shop.call())
        }
        if let participating = change.participating {
            store = try await shop.stores.setParticipation(
                StoresV1.SetParticipationRequest(storeID: id, participating: participating), context: shop.call())
        }
        return store
    }

    /// Where a node of the building is.
    private func place(of node: String) async throws -> TypesV1.Place {
        let mall = try await shop.depot.getMall(DepotV1.GetMallRequest(), context: shop.call())
        guard let place = mall.nodes.first(where: { $0.id == node })?.place else {
            throw Problem.invalid([
                .init(field: "node", message: "is no node of the building; GET /api/v1/mall lists them")
            ])
        }
        return place
    }
}

/// What is to be changed about a store, for the audit log too.
struct StoreChange: Sendable {
    var name: String?
    var category: String?
    var node: String?
    var participating: Bool?

    var isEmpty: Bool { name == nil && category == nil && node == nil && participating == nil }

    var text: String {
        var parts: [String] = []
        if let name { parts.append("name \(name)") }
        if let category { parts.append("category \(category)") }
        if let node { parts.append("to \(node)") }
        if let participating { parts.append(participating ? "takes part" : "takes no part") }
        return parts.joined(separator: ", ")
    }
}
