import APIs
import Hummingbird
import Messages
import Web

/// Shopping lists and tasks, and what managers do with them.
struct ListRoutes: Sendable {
    let shop: Shop

    func add(to routes: StaffRouter) {
        routes.read("/api/v1/mall", use: mall)
        routes.read("/api/v1/lists", use: list)
        routes.read("/api/v1/lists/{id}", use: show)
        routes.command(.post, "/api/v1/lists/{id}/cancel", use: cancel)
        routes.read("/api/v1/tasks", use: tasks)
        routes.command(.post, "/api/v1/lists/{id}/tasks/{number}/assign", use: assign)
        routes.command(.post, "/api/v1/lists/{id}/tasks/{number}/reassign", use: reassign)
    }

    /// Lists and tasks that are answered at most: the newest of more.
    static let most = 2_000

    private static let listStates: [DepotV1.ListState] = [.created, .available, .ready, .canceling, .canceled]
    private static let taskStates: [DepotV1.TaskState] = [
        .queued, .assigned, .accepted, .shopping, .returning, .delivered, .canceled, .inCustody,
    ]

    @Sendable func mall(_ request: Request, _ context: StaffContext, _ session: StaffSession) async throws -> Response {
        try request.onlyQuery()
        return try Response(
            MallDocument(await shop.depot.getMall(DepotV1.GetMallRequest(), context: shop.call())))
    }

    @Sendable func list(_ request: Request, _ context: StaffContext, _ session: StaffSession) async throws -> Response {
        try request.onlyQuery("state")
        let states = try request.queryStates("state", Self.listStates) { $0.word }
        let lists = try await all { token in
            let page = try await shop.depot.listShoppingLists(
                DepotV1.ListShoppingListsRequest(states: states, pageSize: 200, pageToken: token), context: shop.call())
            return (page.lists, page.nextPageToken)
        }
        return try Response(ListListDocument(lists: lists.map { ListDocument($0) }))
    }

    @Sendable func show(_ request: Request, _ context: StaffContext, _ session: StaffSession) async throws -> Response {
        try request.onlyQuery()
        let list = try await shop.depot.getShoppingList(
            DepotV1.GetShoppingListRequest(listID: try context.text("id")), context: shop.call())
        var tasks: [DepotV1.Task] = []
        for id in list.taskIds {
            tasks.append(try await shop.depot.getTask(DepotV1.GetTaskRequest(taskID: id), context: shop.call()))
        }
        return try Response(ListDocument(list, tasks: tasks))
    }

    @Sendable func tasks(_ request: Request, _ context: StaffContext, _ session: StaffSession) async throws -> Response
    {
        try request.onlyQuery("state")
        let states = try request.queryStates("state", Self.taskStates) { $0.word }
        let tasks = try await all { token in
            let page = try await shop.depot.listTasks(
                DepotV1.ListTasksRequest(states: states, pageSize: 200, pageToken: token), context: shop.call())
            return (page.tasks, page.nextPageToken)
        }
        return try Response(TaskListDocument(tasks: tasks.map(TaskDocument.init)))
    }

    /// Everything, page by page.
    private func all<Element>(
        _ page: (_ token: String) async throws -> (elements: [Element], next: String)
    ) async throws -> [Element] {
        var elements: [Element] = []
        var token = ""
        repeat {
            let next = try await page(token)
            elements += next.elements
            token = next.next
        } while !token.isEmpty
        return elements.suffix(Self.most)
    }

    @Sendable func cancel(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let id = try context.text("id")
        var fields = try await request.fields(limits: shop.limits)
        let reason = fields.text("reason", required: false, maximum: longestReason)
        try fields.finish()
        return StaffCommand("list/\(id)", detail: noted(reason)) { [shop] in
            let list = try await shop.depot.cancelList(
                DepotV1.CancelListRequest(listID: id, reason: session.reason(reason)), context: shop.call())
            return try Response(ListDocument(list))
        }
    }

    @Sendable func assign(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let id = try taskID(context)
        let key = try request.idempotencyKey("staff", "assign", id)
        var fields = try await request.fields(limits: shop.limits)
        let bot = fields.text("bot_id", required: true, maximum: 128)
        try fields.finish()
        return StaffCommand("task/\(id)", detail: "to \(bot)") { [shop] in
            let task = try await shop.depot.assignTask(
                DepotV1.AssignTaskRequest(taskID: id, botID: bot, idempotencyKey: key), context: shop.call())
            return try Response(TaskDocument(task))
        }
    }

    @Sendable func reassign(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let id = try taskID(context)
        let key = try request.idempotencyKey("staff", "reassign", id)
        var fields = try await request.fields(limits: shop.limits)
        let bot = fields.text("bot_id", required: false, maximum: 128)
        let reason = fields.text("reason", required: false, maximum: longestReason)
        try fields.finish()
        let detail = [bot.isEmpty ? "" : "to \(bot)", noted(reason)].filter { !$0.isEmpty }.joined(separator: ", ")
        return StaffCommand("task/\(id)", detail: detail) { [shop] in
            let task = try await shop.depot.reassignTask(
                DepotV1.ReassignTaskRequest(
                    taskID: id, botID: bot, reason: session.reason(reason), idempotencyKey: key), context: shop.call())
            return try Response(TaskDocument(task))
        }
    }

    private func taskID(_ context: StaffContext) throws -> String {
        let number = try context.text("number")
        guard UInt32(number).map({ $0 > 0 }) == true else {
            throw Problem.invalid([.init(field: "number", message: "is a task's number in its list, from 1")])
        }
        return "\(try context.text("id"))/\(number)"
    }
}
