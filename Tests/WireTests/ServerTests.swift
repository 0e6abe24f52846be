import Glibc
import Logging
import Messages
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Wire

/// Servers and clients over sockets: who is calling, bad input, reconnecting, draining.
@Suite struct ServerTests {
    typealias Text = Lab.Text

    let lab = Lab()
    let logger = Logger(label: "test")

    /// Runs a server for `body`.
    private func withServer<R: Sendable>(
        tls: TLSContext? = nil, limits: WireLimits = WireLimits(),
        _ body: @escaping @Sendable (WireServer, Int) async throws -> R
    ) async throws -> R {
        var configuration = WireServer.Configuration(plaintextHost: "127.0.0.1", port: 0)
        configuration.tls = tls
        configuration.limits = limits
        let server = WireServer(configuration: configuration, router: lab.router, logger: logger)
        let running = Task { try await server.run() }
        defer { running.cancel() }
        let port = try await server.boundAddress.port
        return try await within { try await body(server, port) }
    }

    private func client(_ port: Int, tls: TLSContext? = nil, backoff: Duration = .milliseconds(20)) -> WireClient {
        var configuration = WireClient.Configuration(plaintextHost: "127.0.0.1", port: port)
        configuration.tls = tls
        configuration.backoff.initial = backoff
        return WireClient(configuration: configuration, logger: logger)
    }

    @Test func handlersKnowWhoIsCalling() async throws {
        try await lab.withClient(over: .tls) { client in
            _ = try await client.unary("/test.Lab/Echo", Text(), context: .init(), response: Text.self)
        }
        let context = try #require(lab.seen.contexts.first)
        #expect(context.peer?.uri == "spiffe://test.mall/bot/b-1")
        #expect(context.remoteAddress.hasPrefix("127.0.0.1:"))
    }

    @Test func anotherAuthoritysClientIsRefused() async throws {
        let keys = try TestKeys()
        let stranger = try TestKeys()
        try await withServer(tls: try keys.server()) { server, port in
            // Trusts the server, but shows a certificate that the server does not trust.
            let credentials = try stranger.authority.issueBot(id: "b-1", now: stranger.now)
            let tls = try TLSContext(
                .client(credentials, serverCA: [keys.authority.certificate], serverName: "127.0.0.1"))
            let client = client(port, tls: tls)
            let running = Task { try await client.run() }
            defer { running.cancel() }
            let error = await #expect(throws: WireStatus.self) {
                try await client.unary("/test.Lab/Echo", Text(), context: .init(), response: Text.self)
            }
            #expect(error?.code == .unavailable)
            try await eventually("it is counted") { server.counters[.tls] > 0 }
        }
    }

    // MARK: Bad input

    /// Sends bytes to a server, and returns all that it answers until it closes.
    private func exchange(_ bytes: [UInt8], port: Int) async throws -> [UInt8] {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: bytes))
            var answer: [UInt8] = []
            for try await buffer in inbound { answer.append(contentsOf: buffer.readableBytesView) }
            return answer
        }
    }

    private func frames(_ bytes: [UInt8]) throws -> [WireV1.Frame] {
        var frames: [WireV1.Frame] = []
        var rest = bytes[...]
        while let (decoded, consumed) = try Array(rest).withUnsafeBytes({
            try FrameDecoder.decode($0, maxFrameBytes: 65_536)
        }) {
            if case .other(let frame) = decoded { frames.append(frame) }
            rest = rest.dropFirst(consumed)
        }
        #expect(rest.isEmpty)
        return frames
    }

    private static let hello = FrameEncoder.encode(
        .init(kind: .hello(.init(minVersion: 1, maxVersion: 1, agent: "raw"))))

    static let badInputs: [([UInt8], WireRefusal)] = [
        (Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8), .frameTooLong),
        ([0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3], .frameTooLong),
        ([0, 0, 0, 0], .badFrame),
        ([0, 0, 0, 3, 0xFF, 0xFF, 0xFF], .badFrame),
        (FrameEncoder.encode(.init(streamID: 1, kind: .open(.init(method: "/a.B/C")))), .protocolViolation),
        (hello + hello, .protocolViolation),
        (hello + FrameEncoder.encode(.init(streamID: 9, kind: .message([1]))), .protocolViolation),
        (FrameEncoder.encode(.init(kind: .hello(.init(minVersion: 7, maxVersion: 8)))), .version),
    ]

    @Test(arguments: badInputs)
    func badInputEndsItsConnectionAlone(bytes: [UInt8], refusal: WireRefusal) async throws {
        try await withServer { [self] server, port in
            let healthy = client(port)
            let running = Task { try await healthy.run() }
            defer { running.cancel() }
            try await healthy.call("/test.Lab/Chat", context: .init(), request: Text.self, response: Text.self) {
                inbound, outbound in
                try await outbound.send(Text(key: "before"))
                #expect(try await inbound.next()?.key == "before")
                let answer = try frames(try await exchange(bytes, port: port))
                // Hello, and a GoAway that says why.
                guard case .hello? = answer.first?.kind, case .goAway(let goAway)? = answer.last?.kind else {
                    Issue.record("\(answer)")
                    return
                }
                #expect(!goAway.message.isEmpty && goAway.code != .ok)
                #expect(server.counters[refusal] == 1)
                try await outbound.send(Text(key: "after"))
                #expect(try await inbound.next()?.key == "after")
            }
        }
    }

    @Test func badUTF8InAMessageEndsItsCallAlone() async throws {
        try await withServer { [self] server, port in
            var bytes = Self.hello
            for id in [1, 2] as [UInt32] {
                bytes += FrameEncoder.encode(.init(streamID: id, kind: .open(.init(method: "/test.Lab/Echo"))))
            }
            bytes += FrameEncoder.encode(.init(streamID: 1, kind: .message([0x0A, 2, 0xC3, 0x28]), end: true))
            bytes += FrameEncoder.encode(.init(streamID: 2, kind: .message(Text(key: "fine").protobuf()), end: true))
            // A client's GoAway ends the connection when its calls are done.
            bytes += FrameEncoder.encode(.init(kind: .goAway(.init())))
            let answer = try frames(try await exchange(bytes, port: port))
            let statuses = answer.compactMap { frame -> (UInt32, WireV1.Code)? in
                if case .status(let status) = frame.kind { (frame.streamID, status.code) } else { nil }
            }
            #expect(statuses.map(\.0).sorted() == [1, 2])
            #expect(statuses.first { $0.0 == 1 }?.1 == .invalidArgument)
            #expect(statuses.first { $0.0 == 2 }?.1 == .ok)
            #expect(server.counters[.badMessage] == 1)
        }
    }

    @Test func aPeerThatSaysNothing() async throws {
        var limits = WireLimits()
        limits.handshakeTimeout = .milliseconds(50)
        try await withServer(limits: limits) { [self] server, port in
            let answer = try frames(try await exchange([], port: port))
            #expect(answer.count == 2)
            #expect(server.counters[.handshakeTimeout] == 1)
        }
    }

    @Test func tooManyConnections() async throws {
        var limits = WireLimits()
        limits.maxConnections = 1
        try await withServer(limits: limits) { [self] server, port in
            let first = client(port)
            let running = Task { try await first.run() }
            defer { running.cancel() }
            _ = try await first.unary("/test.Lab/Echo", Text(), context: .init(), response: Text.self)
            #expect((try? await exchange(Self.hello, port: port)) ?? [] == [])
            #expect(server.counters[.tooManyConnections] == 1)
            _ = try await first.unary("/test.Lab/Echo", Text(), context: .init(), response: Text.self)
        }
    }

    @Test func aPortInUse() async throws {
        try await withServer { [self] _, port in
            let second = WireServer(
                configuration: .init(plaintextHost: "127.0.0.1", port: port), router: lab.router, logger: logger)
            let error = await #expect(throws: WireBindError.self) { try await second.run() }
            #expect(
                error?.description == "127.0.0.1:\(port) is in use by another process; stop it or choose another port")
            await #expect(throws: WireBindError.self) { try await second.boundAddress }
        }
    }

    // MARK: Coming and going

    @Test func clientReconnectsAndCallsEndWithUnavailable() async throws {
        let transport = InMemoryTransport(router: lab.router, logger: logger)
        var backoff = WireBackoff()
        backoff.initial = .milliseconds(10)
        let client = transport.makeClient(backoff: backoff)
        let running = Task { try await client.run() }
        defer { running.cancel() }
        try await within { [lab] in
            for round in 1...5 {
                let hanging = Task {
                    try await client.unary(
                        "/test.Lab/Hang", Text(), context: .init(waitForReady: true), response: Text.self)
                }
                try await eventually("the handler has begun") { lab.seen.started == round }
                transport.disconnect()
                let error = await #expect(throws: WireStatus.self) { try await hanging.value }
                #expect(error?.code == .unavailable)
                try await eventually("the handler is cancelled") { lab.seen.cancelled == round }
                let answer = try await client.unary(
                    "/test.Lab/Echo", Text(key: "\(round)"), context: .init(waitForReady: true), response: Text.self)
                #expect(answer.key == "\(round)")
            }
        }
    }

    @Test func nobodyThere() async throws {
        // Bound, so that no other test gets the port, and nobody listens.
        let bound = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(bound) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // Safe because sockaddr_in begins as a sockaddr does, and `length` is its size.
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(bound, $0, length) + getsockname(bound, $0, &length)
            }
        }
        try #require(result == 0)
        let port = Int(UInt16(bigEndian: address.sin_port))
        let client = client(port, backoff: .seconds(100))
        let running = Task { try await client.run() }
        try await within {
            let error = await #expect(throws: WireStatus.self) {
                try await client.unary("/test.Lab/Echo", Text(), context: .init(), response: Text.self)
            }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("127.0.0.1:\(port)") == true)
            // One that waits for a connection waits until its deadline.
            let late = await #expect(throws: WireStatus.self) {
                try await client.unary(
                    "/test.Lab/Echo", Text(), context: .init(timeout: .milliseconds(50), waitForReady: true),
                    response: Text.self)
            }
            #expect(late?.code == .deadlineExceeded)
            client.close()
            try await running.value
        }
    }

    @Test func drainLetsCallsFinish() async throws {
        let transport = InMemoryTransport(router: lab.router, logger: logger)
        let client = transport.makeClient()
        let running = Task { try await client.run() }
        defer { running.cancel() }
        try await within {
            try await client.call("/test.Lab/Chat", context: .init(), request: Text.self, response: Text.self) {
                inbound, outbound in
                try await outbound.send(Text(key: "before"))
                #expect(try await inbound.next()?.key == "before")
                transport.drain(grace: .seconds(600), reconnectAfter: .milliseconds(1))
                // New calls go over a new connection, while this one goes on. One that crosses the server's GoAway
                // fails, and may be made again.
                try await eventually("a new connection") {
                    let answer = try? await client.unary(
                        "/test.Lab/Echo", Text(key: "new"), context: .init(waitForReady: true), response: Text.self)
                    return answer?.key == "new"
                }
                try await outbound.send(Text(key: "after"))
                #expect(try await inbound.next()?.key == "after")
                outbound.finish()
                #expect(try await inbound.next() == nil)
            }
        }
    }

    @Test func drainEndsWhatDoesNotFinish() async throws {
        let transport = InMemoryTransport(router: lab.router, logger: logger)
        let client = transport.makeClient()
        let running = Task { try await client.run() }
        defer { running.cancel() }
        try await within { [lab] in
            let call = Task {
                try await client.unary("/test.Lab/Hang", Text(), context: .init(), response: Text.self)
            }
            try await eventually("the handler has begun") { lab.seen.started == 1 }
            transport.drain(grace: .milliseconds(20))
            let error = await #expect(throws: WireStatus.self) { try await call.value }
            #expect(error?.code == .unavailable)
            try await eventually("the handler is cancelled") { lab.seen.cancelled == 1 }
        }
    }
}
