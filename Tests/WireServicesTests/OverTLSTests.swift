import APIs
import Glibc
import Messages
import Testing
import Wire

@testable import WireServices

/// Health and reflection on a real server: sockets, mutual TLS, a robot's certificate.
@Suite(.timeLimit(.minutes(1))) struct OverTLSTests {
    private struct Mall {
        let server: WireServer
        let health: HealthService
        let client: WireClient.Configuration

        init(port: Int? = nil) throws {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            let now = Int64(time.tv_sec)
            let authority = try CertificateAuthority.create(trustDomain: "test.mall", now: now)
            let keys = try authority.issueServer(name: "gateway", hosts: ["127.0.0.1"], now: now)
            let bot = try authority.issueBot(id: "b-1", now: now)
            health = HealthService()
            var router = WireRouter()
            router.register(health: health)
            router.register(reflection: ReflectionService(of: router))
            server = WireServer(
                configuration: .init(
                    host: "127.0.0.1", port: 0, tls: try TLSContext(.server(keys, clientCA: [authority.certificate]))),
                router: router, logger: quiet)
            client = .init(
                host: "127.0.0.1", port: 0,
                tls: try TLSContext(
                    .client(bot, serverCA: [authority.certificate], serverName: "127.0.0.1")))
        }

        /// Runs the server and a robot's client.
        func run<R: Sendable>(_ body: @escaping @Sendable (WireClient) async throws -> R) async throws -> R {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                defer { group.cancelAll() }
                var configuration = client
                configuration.port = try await server.boundAddress.port
                return try await running(WireClient(configuration: configuration, logger: quiet), body)
            }
        }
    }

    @Test func aRobotAsksHowItsServerIs() async throws {
        let mall = try Mall()
        try await mall.run { client async throws in
            let whole = try await HealthClient(client).check(.init(), context: CallContext(timeout: .seconds(10)))
            #expect(whole.status == .serving)
            let request = ReflectionV1.GetDescriptorsRequest(target: .symbol("mallbots.health.v1.HealthService"))
            let answer = try await ReflectionClient(client)
                .getDescriptors(request, context: CallContext(timeout: .seconds(10)))
            #expect(answer.files == [SchemaFiles.all.first { $0.name.contains("health") }?.descriptor])
        }
    }

    @Test func aWatcherOutlivesTheDrainByOneMessage() async throws {
        let mall = try Mall()
        try await mall.run { client async throws in
            let ending = await status {
                try await HealthClient(client).watch(.init(), context: CallContext()) { statuses async throws in
                    #expect(try await statuses.next()?.status == .serving)
                    await mall.health.drain()
                    #expect(try await statuses.next()?.status == .notServing)
                    #expect(try await statuses.next() == nil)
                }
            }
            #expect(ending == WireStatus(.unavailable, "the server is shutting down"))
            // Nothing holds the connection: other calls go on until the server leaves.
            let check = try await HealthClient(client).check(.init(), context: CallContext(timeout: .seconds(10)))
            #expect(check.status == .notServing)
        }
    }
}
