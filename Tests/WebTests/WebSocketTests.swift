import HTTPTypes
import Hummingbird
import Messages
import NIOCore
import ServiceLifecycle
import Synchronization
import Testing
import Wire

@testable import Web

/// What a server writes: the frames that a client reads from its bytes.
struct ServerFrame: Hashable {
    var first: UInt8
    var payload: [UInt8]

    static func text(_ text: String) -> ServerFrame { ServerFrame(first: 0x81, payload: Array(text.utf8)) }
    static func pong(_ text: String) -> ServerFrame { ServerFrame(first: 0x8A, payload: Array(text.utf8)) }
    static func close(_ code: UInt16) -> ServerFrame {
        ServerFrame(first: 0x88, payload: [UInt8(code >> 8), UInt8(code & 0xFF)])
    }

    /// Without the reason in a close.
    var brief: ServerFrame { first == 0x88 ? ServerFrame(first: first, payload: Array(payload.prefix(2))) : self }

    /// The whole frames at the front of some bytes.
    static func all(in bytes: [UInt8]) -> [ServerFrame] {
        var frames: [ServerFrame] = []
        var rest = bytes[...]
        while rest.count >= 2 {
            let start = rest.startIndex
            var (count, head) = (Int(rest[start + 1]), 2)
            if count == 126 {
                guard rest.count >= 4 else { break }
                (count, head) = (Int(rest[start + 2]) << 8 | Int(rest[start + 3]), 4)
            }
            guard rest.count >= head + count else { break }
            frames.append(
                ServerFrame(first: rest[start], payload: Array(rest[(start + head)..<(start + head + count)])))
            rest = rest.dropFirst(head + count)
        }
        return frames
    }
}

@Suite("A WebSocket that is served")
struct WebSocketTests {
    static let echo = WebSocketRoute(path: "/api/v1/live", subprotocol: "mallbots.test.v1") { head in
        guard head.headerFields[.cookie] != "guest" else {
            throw WireStatus(.permissionDenied, "guests may not listen")
        }
        return head.headerFields[.cookie] ?? "nobody"
    } serve: { socket, name in
        for await text in socket.messages {
            if text == "stop" { return }
            if text == "away" { await socket.close(4_401, "signed out") }
            try? await socket.send(ByteBuffer(string: "\(name): \(text)"))
        }
    }

    static func request(
        _ changes: [String: String?] = [:], path: String = "/api/v1/live", method: String = "GET"
    ) -> String {
        var fields = [
            "Host": "mall", "Connection": "keep-alive, Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": "other, mallbots.test.v1",
        ]
        for (name, value) in changes { fields[name] = value }
        let lines = fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }
        return "\(method) \(path) HTTP/1.1\r\n" + lines.joined() + "\r\n"
    }

    private func open(_ port: Int, _ changes: [String: String?] = [:]) async throws -> Peer {
        let peer = try await Peer.connect(port: port)
        try await peer.send(Self.request(changes))
        let (head, _) = try await peer.head()
        #expect(head.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
        return peer
    }

    /// The frames after the 101, once there are so many; or all when the server closes before.
    private func frames(_ count: Int, from peer: Peer) async throws -> [ServerFrame] {
        let all = try await peer.bytes { ServerFrame.all(in: Self.body($0)).count >= count }
        return ServerFrame.all(in: Self.body(all)).map(\.brief)
    }

    private static func body(_ bytes: [UInt8]) -> [UInt8] {
        let end = Array("\r\n\r\n".utf8)
        guard let index = Peer.index(of: end, in: bytes) else { return [] }
        return Array(bytes.dropFirst(index + end.count))
    }

    @Test("is agreed on as RFC 6455 has it, and carries messages both ways")
    func echo() async throws {
        try await TestServer.run(sockets: [Self.echo]) { server in
            let peer = try await Peer.connect(port: server.port)
            try await peer.send(Self.request(["Cookie": "ada"]))
            let (head, _) = try await peer.head()
            let lines = Set(head.split(separator: "\r\n").map { $0.lowercased() })
            #expect(lines.contains("http/1.1 101 switching protocols"))
            // The RFC's own example.
            #expect(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
            #expect(lines.contains("upgrade: websocket"))
            #expect(lines.contains("connection: upgrade"))
            #expect(lines.contains("sec-websocket-protocol: mallbots.test.v1"))
            try await peer.send(
                Frames.text("hel", isLast: false) + Frames.ping("x") + Frames.frame(0x80, Array("lo".utf8)))
            #expect(try await frames(2, from: peer) == [.pong("x"), .text("ada: hello")])
            try await peer.send(Frames.close(1_000))
            #expect(try await frames(9, from: peer).last == .close(1_000))
            try await peer.close()
        }
    }

    @Test("comes to its end from either side, and by what is wrong")
    func endings() async throws {
        try await TestServer.run(sockets: [Self.echo]) { server in
            let stopped = try await open(server.port)
            try await stopped.send(Frames.text("stop"))
            #expect(try await frames(1, from: stopped) == [.close(1_000)])
            try await stopped.send(Frames.close(1_000))
            _ = try await stopped.rest()

            let away = try await open(server.port)
            try await away.send(Frames.text("away") + Frames.text("lost"))
            #expect(try await frames(1, from: away) == [.close(4_401)])
            // It does not answer, and is cut after its moment.
            #expect(try await frames(9, from: away) == [.close(4_401)])

            let unmasked = try await open(server.port)
            try await unmasked.send(Frames.frame(0x81, [65], mask: nil))
            #expect(try await frames(9, from: unmasked) == [.close(1_002)])

            // What came before the fault, or before the goodbye, is answered first.
            let mixed = try await open(server.port)
            try await mixed.send(Frames.text("one") + Frames.text("two") + Frames.frame(0xC1, [65]))
            #expect(
                try await frames(9, from: mixed) == [.text("nobody: one"), .text("nobody: two"), .close(1_002)])
            let hasty = try await open(server.port)
            try await hasty.send(Frames.text("one") + Frames.close(1_000))
            #expect(try await frames(9, from: hasty) == [.text("nobody: one"), .close(1_000)])

            let tooLong = try await open(server.port)
            try await tooLong.send([0x81, 0xFF, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4])
            #expect(try await frames(9, from: tooLong) == [.close(1_009)])

            let gone = try await open(server.port)
            try await gone.send(Frames.text("half", isLast: false))
            try await gone.close()
        }
    }

    @Test("is told on drain that the server goes")
    func drain() async throws {
        try await TestServer.run(sockets: [Self.echo]) { server in
            let peers = [try await open(server.port), try await open(server.port)]
            await server.group.triggerGracefulShutdown()
            for peer in peers {
                #expect(try await frames(1, from: peer) == [.close(1_001)])
                try await peer.send(Frames.close(1_001))
                _ = try await peer.rest()
            }
        }
    }

    struct Refusal: CustomTestStringConvertible {
        var what: String
        var request: String
        var status: Int
        var problem: String
        var header: String?
        var testDescription: String { what }
    }

    static let refusals: [Refusal] = [
        .init(
            what: "no upgrade", request: request(["Upgrade": nil]), status: 426, problem: "upgrade-required",
            header: "Upgrade: websocket"),
        .init(what: "another upgrade", request: request(["Upgrade": "h2c"]), status: 426, problem: "upgrade-required"),
        .init(
            what: "no connection", request: request(["Connection": "keep-alive"]), status: 426,
            problem: "upgrade-required"),
        .init(
            what: "an old version", request: request(["Sec-WebSocket-Version": "8"]), status: 426,
            problem: "websocket-version", header: "Sec-WebSocket-Version: 13"),
        .init(
            what: "no version", request: request(["Sec-WebSocket-Version": nil]), status: 426,
            problem: "websocket-version"),
        .init(what: "no key", request: request(["Sec-WebSocket-Key": nil]), status: 400, problem: "websocket-key"),
        .init(
            what: "a short key", request: request(["Sec-WebSocket-Key": "dGhl"]), status: 400, problem: "websocket-key"),
        .init(
            what: "a key that is none", request: request(["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ"]), status: 400,
            problem: "websocket-key"),
        .init(
            what: "no subprotocol", request: request(["Sec-WebSocket-Protocol": nil]), status: 400,
            problem: "websocket-subprotocol"),
        .init(
            what: "another subprotocol", request: request(["Sec-WebSocket-Protocol": "chat"]), status: 400,
            problem: "websocket-subprotocol"),
        .init(what: "a body", request: request(["Content-Length": "2"]) + "{}", status: 400, problem: "websocket-body"),
        .init(what: "someone who may not", request: request(["Cookie": "guest"]), status: 403, problem: "forbidden"),
        .init(what: "another path", request: request(path: "/api/v1/dead"), status: 404, problem: "no-such-route"),
        .init(
            what: "another method", request: request(method: "POST"), status: 405, problem: "method-not-allowed",
            header: "Allow: GET, HEAD"),
    ]

    @Test("is refused with what is wrong, and the connection ends", arguments: refusals)
    func refused(_ refusal: Refusal) async throws {
        try await TestServer.run(sockets: [Self.echo]) { server in
            let peer = try await Peer.connect(port: server.port)
            try await peer.send(refusal.request)
            let (head, _) = try await peer.head()
            #expect(head.hasPrefix("HTTP/1.1 \(refusal.status) "))
            if let header = refusal.header { #expect(head.contains("\r\n\(header)")) }
            let answer = try await peer.text { $0.hasSuffix("}") }
            #expect(answer.contains("urn:mallbots:problem:\(refusal.problem)\""))
            // NIO's decoder would understand nothing after a request for an upgrade.
            if refusal.request.contains("Upgrade: ") { _ = try await peer.rest() }
            try await peer.close()
        }
    }

    @Test("cannot be had on a connection that has served requests")
    func late() async throws {
        try await TestServer.run(sockets: [Self.echo]) {
            $0.get("plain") { _, _ in "plain" }
        } _: { server in
            let peer = try await Peer.connect(port: server.port)
            try await peer.send("GET /plain HTTP/1.1\r\nHost: mall\r\n\r\n")
            _ = try await peer.text { $0.hasSuffix("plain") }
            try await peer.send(Self.request())
            let answers = String(decoding: try await peer.rest(), as: UTF8.self)
            #expect(answers.contains("HTTP/1.1 409 Conflict\r\n"))
            #expect(answers.contains("urn:mallbots:problem:late-upgrade"))
        }
    }

    @Test("is refused to who does not wait for it", arguments: ["GET /plain HTTP/1.1\r\nHost: mall\r\n\r\n", "\u{81}"])
    func early(extra: String) async throws {
        try await TestServer.run(sockets: [Self.echo]) { server in
            let peer = try await Peer.connect(port: server.port)
            try await peer.send(Self.request() + extra)
            let answer = String(decoding: try await peer.rest(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(answer.contains("urn:mallbots:problem:early-bytes"))
            #expect(!answer.contains("101"))
        }
    }

    @Test("holds what nobody takes, but no more than its limit, and goes on when someone does")
    func backpressure() async throws {
        let gate = AsyncStream.makeStream(of: Void.self)
        let route = WebSocketRoute(path: "/slow", subprotocol: nil, limits: Self.small) { _ in
        } serve: { socket, _ in
            for await _ in gate.stream {}
            var count = 0
            for await text in socket.messages {
                count += text.utf8.count
                if count == 4_000_000 { try? await socket.send(ByteBuffer(string: "all")) }
            }
        }
        try await TestServer.run(sockets: [route]) { server in
            let peer = try await Peer.connect(port: server.port)
            try await peer.send(Self.request(path: "/slow"))
            _ = try await peer.head()
            let message = Frames.text(String(repeating: "a", count: 4_000))
            async let sent: Void = peer.send((0..<1_000).flatMap { _ in message })
            gate.continuation.finish()
            try await sent
            #expect(try await frames(1, from: peer) == [.text("all")])
        }
    }

    private static var small: WebSocketLimits {
        var limits = WebSocketLimits()
        limits.maxWaitingBytes = 10_000
        limits.maxFramesPerSecond = 1_000_000
        return limits
    }

    @Test("is cut when its peer is silent")
    func silent() async throws {
        var limits = WebSocketLimits()
        limits.pingAfter = .milliseconds(50)
        limits.pongTimeout = .milliseconds(50)
        let ended = AsyncStream.makeStream(of: Bool.self)
        let route = WebSocketRoute(path: "/live", subprotocol: nil, limits: limits) { _ in
        } serve: { socket, _ in
            for await _ in socket.messages {}
            ended.continuation.yield(true)
        }
        try await TestServer.run(sockets: [route]) { server in
            let peer = try await Peer.connect(port: server.port)
            try await peer.send(Self.request(path: "/live"))
            let all = try await peer.rest()
            #expect(ServerFrame.all(in: Self.body(all)) == [ServerFrame(first: 0x89, payload: [])])
            for await value in ended.stream {
                #expect(value)
                break
            }
        }
    }

    @Test("makes its sender wait while its peer reads nothing, and is cut after a while")
    func stalled() async throws {
        var limits = WebSocketLimits()
        limits.stallTimeout = .seconds(1)
        let results = AsyncStream.makeStream(of: Int.self)
        let route = WebSocketRoute(path: "/live", subprotocol: nil, limits: limits) { _ in
        } serve: { socket, _ in
            var sent = 0
            let text = ByteBuffer(string: String(repeating: "a", count: 50_000))
            while (try? await socket.send(text)) != nil { sent += 1 }
            results.continuation.yield(sent)
        }
        try await TestServer.run(sockets: [route]) { server in
            let peer = try await Peer.connect(port: server.port)
            try await peer.send(Self.request(path: "/live"))
            _ = try await peer.head()
            try await peer.stopReading()
            for await sent in results.stream {
                // What the kernels' buffers hold, and no more.
                #expect(sent < 1_000)
                break
            }
            try await peer.close()
        }
    }
}
