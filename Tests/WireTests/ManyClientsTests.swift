import Logging
import Messages
import NIOCore
import Testing

@testable import Wire

/// What programs with thousands of clients use: shared threads, source addresses, events, counted bytes.
@Suite(.timeLimit(.minutes(1))) struct ManyClientsTests {
    typealias Text = Lab.Text

    let lab = Lab()
    let logger = Logger(label: "test")

    /// Runs a plaintext server, or one with TLS, for `body`, which gets a configuration for its clients.
    private func withServer<R: Sendable>(
        tls keys: TestKeys? = nil, limits: WireLimits = WireLimits(),
        _ body: @escaping @Sendable (WireServer, WireClient.Configuration) async throws -> R
    ) async throws -> R {
        var configuration = WireServer.Configuration(plaintextHost: "127.0.0.1", port: 0)
        configuration.tls = try keys?.server(tickets: true)
        configuration.limits = limits
        let server = WireServer(configuration: configuration, router: lab.router, logger: logger)
        let running = Task { try await server.run() }
        defer { running.cancel() }
        var client = WireClient.Configuration(plaintextHost: "127.0.0.1", port: try await server.boundAddress.port)
        client.tls = try keys?.client()
        client.backoff.initial = .milliseconds(10)
        let prepared = client
        return try await within { try await body(server, prepared) }
    }

    private func echo(_ client: WireClient, _ text: String = "x") async throws {
        _ = try await client.unary(
            "/test.Lab/Echo", Text(key: text), context: .init(timeout: .seconds(10), waitForReady: true),
            response: Text.self)
    }

    @Test(arguments: ["127.0.0.1", "localhost"]) func aClientConnectsFromItsSourceAddress(host: String) async throws {
        try await withServer { [self] _, configuration in
            var configuration = configuration
            configuration.host = host
            for source in ["127.0.0.7", "127.9.8.7"] {
                configuration.sourceAddress = source
                let client = WireClient(configuration: configuration, logger: logger)
                let running = Task { try await client.run() }
                try await echo(client)
                client.close()
                try await running.value
            }
        }
        let remote = lab.seen.contexts.map(\.remoteAddress)
        #expect(remote.count == 2)
        #expect(remote[0].hasPrefix("127.0.0.7:") && remote[1].hasPrefix("127.9.8.7:"), "\(remote)")
    }

    @Test(arguments: ["127.0.0.x", "203.0.113.9"]) func aSourceAddressThatIsNotOursIsAnError(source: String)
        async throws
    {
        try await withServer { [self] _, configuration in
            var configuration = configuration
            configuration.sourceAddress = source
            let events = Box<[WireClientEvent]>([])
            configuration.observer = { event in events.change { $0.append(event) } }
            let client = WireClient(configuration: configuration, logger: logger)
            let running = Task { try await client.run() }
            // It is tried again and again, and each failure is told after its attempt.
            try await eventually("failures are told") { events.value.count >= 4 }
            for (index, event) in events.value.enumerated() {
                switch event {
                case .connecting: #expect(index % 2 == 0)
                case .failed(let reason): #expect(reason.contains("cannot connect to 127.0.0.1:"), "\(reason)")
                case .connected, .disconnected: Issue.record("it is \(event)")
                }
            }
            client.close()
            try await running.value
        }
    }

    @Test func anObserverHearsOfConnectionsAndOfResumedSessions() async throws {
        var limits = WireLimits()
        limits.maxStreams = 3
        try await withServer(tls: try TestKeys(), limits: limits) { [self] server, configuration in
            var configuration = configuration
            let events = Box<[WireClientEvent]>([])
            configuration.observer = { event in events.change { $0.append(event) } }
            for isResumed in [false, true] {
                events.change { $0 = [] }
                let client = WireClient(configuration: configuration, logger: logger)
                let running = Task { try await client.run() }
                try await echo(client)
                #expect(events.value.map(shown) == ["connecting", "connected, resumed \(isResumed), calls 3"])
                client.close()
                try await running.value
                // Who closes knows.
                #expect(events.value.count == 2)
            }
            let client = WireClient(configuration: configuration, logger: logger)
            let running = Task { try await client.run() }
            try await echo(client)
            events.change { $0 = [] }
            #expect(await server.reload(tls: try TestKeys().server()) == 1)
            try await eventually("the loss is told") {
                if case .disconnected(let reason)? = events.value.first {
                    reason.contains("server said")
                } else {
                    false
                }
            }
            try await eventually("and that another authority's server is none") {
                events.value.dropFirst().contains { if case .failed = $0 { true } else { false } }
            }
            client.close()
            try await running.value
        }
    }

    @Test(arguments: ["b-1", "b-2"]) func aPeerMayHaveLimitsOfItsOwn(bot: String) async throws {
        let keys = try TestKeys()
        var configuration = WireServer.Configuration(plaintextHost: "127.0.0.1", port: 0)
        configuration.tls = try keys.server()
        configuration.limits.maxStreams = 5
        configuration.limitsForPeer = { peer in
            guard peer.id == "b-1" else { return nil }
            var limits = WireLimits()
            limits.maxStreams = 300
            return limits
        }
        let server = WireServer(configuration: configuration, router: lab.router, logger: logger)
        let serving = Task { try await server.run() }
        defer { serving.cancel() }
        var client = WireClient.Configuration(plaintextHost: "127.0.0.1", port: try await server.boundAddress.port)
        client.tls = try keys.client(bot: bot)
        let events = Box<[WireClientEvent]>([])
        client.observer = { event in events.change { $0.append(event) } }
        let prepared = client
        try await within { [self] in
            let client = WireClient(configuration: prepared, logger: logger)
            let running = Task { try await client.run() }
            try await echo(client)
            #expect(
                events.value.map(shown)
                    == ["connecting", "connected, resumed false, calls \(bot == "b-1" ? 300 : 5)"])
            // It is not only said, but so: as many calls at once, and one more only when another ends.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<(bot == "b-1" ? 300 : 5) {
                    group.addTask {
                        _ = try? await client.unary("/test.Lab/Hang", Text(), context: .init(), response: Text.self)
                    }
                }
                try await eventually("all have begun") { lab.seen.started == (bot == "b-1" ? 300 : 5) }
                let error = await #expect(throws: WireStatus.self) {
                    _ = try await client.unary(
                        "/test.Lab/Echo", Text(), context: .init(timeout: .milliseconds(200)), response: Text.self)
                }
                #expect(error?.code == .deadlineExceeded)
                client.close()
            }
            try await running.value
        }
    }

    @Test func bytesAreCountedInBothDirections() async throws {
        try await withServer { [self] _, configuration in
            let client = WireClient(configuration: configuration, logger: logger)
            let running = Task { try await client.run() }
            try await echo(client)
            let (sent, received) = (client.traffic.bytesSent, client.traffic.bytesReceived)
            let text = String(repeating: "a", count: 10_000)
            try await echo(client, text)
            // A frame's length and ids, the method's name, the status.
            #expect((10_000...10_100).contains(client.traffic.bytesSent - sent))
            try await eventually("the status is there") {
                (10_000...10_100).contains(client.traffic.bytesReceived - received)
            }
            client.close()
            try await running.value
        }
    }

    @Test func tasksOfALoopStayOnItsThread() async throws {
        try await withServer { [self] _, configuration in
            let loop = WireLoop.next()
            let left = Box(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    let client = WireClient(configuration: configuration, on: loop, logger: logger)
                    group.addTask(executorPreference: loop.executor) {
                        let running = Task(executorPreference: loop.executor) { try await client.run() }
                        try await client.call(
                            "/test.Lab/Chat", context: .init(waitForReady: true), request: Text.self,
                            response: Text.self
                        ) { inbound, outbound in
                            for number in 0..<20 {
                                try await outbound.send(Text(key: "\(number)"))
                                #expect(try await inbound.next()?.key == "\(number)")
                                if !loop.eventLoop.inEventLoop { left.change { $0 += 1 } }
                                await loop.pause(for: .microseconds(100))
                                if !loop.eventLoop.inEventLoop { left.change { $0 += 1 } }
                            }
                        }
                        client.close()
                        try await running.value
                    }
                }
                try await group.waitForAll()
            }
            #expect(left.value == 0)
        }
    }
}

private func shown(_ event: WireClientEvent) -> String {
    switch event {
    case .connecting: "connecting"
    case .connected(let connection): "connected, resumed \(connection.isResumed), calls \(connection.maxCalls)"
    case .disconnected: "disconnected"
    case .failed: "failed"
    }
}
