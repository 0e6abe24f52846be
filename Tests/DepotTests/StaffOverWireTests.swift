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
        do {
            try await body()
            Issue.record("this was to be refused with \(code)")
        } catch {
            let status = error as? WireStatus
            #expect(status?.code == code && status?.message.contains(word) == true, "\(error)")
        }
    }

    /// What a watcher knows after some messages.
    private struct Watched {
        var bots: [String: DepotV1.Bot] = [:]
        var positions: [UInt64] = []
        var completions = 0

        mutating func take(_ update: DepotV1.FleetUpdate) {
            for bot in update.bots { bots[bot.botID] = bot }
            positions.append(update.position)
            if update.complete { completions += 1 }
        }
    }

    @Test func theFleetIsWatchedFromItsBeginningOn() async throws {
        try await withDepot { depot, log in
            let context = CallContext()
            for number in 0..<250 {
                _ = try await depot.registerBot(.init(botID: "b-\(1000 + number)", capacityUnits: 5), context: context)
            }
            try await depot.watchFleet(.init(), context: context) { updates in
                var iterator = updates.makeAsyncIterator()
                var watched = Watched()
                while watched.completions == 0, let update = try await iterator.next() {
                    #expect(update.beginning && update.bots.count <= 100)
                    watched.take(update)
                }
                #expect(watched.bots.count == 250 && watched.positions.count == 3)
                #expect(Set(watched.positions) == [log.head])
                // What happens now comes, in full, with later positions.
                _ = try await depot.pauseBot(.init(botID: "b-1007"), context: context)
                _ = try await depot.declareBotLost(.init(botID: "b-1008"), context: context)
                while watched.bots["b-1008"]?.state != .lost, let update = try await iterator.next() {
                    #expect(!update.beginning && update.bots.allSatisfy { ["b-1007", "b-1008"].contains($0.botID) })
                    watched.take(update)
                }
                #expect(watched.bots["b-1007"]?.lastDirective == 1 && watched.completions == 1)
                #expect(watched.positions == watched.positions.sorted() && watched.positions.last == log.head)
                // A watcher that looks seldom gets the newest.
                for round in 0..<60 {
                    let id = "b-\(1000 + round % 3)"
                    _ = try await depot.identifyBot(.init(botID: id), context: context)
                }
                while watched.positions.last != log.head, let update = try await iterator.next() {
                    watched.take(update)
                }
                #expect((0..<3).allSatisfy { watched.bots["b-\(1000 + $0)"]?.lastDirective == 20 })
            }
        }
    }

    @Test func aWatcherHearsThatTheDepotStops() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let depot = try DepotService(
            log: InMemoryEventLog(name: "depot"), stream: EventStream(), mall: TestMall.grid(4, 4), logger: logger)
        var router = WireRouter()
        router.register(depot: depot)
        let transport = InMemoryTransport(
            router: router, peer: try PeerIdentity(trustDomain: "mall", kind: .service, id: "tools"), logger: logger)
        let wire = transport.makeClient(backoff: WireBackoff())
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await depot.run() }
            group.addTask { try await wire.run() }
            defer { group.cancelAll() }
            await expect(.unavailable, "stopping") {
                try await DepotClient(wire).watchFleet(.init(), context: CallContext()) { updates in
                    for try await _ in updates { depot.stop() }
                }
            }
        }
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
            await expect(.alreadyExists, "key") {
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
