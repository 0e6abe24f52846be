import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals
import Web
import Wire

/// A web server with one WebSocket that sends back what it gets; for tests from outside, such as Autobahn's.
///
///     WebSocketEcho [NAME=VALUE...]
///
/// Prints `{"port": …}` once it listens. `max` sets the longest message in bytes, `stall`, `ping` and `idle` seconds, `frames` those
/// allowed in a second, `protocol` the subprotocol that clients must offer. `GET /plain` is a request to compare with; the
/// socket is at `/`. At `/silent` it sends without end what nobody needs to read.
@main
struct EchoServer {
    struct Context: WebContext {
        var coreContext: CoreRequestContextStorage
        let channel: any Channel

        init(source: ApplicationRequestContextSource) {
            coreContext = CoreRequestContextStorage(source: source)
            channel = source.channel
        }
    }

    static func main() async throws {
        let settings = Dictionary(
            CommandLine.arguments.dropFirst().map { argument in
                let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
                return (parts[0], parts.count > 1 ? parts[1] : "")
            }, uniquingKeysWith: { $1 })
        func number(_ name: String, _ fallback: Int) -> Int { settings[name].flatMap { Int($0) } ?? fallback }
        var limits = WebSocketLimits()
        limits.maxMessageBytes = number("max", 16 << 20)
        limits.maxWaitingBytes = limits.maxMessageBytes
        limits.takesBinary = true
        limits.maxFramesPerSecond = number("frames", 10_000_000)
        limits.stallTimeout = .seconds(number("stall", 30))
        limits.pingAfter = .seconds(number("ping", 20))
        limits.pongTimeout = limits.pingAfter
        var web = WebLimits()
        web.maxConnections = 20_000
        web.idleTimeout = .seconds(number("idle", 60))
        try await serve(sockets(limits, subprotocol: settings["protocol"]), web)
    }

    private static func sockets(_ limits: WebSocketLimits, subprotocol: String?) -> [WebSocketRoute] {
        [
            WebSocketRoute(path: "/", subprotocol: subprotocol, limits: limits) { _ in
            } serve: { socket, _ in
                for await message in socket.allMessages {
                    switch message {
                    case .text(let text): try? await socket.send(ByteBuffer(string: text))
                    case .binary(let bytes): try? await socket.send(binary: ByteBuffer(bytes: bytes))
                    }
                }
            },
            WebSocketRoute(path: "/silent", subprotocol: subprotocol, limits: limits) { _ in
            } serve: { socket, _ in
                let text = ByteBuffer(string: String(repeating: "more ", count: 2_000))
                while (try? await socket.send(text)) != nil {}
            },
        ]
    }

    private static func serve(_ sockets: [WebSocketRoute], _ limits: WebLimits) async throws {
        let router = Router(context: Context.self)
        router.add(middleware: ProblemMiddleware(table: RouteTableBox()))
        router.get("plain") { _, _ in "plain" }
        for socket in sockets { socket.add(to: router) }
        let server = WebServer(
            name: "the echo server", host: "127.0.0.1", port: 0, limits: limits, sockets: sockets,
            responder: router.buildResponder(), logger: Logger(label: "echo"))
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: Running(run: server.run))], gracefulShutdownSignals: [.sigterm],
                logger: Logger(label: "echo")))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let address = try await server.boundAddress
            print("{\"port\": \(address.port)}")
            fflush(nil)
            try await tasks.waitForAll()
        }
    }

    private struct Running: Service {
        let run: @Sendable () async throws -> Void

        func run() async throws { try await self.run() }
    }
}
