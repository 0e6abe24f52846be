import APIs
import Kernel
import Logging
import Messages
import Testing
import Wire

@testable import Depot

/// Staff's calls as a tool makes them.
@Suite(.timeLimit(.minutes(1))) struct StaffOverWireTests {
    private func withDepot(_ body: @escaping @Sendable (DepotClient, InMemoryEventLog) async throws -> Void)
        async throws
    {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let log = InMemoryEventLog(name: "depot")
        let depot = try DepotService(log: log, stream: EventStream(), mall: TestMall.grid(4, 4), logger: logger)
        var router = WireRouter()
        router.register(depot: depot)
        let transport = InMemoryTransport(
            router: router, peer: try PeerIdentity(trustDomain: "mall", kind: .service, id: "tools"), logger: logger)
        let wire = transport.makeClient(backoff: WireBackoff())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await depot.run() }
            group.addTask { try await wire.run() }
            defer { group.cancelAll() }
            try await body(DepotClient(wire), log)
        }
    }

    private func expect(_ code: WireV1.Code, _ word: String, _ body: () async throws -> Void) async {
        let status = await #expect(throws: WireStatus.self, performing: body)
        #expect(status?.code == code && status?.message.contains(word) == true, "\(String(describing: status))")
    }

    @Test func aRobotIsRegisteredOnceAndLedThroughItsLife() async throws {
        try await withDepot { depot, log in
            let context = CallContext()
            let request = DepotV1.RegisterBotRequest(
                botID: "b-1", model: "m", capacityUnits: 20, capabilities: ["elevator"], idempotencyKey: "k-1")
            let bot = try await depot.registerBot(request, context: context)
            #expect(bot.botID == "b-1" && bot.capacityUnits == 20 && bot.state == .offline)
            // The answer was lost, and the tool asks again.
            #expect(try await depot.registerBot(request, context: context) == bot)
            await expect(.alreadyExists, "offline") {
                _ = try await depot.registerBot(.init(botID: "b-1", capacityUnits: 20), context: context)
            }
            await expect(.invalidArgument, "key") {
                _ = try await depot.registerBot(
                    .init(botID: "b-2", capacityUnits: 20, idempotencyKey: "k-1"), context: context)
            }
            let paused = try await depot.pauseBot(.init(botID: "b-1", reason: "cleaning"), context: context)
            #expect(paused.lastDirective == 1)
            #expect(try await depot.resumeBot(.init(botID: "b-1"), context: context).lastDirective == 2)
            await expect(.failedPrecondition, "offline, not paused") {
                _ = try await depot.resumeBot(.init(botID: "b-1"), context: context)
            }
            #expect(try await depot.sendBotToDock(.init(botID: "b-1"), context: context).lastDirective == 3)
            #expect(try await depot.identifyBot(.init(botID: "b-1"), context: context).lastDirective == 4)
            #expect(try await depot.declareBotLost(.init(botID: "b-1"), context: context).state == .lost)
            await expect(.failedPrecondition, "lost") {
                _ = try await depot.pauseBot(.init(botID: "b-1"), context: context)
            }
            #expect(try await depot.registerBot(.init(botID: "b-1"), context: context).state == .offline)
            #expect(try await depot.retireBot(.init(botID: "b-1"), context: context).state == .retired)
            await expect(.notFound, "'b-9'") {
                _ = try await depot.retireBot(.init(botID: "b-9"), context: context)
            }
            await expect(.notFound, "'x'") {
                _ = try await depot.assignTask(.init(taskID: "x", botID: "b-1"), context: context)
            }
            await expect(.notFound, "'x'") {
                _ = try await depot.reassignTask(.init(taskID: "x"), context: context)
            }
            let types = try log.read(after: 0, limit: 100).map(\.type)
            #expect(types.count { $0 == "BotRegistered" } == 1 && types.count { $0 == "BotReinstated" } == 1)
        }
    }
}
