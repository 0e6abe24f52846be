import APIs
import Hummingbird
import Messages
import Web

/// Robots, and what managers tell them.
struct BotRoutes: Sendable {
    let shop: Shop

    func add(to routes: StaffRouter) {
        routes.read("/api/v1/bots", use: list)
        routes.read("/api/v1/bots/{id}", use: show)
        routes.command(.post, "/api/v1/bots", use: register)
        routes.command(.post, "/api/v1/bots/{id}/pause", use: pause)
        routes.command(.post, "/api/v1/bots/{id}/resume", use: resume)
        routes.command(.post, "/api/v1/bots/{id}/dock", use: dock)
        routes.command(.post, "/api/v1/bots/{id}/retire", use: retire)
        routes.command(.post, "/api/v1/bots/{id}/lost", use: declareLost)
        routes.command(.post, "/api/v1/bots/{id}/identify", use: identify)
    }

    @Sendable func list(_ request: Request, _ context: StaffContext, _ session: StaffSession) async throws -> Response {
        try request.onlyQuery()
        let list = try await shop.depot.listBots(DepotV1.ListBotsRequest(), context: shop.call())
        return try Response(BotListDocument(bots: list.bots.map(BotDocument.init)))
    }

    @Sendable func show(_ request: Request, _ context: StaffContext, _ session: StaffSession) async throws -> Response {
        try request.onlyQuery()
        let bot = try await shop.depot.getBot(
            DepotV1.GetBotRequest(botID: try context.text("id")), context: shop.call())
        return try Response(BotDocument(bot))
    }

    @Sendable func register(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let key = try request.idempotencyKey("staff", "bots")
        var fields = try await request.fields(limits: shop.limits)
        let id = fields.text("bot_id", required: true, maximum: 128)
        let model = fields.text("model", required: false, maximum: 100)
        let capacity = fields.integer("capacity_units", in: 0...1_000_000)
        try fields.finish()
        let registration = DepotV1.RegisterBotRequest(
            botID: id, model: model, capacityUnits: UInt32(capacity), idempotencyKey: key)
        return StaffCommand("bot/\(id)", detail: "capacity \(capacity)") { [shop] in
            let bot = try await shop.depot.registerBot(registration, context: shop.call())
            return try Response(BotDocument(bot), status: .created, location: "/api/v1/bots/\(bot.botID)")
        }
    }

    @Sendable func pause(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let (id, reason) = try await reasoned(request, context)
        let pause = DepotV1.PauseBotRequest(botID: id, reason: session.reason(reason))
        return command(id, noted(reason)) { try await shop.depot.pauseBot(pause, context: shop.call()) }
    }

    @Sendable func resume(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let id = try await bare(request, context)
        return command(id) {
            try await shop.depot.resumeBot(DepotV1.ResumeBotRequest(botID: id), context: shop.call())
        }
    }

    @Sendable func dock(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let id = try context.text("id")
        var fields = try await request.fields(limits: shop.limits)
        let dock = fields.text("dock_id", required: false, maximum: 64)
        try fields.finish()
        return command(id, dock.isEmpty ? "the nearest" : "dock \(dock)") {
            try await shop.depot.sendBotToDock(
                DepotV1.SendBotToDockRequest(botID: id, dockID: dock), context: shop.call())
        }
    }

    @Sendable func retire(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let id = try context.text("id")
        var fields = try await request.fields(limits: shop.limits)
        let reason = fields.text("reason", required: false, maximum: longestReason)
        let atOnce = fields.flag("at_once") ?? false
        try fields.finish()
        let retirement = DepotV1.RetireBotRequest(botID: id, reason: session.reason(reason), atOnce: atOnce)
        let detail = [atOnce ? "at once" : "", noted(reason)].filter { !$0.isEmpty }.joined(separator: ", ")
        return command(id, detail) { try await shop.depot.retireBot(retirement, context: shop.call()) }
    }

    @Sendable func declareLost(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let (id, reason) = try await reasoned(request, context)
        let loss = DepotV1.DeclareBotLostRequest(botID: id, reason: session.reason(reason))
        return command(id, noted(reason)) { try await shop.depot.declareBotLost(loss, context: shop.call()) }
    }

    @Sendable func identify(
        _ request: Request, _ context: StaffContext, _ session: StaffSession
    ) async throws -> StaffCommand {
        let id = try await bare(request, context)
        return command(id) {
            try await shop.depot.identifyBot(DepotV1.IdentifyBotRequest(botID: id), context: shop.call())
        }
    }

    // MARK: Parts

    private func command(
        _ id: String, _ detail: String = "", _ call: @escaping @Sendable () async throws -> DepotV1.Bot
    ) -> StaffCommand {
        StaffCommand("bot/\(id)", detail: detail) { try Response(BotDocument(await call())) }
    }

    /// The robot of a request with `{reason?}`.
    private func reasoned(_ request: Request, _ context: StaffContext) async throws -> (id: String, reason: String) {
        let id = try context.text("id")
        var fields = try await request.fields(limits: shop.limits)
        let reason = fields.text("reason", required: false, maximum: longestReason)
        try fields.finish()
        return (id, reason)
    }

    /// The robot of a request with nothing else to say.
    private func bare(_ request: Request, _ context: StaffContext) async throws -> String {
        let id = try context.text("id")
        var fields = try await request.fields(limits: shop.limits)
        try fields.finish()
        return id
    }
}
