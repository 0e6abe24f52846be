import Glibc
import Logging
import Messages
import Synchronization
import Testing

@testable import Wire

/// What a test waits for that it can only see by looking: polls until a deadline, which a healthy run never reaches.
func eventually(
    _ what: Comment, within limit: Duration = .seconds(20), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while try await !condition() {
        try #require(ContinuousClock.now < end, what, sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(1))
    }
}

/// Runs `body` and fails rather than hangs.
func within<R: Sendable>(
    _ limit: Duration = .seconds(30), _ body: @escaping @Sendable () async throws -> R
) async throws -> R {
    try await withThrowingTaskGroup(of: R?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        let first = try await group.next() ?? nil
        return try #require(first, "not done within \(limit)")
    }
}

/// Where the same call behaves the same.
enum Carrier: CaseIterable {
    case memory, tcp, tls
}

/// A service to call, and what it saw.
final class Lab: Sendable {
    typealias Text = WireV1.MetadataEntry
    typealias Number = WireV1.Ping

    struct Seen {
        var contexts: [CallContext] = []
        var cancelled = 0
        var started = 0
        var sent = 0
    }

    private let state = Mutex(Seen())
    private let addition: @Sendable (inout WireRouter) -> Void

    /// - Parameter addition: registers more methods
    init(adding addition: @escaping @Sendable (inout WireRouter) -> Void = { _ in }) {
        self.addition = addition
    }

    /// Opens the gate that "Gated" waits at before it reads.
    let gate = WireInbound<Number>.pipe()

    var seen: Seen { state.withLock { $0 } }
    private func note(_ change: (inout Seen) -> Void) { state.withLock { change(&$0) } }

    var router: WireRouter {
        var router = WireRouter()
        router.register(unary: "/test.Lab/Echo") { (request: Text, context) -> Text in
            self.note { $0.contexts.append(context) }
            if let echoed = context.metadata["x-echo"] { context.response.initial["x-echo"] = echoed }
            if let bytes = context.metadata[binary: "x-echo-bin"] {
                context.response.trailing[binary: "x-echo-bin"] = bytes
            }
            return request
        }
        router.register(serverStreaming: "/test.Lab/Range") { (request: Number, outbound: WireOutbound<Number>, _) in
            for number in 0..<request.opaque {
                try await outbound.send(Number(opaque: number))
                self.note { $0.sent += 1 }
            }
        }
        router.register(clientStreaming: "/test.Lab/Sum") { (inbound: WireInbound<Number>, _) -> Number in
            var sum: UInt64 = 0
            for try await number in inbound { sum += number.opaque }
            return Number(opaque: sum)
        }
        router.register(bidirectional: "/test.Lab/Chat") {
            (inbound: WireInbound<Text>, outbound: WireOutbound<Text>, _) in
            for try await text in inbound { try await outbound.send(text) }
        }
        router.register(unary: "/test.Lab/Fail") { (request: Text, _) -> Text in
            throw WireStatus(
                WireV1.Code(rawValue: Int32(request.key) ?? 2), request.value, metadata: ["x-why": "because"])
        }
        router.register(bidirectional: "/test.Lab/Hang") { (_: WireInbound<Text>, _: WireOutbound<Text>, _) in
            self.note { $0.started += 1 }
            do {
                try await Task.sleep(for: .seconds(600))
            } catch {
                self.note { $0.cancelled += 1 }
                throw error
            }
        }
        router.register(clientStreaming: "/test.Lab/Gated") { (inbound: WireInbound<Text>, _) -> Number in
            self.note { $0.started += 1 }
            _ = try await self.gate.inbound.next()
            var count: UInt64 = 0
            for try await _ in inbound { count += 1 }
            return Number(opaque: count)
        }
        addition(&router)
        return router
    }

    /// Runs `body` with a client of this service.
    func withClient<R: Sendable>(
        over carrier: Carrier, limits: WireLimits = WireLimits(), clientLimits: WireLimits? = nil,
        _ body: @escaping @Sendable (WireClient) async throws -> R
    ) async throws -> R {
        let logger = Logger(label: "test")
        switch carrier {
        case .memory:
            let transport = InMemoryTransport(router: router, limits: limits, logger: logger)
            return try await run(transport.makeClient(limits: clientLimits), body)
        case .tcp, .tls:
            let keys = carrier == .tls ? try TestKeys() : nil
            var configuration = WireServer.Configuration(plaintextHost: "127.0.0.1", port: 0)
            configuration.limits = limits
            configuration.tls = try keys?.server()
            let server = WireServer(configuration: configuration, router: router, logger: logger)
            let running = Task { try await server.run() }
            defer { running.cancel() }
            var client = WireClient.Configuration(
                plaintextHost: "127.0.0.1", port: try await server.boundAddress.port)
            client.limits = clientLimits ?? limits
            client.tls = try keys?.client()
            return try await run(WireClient(configuration: client, logger: logger), body)
        }
    }

    private func run<R: Sendable>(
        _ client: WireClient, _ body: @escaping @Sendable (WireClient) async throws -> R
    ) async throws -> R {
        let running = Task { try await client.run() }
        do {
            let result = try await within { try await body(client) }
            client.close()
            try await running.value
            return result
        } catch {
            client.close()
            throw error
        }
    }
}

/// A value that tests share between tasks.
final class Box<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { state = Mutex(value) }

    var value: Value { state.withLock { $0 } }

    func change(_ body: (inout Value) -> Void) { state.withLock { body(&$0) } }
}

/// An authority with a server's and a bot's certificate.
struct TestKeys {
    let authority: CertificateAuthority
    let now: Int64

    init() throws {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        now = Int64(time.tv_sec)
        authority = try CertificateAuthority.create(trustDomain: "test.mall", now: now)
    }

    func server(tickets: Bool = false) throws -> TLSContext {
        let credentials = try authority.issueServer(name: "gateway", hosts: ["localhost", "127.0.0.1"], now: now)
        var configuration = TLSConfiguration.server(credentials, clientCA: [authority.certificate])
        if tickets { configuration.ticketKeys = try TLSTicketKeys(now: now) }
        return try TLSContext(configuration)
    }

    func client(bot: String = "b-1") throws -> TLSContext {
        let credentials = try authority.issueBot(id: bot, now: now)
        return try TLSContext(
            .client(credentials, serverCA: [authority.certificate], serverName: "127.0.0.1"))
    }
}
