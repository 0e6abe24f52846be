public import APIs
public import Kernel
public import Logging
public import Messages
import OrderedCollections
public import Wire

/// Shopping lists, tasks and the fleet: makes lists of orders, cuts them into tasks, gives these to waiting robots and
/// takes the robots' reports in.
///
/// It reads the logs of Orders, Stores and the robots' gateway and writes its own; directives to robots are events
/// there, which the gateway brings to them. Safe to use from any task. Nothing happens before ``run()``.
public final class DepotService: DepotAPI, LivenessAPI {
    let loop: ServiceLoop<DepotCore>
    let pulse: Pulse
    let watchers = Followers<FleetChange>()

    /// Loads the state and prepares the subscriptions. Reads the log and blocks while it does.
    /// - Parameters:
    ///   - log: Depot's own, named "depot".
    ///   - stream: Where the logs of "stores", "orders" and "gateway" are or will be.
    ///   - mall: The building. When the log has another one, this one is opened in its place.
    ///   - policy: What dispatching and leases go by.
    /// - Throws: a ``MallError`` when the mall is not fit to work in; a `StorageError` when a log cannot be read.
    public init(
        log: any EventLog, stream: EventStream, clock: any KernelClock = SystemClock(), mall: DepotV1.Mall,
        logger: Logger, options: LoopOptions = LoopOptions(), policy: DispatchPolicy = DispatchPolicy()
    ) throws {
        _ = try MallGraph(mall)
        loop = try ServiceLoop(log: log, stream: stream, clock: clock, logger: logger, options: options) {
            $0.policy = policy
        }
        pulse = Pulse(loop, logger: logger)
        loop.onCommit { [watchers] events, _ in
            if watchers.isEmpty { return }
            watchers.note(events.flatMap { $0.event.kind?.changes ?? [] })
        }
        try loop.subscribe(to: "stores", StoresV1.Event.self) { core, event, _ in
            core.react(to: event.event).map(\.new)
        }
        try loop.subscribe(to: "orders", OrdersV1.Event.self) { core, event, _ in
            core.react(to: event.event).map(\.new)
        }
        try loop.subscribe(to: "gateway", BotsV1.Event.self) { core, event, _ in
            core.react(to: event.event).map(\.new)
        }
        // The first command of all: it comes before any event of the others.
        loop.submit { core, _ in
            let opening = core.mall == mall ? [] : [DepotV1.Event.Kind.mallOpened(.init(mall: mall))]
            return Decision((opening + core.renewCustody()).map(\.new)) { core in
                core.queued.names.filter { core.plans[$0]?.trip == nil }
            }
        } completion: { result in
            switch result {
            case .success(let stranded) where !stranded.isEmpty:
                logger.warning(
                    "Queued tasks need stores that the mall has no node for; they wait until the stores are moved",
                    metadata: ["depot.tasks": "\(stranded.count)", "depot.first_task": "\(stranded[0])"])
            case .success: break
            case .failure(let error):
                logger.error("The mall could not be opened", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Has `observe` called when the service begins to work, cannot any more, can again, and has stopped. Before ``run()``.
    public func onCondition(_ observe: @escaping @Sendable (LoopCondition) -> Void) {
        loop.onCondition(observe)
    }

    /// Works until ``stop()`` or the task's cancellation, then stores a snapshot and returns. Once only.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.pulse.run() }
            defer {
                watchers.finish()
                group.cancelAll()
            }
            try await loop.run()
        }
    }

    /// Takes no more commands, and lets ``run()`` return.
    public func stop() {
        watchers.finish()
        loop.stop()
    }

    // MARK: LivenessAPI

    /// Takes in which robots a gateway has heard from, in memory only.
    public func reportAlive(
        _ request: DepotV1.ReportAliveRequest, context: CallContext
    ) async throws -> DepotV1.ReportAliveResponse {
        pulse.heard(request.bots)
        return DepotV1.ReportAliveResponse()
    }

    // MARK: DepotAPI

    public func getShoppingList(
        _ request: DepotV1.GetShoppingListRequest, context: CallContext
    ) async throws -> DepotV1.ShoppingList {
        try await loop.read { core in core.view(of: try core.list(request.listID)) }
    }

    public func listShoppingLists(
        _ request: DepotV1.ListShoppingListsRequest, context: CallContext
    ) async throws -> DepotV1.ListShoppingListsResponse {
        try await loop.read { core in
            let page = try Page(
                of: core.lists.values.elements, number: \.number, size: request.pageSize, token: request.pageToken
            ) { request.states.isEmpty || request.states.contains($0.state) }
            return DepotV1.ListShoppingListsResponse(
                lists: page.items.map(core.view), nextPageToken: page.nextToken)
        }
    }

    public func getTask(_ request: DepotV1.GetTaskRequest, context: CallContext) async throws -> DepotV1.Task {
        try await loop.read { core in
            guard let task = core.tasks[request.taskID] else {
                throw ServiceError.notFound("there is no task '\(request.taskID)', or its list ended long ago")
            }
            return core.view(of: task)
        }
    }

    public func listTasks(
        _ request: DepotV1.ListTasksRequest, context: CallContext
    ) async throws -> DepotV1.ListTasksResponse {
        try await loop.read { core in
            let page = try Page(
                of: core.tasks.values.elements, number: \.number, size: request.pageSize, token: request.pageToken
            ) { request.states.isEmpty || request.states.contains($0.state) }
            return DepotV1.ListTasksResponse(tasks: page.items.map(core.view), nextPageToken: page.nextToken)
        }
    }

    /// Staff cancel a list; the same as an order's cancel. One that is being cancelled or is cancelled stays so.
    public func cancelList(
        _ request: DepotV1.CancelListRequest, context: CallContext
    ) async throws -> DepotV1.ShoppingList {
        try await loop.decide { core, _ in
            let list = try core.list(request.listID)
            let reason = request.reason.isEmpty ? "cancelled by staff" : request.reason
            return Decision(core.cancel(list.id, reason: reason).map(\.new)) { core in
                core.view(of: core.lists[list.id] ?? list)
            }
        }
    }

    public func getBot(_ request: DepotV1.GetBotRequest, context: CallContext) async throws -> DepotV1.Bot {
        try await loop.read { core in
            guard let bot = core.bots[request.botID] else {
                throw ServiceError.notFound("there is no robot '\(request.botID)'")
            }
            return core.view(of: bot)
        }
    }

    public func listBots(
        _ request: DepotV1.ListBotsRequest, context: CallContext
    ) async throws -> DepotV1.ListBotsResponse {
        let core = try await loop.read { $0 }
        return DepotV1.ListBotsResponse(bots: core.bots.values.sorted { $0.id < $1.id }.map(core.view))
    }

    public func getMall(_ request: DepotV1.GetMallRequest, context: CallContext) async throws -> DepotV1.Mall {
        try await loop.read { core in
            guard let mall = core.mall else { throw ServiceError.unavailable("the mall is not open yet; try again") }
            return mall
        }
    }
}

extension DepotCore {
    func list(_ id: String) throws(ServiceError) -> ShoppingList {
        guard let list = lists[id] else { throw .notFound("there is no shopping list '\(id)', or it ended long ago") }
        return list
    }
}
