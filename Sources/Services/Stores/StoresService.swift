public import APIs
public import Kernel
public import Logging
public import Messages
public import Wire

/// Stores at work: the mall's stores and what they sell.
///
/// It answers while ``run()`` runs. Subscribed to Depot: what robots pick, miss and bring back changes the stock.
public final class StoresService: StoresAPI {
    let loop: ServiceLoop<StoresCore>
    let watchers = Followers<StoresChange>()
    private let ids: IDGenerator
    private let rules: StoreRules

    /// Loads the state from the log: blocks while it reads.
    ///
    /// - throws: `StorageError` when the log cannot be read.
    public init(
        log: any EventLog, stream: EventStream, clock: any KernelClock = SystemClock(),
        ids: IDGenerator = IDGenerator(), rules: StoreRules = StoreRules(), logger: Logger,
        options: LoopOptions = LoopOptions()
    ) throws {
        loop = try ServiceLoop(log: log, stream: stream, clock: clock, logger: logger, options: options)
        self.ids = ids
        self.rules = rules
        try loop.subscribe(to: "depot", DepotV1.Event.self) { core, event, _ in
            core.react(to: event.event).map { NewEvent($0.stream, $0) }
        }
        loop.onCommit { [watchers] events, _ in
            if watchers.isEmpty { return }
            watchers.note(events.compactMap(\.event.change))
        }
    }

    /// Has `observe` called when the service begins to work, cannot any more, can again, and has stopped. Before ``run()``.
    public func onCondition(_ observe: @escaping @Sendable (LoopCondition) -> Void) {
        loop.onCondition(observe)
    }

    /// Works until ``stop()``, or until the task is cancelled. Once only.
    public func run() async throws {
        defer { watchers.finish() }
        try await loop.run()
    }

    /// Takes no more calls, finishes those that wait, and lets ``run()`` return.
    public func stop() {
        watchers.finish()
        loop.stop()
    }

    // MARK: Stores

    public func createStore(
        _ request: StoresV1.CreateStoreRequest, context: CallContext
    ) async throws -> StoresV1.Store {
        let (newID, rules) = (ids.id("s"), rules)
        let id = request.storeID.isEmpty ? newID : request.storeID
        return try await loop.decide(key: try Self.key(request.idempotencyKey, request)) { core, _ in
            Self.store(id, try core.createStore(request, newID: newID, rules: rules))
        }
    }

    public func rebrandStore(
        _ request: StoresV1.RebrandStoreRequest, context: CallContext
    ) async throws -> StoresV1.Store {
        let rules = rules
        return try await loop.decide { core, _ in
            Self.store(request.storeID, try core.rebrandStore(request, rules: rules))
        }
    }

    public func moveStore(_ request: StoresV1.MoveStoreRequest, context: CallContext) async throws -> StoresV1.Store {
        let rules = rules
        return try await loop.decide { core, _ in
            Self.store(request.storeID, try core.moveStore(request, rules: rules))
        }
    }

    public func setParticipation(
        _ request: StoresV1.SetParticipationRequest, context: CallContext
    ) async throws -> StoresV1.Store {
        try await loop.decide { core, _ in Self.store(request.storeID, try core.setParticipation(request)) }
    }

    public func getStore(_ request: StoresV1.GetStoreRequest, context: CallContext) async throws -> StoresV1.Store {
        try await loop.read { try $0.store(request.storeID) }
    }

    public func listStores(
        _ request: StoresV1.ListStoresRequest, context: CallContext
    ) async throws -> StoresV1.ListStoresResponse {
        try await loop.read { $0.listStores(request) }
    }

    // MARK: Products

    public func addProduct(
        _ request: StoresV1.AddProductRequest, context: CallContext
    ) async throws -> StoresV1.Product {
        let (newID, rules) = (ids.id("p"), rules)
        let id = request.productID.isEmpty ? newID : request.productID
        return try await loop.decide(key: try Self.key(request.idempotencyKey, request)) { core, _ in
            Self.product(id, try core.addProduct(request, newID: newID, rules: rules))
        }
    }

    public func rebrandProduct(
        _ request: StoresV1.RebrandProductRequest, context: CallContext
    ) async throws -> StoresV1.Product {
        let rules = rules
        return try await loop.decide { core, _ in
            Self.product(request.productID, try core.rebrandProduct(request, rules: rules))
        }
    }

    public func changePrice(
        _ request: StoresV1.ChangePriceRequest, context: CallContext
    ) async throws -> StoresV1.Product {
        let rules = rules
        return try await loop.decide { core, _ in
            Self.product(request.productID, try core.changePrice(request, rules: rules))
        }
    }

    public func setStock(_ request: StoresV1.SetStockRequest, context: CallContext) async throws -> StoresV1.Product {
        let rules = rules
        return try await loop.decide { core, _ in
            Self.product(request.productID, try core.setStock(request, rules: rules))
        }
    }

    public func removeProduct(
        _ request: StoresV1.RemoveProductRequest, context: CallContext
    ) async throws -> StoresV1.RemoveProductResponse {
        try await loop.decide { core, _ in
            Decision(Self.new(try core.removeProduct(request)), replying: StoresV1.RemoveProductResponse())
        }
    }

    public func getProduct(
        _ request: StoresV1.GetProductRequest, context: CallContext
    ) async throws -> StoresV1.Product {
        try await loop.read { try $0.product(request.productID) }
    }

    public func getCatalog(
        _ request: StoresV1.GetCatalogRequest, context: CallContext
    ) async throws -> StoresV1.GetCatalogResponse {
        try await loop.read { try $0.getCatalog(request) }
    }

    // MARK: Parts

    private static func key(_ key: String, _ request: some Message) throws -> IdempotencyKey? {
        key.isEmpty ? nil : try IdempotencyKey(key, request: request)
    }

    private static func new(_ events: [StoresV1.Event]) -> [NewEvent<StoresV1.Event>] {
        events.map { NewEvent($0.stream, $0) }
    }

    /// Events, answered with the store as it is after them.
    private static func store(_ id: String, _ events: [StoresV1.Event]) -> Decision<StoresCore, StoresV1.Store> {
        Decision(new(events)) { $0.stores[id]?.store ?? StoresV1.Store(storeID: id) }
    }

    /// Events, answered with the product as it is after them.
    private static func product(_ id: String, _ events: [StoresV1.Event]) -> Decision<StoresCore, StoresV1.Product> {
        Decision(new(events)) { $0.products[id]?.product ?? StoresV1.Product(productID: id) }
    }
}
