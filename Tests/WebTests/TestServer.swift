import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Wire

@testable import Web

struct TestContext: WebContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// A web server with a test's routes, on a port of its own.
struct TestServer {
    let port: Int
    let group: ServiceGroup

    static func run(
        limits: WebLimits = WebLimits(), sockets: [WebSocketRoute] = [],
        _ routes: (Router<TestContext>) -> Void = { _ in },
        _ body: @Sendable (TestServer) async throws -> Void
    ) async throws {
        let router = Router(context: TestContext.self, options: .autoGenerateHeadEndpoints)
        let table = RouteTableBox()
        router.add(middleware: ProblemMiddleware(table: table))
        routes(router)
        for socket in sockets { socket.add(to: router) }
        table.value = RouteTable(router)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = WebServer(
            name: "the test's server", host: "127.0.0.1", port: 0, limits: limits, sockets: sockets,
            responder: router.buildResponder(),
            logger: logger)
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: Running(run: server.run))], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body(TestServer(port: server.boundAddress.port, group: group))
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private struct Running: Service {
        let run: @Sendable () async throws -> Void

        func run() async throws { try await self.run() }
    }
}
