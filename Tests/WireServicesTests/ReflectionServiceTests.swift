import APIs
import Messages
import Testing
import Wire

@testable import WireServices

/// The reflection service as callers see it.
@Suite(.timeLimit(.minutes(1))) struct ReflectionServiceTests {
    private func router() -> WireRouter {
        var router = WireRouter()
        router.register(health: HealthService())
        router.register(unary: "/mallbots.bots.v1.BotService/GetMap") { (_: BotsV1.GetMapRequest, _) in
            BotsV1.GetMapResponse()
        }
        router.register(reflection: ReflectionService(of: router))
        return router
    }

    private func ask(_ target: ReflectionV1.GetDescriptorsRequest.Target?) async throws -> [[UInt8]] {
        try await withClient(of: InMemoryTransport(router: router(), logger: quiet)) { client async throws in
            try await ReflectionClient(client).getDescriptors(.init(target: target), context: CallContext()).files
        }
    }

    private func descriptors(_ names: String...) throws -> [[UInt8]] {
        try names.map { name in try #require(SchemaFiles.all.first { $0.name == name }).descriptor }
    }

    @Test func whatTheServerAnswersIsListedItselfIncluded() async throws {
        let services = try await withClient(of: InMemoryTransport(router: router(), logger: quiet)) {
            client async throws in
            try await ReflectionClient(client).listServices(.init(), context: CallContext()).services
        }
        #expect(
            services == [
                .init(name: "mallbots.bots.v1.BotService", methods: ["GetMap"]),
                .init(name: "mallbots.health.v1.HealthService", methods: ["Check", "Watch"]),
                .init(name: "mallbots.reflection.v1.ReflectionService", methods: ["ListServices", "GetDescriptors"]),
            ])
    }

    @Test func descriptorsComeWithWhatTheyImport() async throws {
        let bots = try descriptors(
            "mallbots/types/v1/types.proto", "mallbots/depot/v1/mall.proto", "mallbots/bots/v1/bots.proto")
        #expect(try await ask(.symbol("mallbots.bots.v1.BotService")) == bots)
        #expect(try await ask(.symbol("mallbots.bots.v1.BotService.GetMap")) == bots)
        #expect(try await ask(.symbol("mallbots.bots.v1.RejectionCode")) == bots)
        #expect(try await ask(.file("mallbots/bots/v1/bots.proto")) == bots)
        #expect(try await ask(.symbol("mallbots.types.v1.Place")) == Array(bots.prefix(1)))
        #expect(
            try await ask(.symbol("mallbots.health.v1.ServingStatus"))
                == descriptors("mallbots/health/v1/health.proto"))
    }

    @Test(
        arguments: [
            (.symbol("mallbots.orders.v1.OrdersService"), "'mallbots.orders.v1.OrdersService'"),
            (.symbol("mallbots.bots.v1.BotService.Connect"), "'mallbots.bots.v1.BotService.Connect'"),
            (.file("mallbots/orders/v1/orders.proto"), "file 'mallbots/orders/v1/orders.proto'"),
            (.file("../../etc/passwd"), "file '../../etc/passwd'"),
        ] as [(ReflectionV1.GetDescriptorsRequest.Target, String)])
    func whatTheServerDoesNotKnowIsNotFound(
        _ target: ReflectionV1.GetDescriptorsRequest.Target, _ named: String
    ) async {
        let ending = await status { _ = try await ask(target) }
        #expect(ending?.code == .notFound)
        #expect(ending?.message.contains(named) == true, "\(ending as Any)")
    }

    @Test(
        arguments: [nil, .symbol(""), .file(""), .symbol(String(repeating: "x", count: 513))]
            as [ReflectionV1.GetDescriptorsRequest.Target?])
    func whatIsNoNameIsInvalid(_ target: ReflectionV1.GetDescriptorsRequest.Target?) async {
        let ending = await status { _ = try await ask(target) }
        #expect(ending?.code == .invalidArgument)
        #expect((ending?.message.utf8.count ?? .max) < 100, "\(ending as Any)")
    }

    /// A robot takes frames of 64 KiB, and must be able to ask.
    @Test func everyAnswerFitsIntoARobotsFrame() throws {
        for file in SchemaFiles.all {
            let catalogue = Catalogue(
                methods: file.services.flatMap { service in service.methods.map { "/\(service.name)/\($0)" } })
            guard let files = catalogue.withImports(file.name) else { continue }
            let answer = ReflectionV1.GetDescriptorsResponse(files: files.map(\.descriptor))
            #expect(answer.protobuf().count < 60_000, "\(file.name)")
        }
    }
}
