import APIs
import Messages
import Synchronization
import Testing
import Wire

@testable import WireServices

/// The health service as callers see it, over Wire without sockets.
@Suite(.timeLimit(.minutes(1))) struct HealthServiceTests {
    private static let orders = "mall.v1.OrdersService"

    private func transport(_ health: HealthService) -> InMemoryTransport {
        var router = WireRouter()
        router.register(health: health)
        return InMemoryTransport(router: router, logger: quiet)
    }

    @Test func aCheckSaysHowThingsAre() async throws {
        let health = HealthService(services: [Self.orders])
        try await withClient(of: transport(health)) { client async throws in
            let calls = HealthClient(client)
            func check(_ service: String) async throws -> HealthV1.ServingStatus {
                try await calls.check(.init(service: service), context: CallContext()).status
            }
            #expect(try await check(Self.orders) == .notServing)
            health.set(Self.orders, serving: true)
            #expect(try await check(Self.orders) == .serving)
            #expect(try await check("") == .serving)

            let unknown = await status { _ = try await check("mall.v1.Nothing") }
            #expect(unknown == WireStatus(.notFound, "there is no service 'mall.v1.Nothing' here"))
            let long = await status { _ = try await check(String(repeating: "x", count: 257)) }
            #expect(long?.code == .invalidArgument)
            #expect(long?.message == "a service's name has at most 256 bytes, this one has 257")
        }
    }

    @Test func aWatcherSeesEachChange() async throws {
        let health = HealthService()
        try await withClient(of: transport(health)) { client async throws in
            try await HealthClient(client).watch(.init(service: Self.orders), context: CallContext()) {
                statuses async throws in
                #expect(try await statuses.next()?.status == .serviceUnknown)
                health.set(Self.orders, serving: true)
                #expect(try await statuses.next()?.status == .serving)
                // No change, and another service's change: nothing is sent.
                health.set(Self.orders, serving: true)
                health.set("mall.v1.DepotService", serving: false)
                health.set(Self.orders, serving: false)
                #expect(try await statuses.next()?.status == .notServing)
            }
            // Leaving the call ends it at the server too.
            try await eventually("the watcher to be let go") { health.watcherCount == 0 }
        }
    }

    @Test func aWatchersCancellationEndsItsCall() async throws {
        let health = HealthService()
        try await withClient(of: transport(health)) { client async throws in
            let watching = Task {
                try await HealthClient(client).watch(.init(), context: CallContext()) { statuses async throws in
                    while try await statuses.next() != nil {}
                }
            }
            try await eventually("the watcher to be there") { health.watcherCount == 1 }
            watching.cancel()
            let ending = await status { try await watching.value }
            #expect(ending?.code == .cancelled)
            try await eventually("the watcher to be let go") { health.watcherCount == 0 }
        }
    }

    @Test func aLostConnectionLetsItsWatchersGo() async throws {
        let health = HealthService()
        let transport = transport(health)
        try await withClient(of: transport) { client async throws in
            let ending = await status {
                try await HealthClient(client).watch(.init(), context: CallContext()) { statuses async throws in
                    _ = try await statuses.next()
                    transport.disconnect()
                    while try await statuses.next() != nil {}
                }
            }
            #expect(ending?.code == .unavailable)
            try await eventually("the watcher to be let go") { health.watcherCount == 0 }
        }
    }

    @Test func aSlowWatcherGetsTheNewestAndNoBacklog() async throws {
        let health = HealthService()
        health.set(Self.orders, serving: true)
        let (inbound, outbound, _) = WireInbound<HealthV1.WatchResponse>.pipe(limit: 1)
        let watching = Task {
            try await health.watch(.init(service: Self.orders), outbound, context: CallContext())
        }
        try await eventually("the watcher to be there") { health.watcherCount == 1 }
        for number in 0..<1001 { health.set(Self.orders, serving: number % 2 == 1) }
        var seen: [HealthV1.ServingStatus] = []
        while seen.last != .notServing { seen.append(try #require(try await inbound.next()).status) }
        // One that was on its way, at most one between, and the newest.
        #expect(seen.count <= 3, "\(seen)")
        health.set(Self.orders, serving: true)
        #expect(try await inbound.next()?.status == .serving)
        watching.cancel()
        #expect(await status { try await watching.value }?.code == .cancelled)
    }

    @Test func withinAProcessEveryMessageIsSentAsAnyOther() async throws {
        let health = HealthService()
        let seen = Mutex<[HealthV1.ServingStatus]>([])
        let outbound = WireOutbound<HealthV1.WatchResponse> { message in seen.withLock { $0.append(message.status) } }
        let watching = Task { try await health.watch(.init(), outbound, context: CallContext()) }
        try await eventually("the first state") { seen.withLock { $0 } == [.serving] }
        await health.drain()
        #expect(await status { try await watching.value }?.code == .unavailable)
        #expect(seen.withLock { $0 } == [.serving, .notServing])
    }

    @Test func whoWatchesADrainIsToldBeforeTheConnectionGoes() async throws {
        let health = HealthService(services: [Self.orders])
        health.set(Self.orders, serving: true)
        let transport = transport(health)
        try await withClient(of: transport) { client async throws in
            let seen = Mutex<[HealthV1.ServingStatus]>([])
            let ending = await status {
                try await HealthClient(client).watch(.init(service: Self.orders), context: CallContext()) {
                    statuses async throws in
                    #expect(try await statuses.next()?.status == .serving)
                    await health.drain()
                    #expect(health.watcherCount == 0)
                    transport.drain(grace: .zero)
                    while let response = try await statuses.next() { seen.withLock { $0.append(response.status) } }
                }
            }
            #expect(ending == WireStatus(.unavailable, "the server is shutting down"))
            #expect(seen.withLock { $0 } == [.notServing])
        }
    }

    @Test func whoComesDuringADrainIsToldAndSentAway() async throws {
        let health = HealthService(services: [Self.orders])
        health.set(Self.orders, serving: true)
        await health.drain()
        try await withClient(of: transport(health)) { client async throws in
            let check = try await HealthClient(client).check(.init(service: Self.orders), context: CallContext())
            #expect(check.status == .notServing)
            let ending = await status {
                try await HealthClient(client).watch(.init(service: Self.orders), context: CallContext()) {
                    statuses async throws in
                    #expect(try await statuses.next()?.status == .notServing)
                    #expect(try await statuses.next() == nil)
                }
            }
            #expect(ending == WireStatus(.unavailable, "the server is shutting down"))
        }
    }

    /// Many threads set, many watch: in the end everyone has the last state.
    @Test func concurrentChangesEndInTheSameStateForAll() async throws {
        let health = HealthService(services: [Self.orders])
        try await withClient(of: transport(health)) { client async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await HealthClient(client).watch(.init(service: Self.orders), context: CallContext()) {
                            statuses async throws in
                            var last: HealthV1.ServingStatus?
                            do {
                                while let response = try await statuses.next() {
                                    #expect(response.status != last)
                                    last = response.status
                                }
                            } catch let status as WireStatus where status.code == .unavailable {}
                            #expect(last == .notServing)
                        }
                    }
                }
                try await eventually("the watchers to be there") { health.watcherCount == 8 }
                await withTaskGroup(of: Void.self) { setters in
                    for setter in 0..<4 {
                        setters.addTask {
                            for turn in 0..<500 { health.set(Self.orders, serving: (turn + setter) % 2 == 0) }
                        }
                    }
                }
                health.set(Self.orders, serving: true)
                await health.drain()
                try await group.waitForAll()
            }
        }
    }
}
