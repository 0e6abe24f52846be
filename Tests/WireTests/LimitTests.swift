import Glibc
import Logging
import Messages
import NIOCore
import NIOPosix
import Testing

@testable import Wire

/// Limits that take sockets, memory or threads to show. Those of the machine alone are among the hostile cases.
@Suite(.serialized) struct LimitTests {
    typealias Text = Lab.Text

    let held = Held()
    let logger = Logger(label: "test")

    private func withServer<R: Sendable>(
        _ change: (inout WireLimits) -> Void, _ body: @escaping @Sendable (WireServer, Int) async throws -> R
    ) async throws -> R {
        var configuration = WireServer.Configuration(plaintextHost: "127.0.0.1", port: 0)
        change(&configuration.limits)
        let server = WireServer(configuration: configuration, router: held.router, logger: logger)
        let running = Task { try await server.run() }
        defer { running.cancel() }
        let port = try await server.boundAddress.port
        return try await within { try await body(server, port) }
    }

    /// A connection that sends what it is told; what comes back is kept, unless it does not read.
    private func peer(_ port: Int, reads: Bool = true) async throws -> (
        channel: any Channel, frames: Box<[WireV1.Frame]>
    ) {
        let frames = Box<[WireV1.Frame]>([])
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.socketOption(.so_rcvbuf), value: 4_096)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FrameCollector(frames))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return (channel, frames)
    }

    private func send(_ frames: [WireV1.Frame], _ channel: any Channel) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: frames.flatMap(FrameEncoder.encode)))
    }

    private static let hello = WireV1.Frame(kind: .hello(.init(minVersion: 1, maxVersion: 1)))

    private static func gated(_ id: UInt32, _ metadata: [WireV1.MetadataEntry] = []) -> WireV1.Frame {
        .init(streamID: id, kind: .open(.init(method: "/test.Limits/Held", metadata: metadata)))
    }

    private static func message(_ id: UInt32, bytes: Int) -> WireV1.Frame {
        let empty = Text(key: "").protobuf().count + 4
        return .init(
            streamID: id, kind: .message(Text(value: String(repeating: "x", count: max(0, bytes - empty))).protobuf()))
    }

    @Test func theCallThatHoldsTheMostEndsAndTheOthersGoOn() async throws {
        try await withServer {
            $0.maxBufferedBytes = 100_000
        } _: { [self] server, port in
            let (channel, frames) = try await peer(port)
            try await send([Self.hello, Self.gated(1), Self.gated(2), Self.message(2, bytes: 50_000)], channel)
            for _ in 0..<2 { try await send([Self.message(1, bytes: 40_000)], channel) }
            try await eventually("call 1 ends") {
                frames.value.contains {
                    if case .status(let status)? = $0.kind {
                        $0.streamID == 1 && status.code == .resourceExhausted
                    } else {
                        false
                    }
                }
            }
            #expect(server.counters[.tooMuchBuffered] == 1)
            // Its handler lets go of what it was sent; the other one gets all that it was sent.
            try await send([.init(streamID: 2, end: true)], channel)
            held.release()
            try await eventually("call 2 is answered") {
                frames.value.contains { $0.streamID == 2 && $0.kind == .message(WireV1.Ping(opaque: 1).protobuf()) }
            }
            try await channel.close()
        }
    }

    @Test func whatTheConsumerTookDoesNotCount() async throws {
        try await Lab().withClient(over: .tcp, limits: small) { client in
            // Far more than the limit goes through calls whose messages are taken as they come.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        try await client.call(
                            "/test.Lab/Chat", context: .init(), request: Text.self, response: Text.self
                        ) {
                            inbound, outbound in
                            for _ in 0..<100 {
                                try await outbound.send(Text(value: String(repeating: "x", count: 2_000)))
                                _ = try await inbound.next()
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    private var small: WireLimits {
        var limits = WireLimits()
        limits.maxBufferedBytes = 40_000
        return limits
    }

    @Test func aMessageThatWaitedAndIsNotOfItsTypeEndsItsCall() async throws {
        try await withServer { _ in
        } _: { [self] server, port in
            let (channel, frames) = try await peer(port)
            try await send(
                [Self.hello, Self.gated(1), .init(streamID: 1, kind: .message([0x0A, 2, 0xC3, 0x28]))], channel)
            try await eventually("the handler waits") { held.started == 1 }
            #expect(server.counters[.badMessage] == 0)
            held.release()
            try await eventually("the call ends") {
                frames.value.contains {
                    if case .status(let status)? = $0.kind { status.code == .invalidArgument } else { false }
                }
            }
            try await eventually("it is counted") { server.counters[.badMessage] == 1 }
            #expect(frames.value.count { if case .status? = $0.kind { true } else { false } } == 1)
            try await channel.close()
        }
    }

    @Test func aPeerThatMakesUsAnswerAndReadsNothing() async throws {
        try await withServer {
            $0.maxUnsentBytes = 200_000
            $0.maxOpensPerSecond = .max
        } _: { [self] server, port in
            let (channel, _) = try await peer(port, reads: false)
            try await send([Self.hello], channel)
            let method = "/no.Such/" + String(repeating: "x", count: 100)
            var id: UInt32 = 0
            try await eventually("it is ended") {
                let frames = (0..<500).map { _ -> WireV1.Frame in
                    id += 1
                    return .init(streamID: id, kind: .open(.init(method: method)))
                }
                // Nobody reads its answers, so this is not waited for either.
                channel.writeAndFlush(ByteBuffer(bytes: frames.flatMap(FrameEncoder.encode)), promise: nil)
                return server.counters[.tooMuchUnsent] == 1
            }
            try await eventually("it is gone") { server.connectionCount == 0 }
            try? await channel.close()
        }
    }

    // MARK: Handshakes

    @Test func aSlowHandshakeGivesWayToAnotherPeer() async throws {
        try await withServer {
            $0.maxHandshakesInFlight = 1
            $0.handshakePatience = .zero
        } _: { [self] server, port in
            let (silent, _) = try await peer(port)
            try await eventually("it is here") { server.handshakeCount == 1 }
            let (channel, frames) = try await peer(port)
            try await send([Self.hello], channel)
            try await eventually("the other is served") { !frames.value.isEmpty }
            try await silent.closeFuture.get()
            #expect(server.counters[.tooManyHandshakes] == 1)
            #expect(server.handshakeCount == 0)
            try await channel.close()
        }
    }

    @Test func aYoungHandshakeDoesNot() async throws {
        try await withServer {
            $0.maxHandshakesInFlight = 1
            $0.handshakePatience = .seconds(3_600)
        } _: { [self] server, port in
            let (first, frames) = try await peer(port)
            try await eventually("it is here") { server.handshakeCount == 1 }
            let (second, _) = try await peer(port)
            try await second.closeFuture.get()
            #expect(server.counters[.tooManyHandshakes] == 1)
            try await send([Self.hello], first)
            try await eventually("the first is served") { !frames.value.isEmpty }
            try await first.close()
        }
    }

    @Test func anAddressHasItsShare() async throws {
        try await withServer {
            $0.maxConnectionsPerAddress = 1
        } _: { [self] server, port in
            let (first, _) = try await peer(port)
            try await eventually("it is here") { server.connectionCount == 1 }
            let (second, _) = try await peer(port)
            try await second.closeFuture.get()
            #expect(server.counters[.tooManyConnectionsFromAddress] == 1)
            try await first.close()
            try await eventually("there is room again") { server.connectionCount == 0 }
        }
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "20:1:d:b8:0:1:0:2::/64"),
        ("2001:db8:1:2:ffff::1", "20:1:d:b8:0:1:0:2::/64"), ("::ffff:192.0.2.7", "192.0.2.7"),
    ])
    func aNetworkOfIPv6AddressesIsOne(address: String, key: String) throws {
        #expect(ConnectionRegistry.key(try SocketAddress(ipAddress: address, port: 1)) == key)
    }

    @Test func theKernelGivesUpWhenKeepaliveWould() {
        #expect(WireLimits().tcpUserTimeout == 50_000)
        var limits = WireLimits()
        limits.keepalive = .zero
        #expect(limits.tcpUserTimeout == 0)
    }

    // MARK: Memory

    /// What is allocated, in bytes, by glibc's own account of all its arenas.
    private static func allocated() throws -> Int {
        typealias MallocInfo = @convention(c) (Int32, UnsafeMutablePointer<FILE>) -> Int32
        // Safe because this is glibc's function of that name and type; its header is in no module.
        let mallocInfo = unsafeBitCast(try #require(dlsym(nil, "malloc_info")), to: MallocInfo.self)
        var text: UnsafeMutablePointer<CChar>?
        var size = 0
        let stream = try #require(open_memstream(&text, &size))
        defer { free(text) }
        try #require(mallocInfo(0, stream) == 0 && fclose(stream) == 0)
        let lines = String(cString: try #require(text)).split(separator: "\n")
        // The last line of a kind is the sum over all arenas; its last number is bytes.
        let sums = ["system type=\"current\"", "total type=\"mmap\"", "total type=\"fast\"", "total type=\"rest\""].map
        { kind in
            lines.last { $0.hasPrefix("<\(kind)") }?.split(separator: "\"").compactMap { Int($0) }.last
        }
        let found = sums.compactMap { $0 }
        try #require(found.count == 4)
        return found[0] + found[1] - found[2] - found[3]
    }

    /// Ten peers that use up whatever they may: calls with all their metadata, messages of the smallest size that nobody
    /// takes, half a frame, and answers that they do not read.
    @Test(arguments: [0, 2_000]) func whatAPeerCosts(messageBytes: Int) async throws {
        try await withServer {
            $0.maxStreams = 16
            $0.maxBufferedBytes = 262_144
        } _: { [self] server, port in
            var limits = WireLimits()
            limits.maxStreams = 16
            limits.maxBufferedBytes = 262_144
            var channels: [any Channel] = []
            let before = try Self.allocated()
            let entries = (0..<128).map {
                WireV1.MetadataEntry(key: "k\($0)", value: String(repeating: "x", count: 59))
            }
            for _ in 0..<10 {
                let (channel, _) = try await peer(port, reads: false)
                channels.append(channel)
                try await send([Self.hello], channel)
                for id in 1...16 as ClosedRange<UInt32> {
                    try await send([Self.gated(id, entries)], channel)
                    let one = Self.message(id, bytes: messageBytes)
                    let count = 16_000 / max(32, messageBytes)
                    try await send(Array(repeating: one, count: count), channel)
                }
                try await channel.writeAndFlush(
                    ByteBuffer(bytes: [0, 0, 0xFF, 0xFF] + Array(repeating: 8, count: 60_000)))
            }
            try await eventually("all calls have begun") { held.started == 160 }
            let each = try (Self.allocated() - before) / 10
            #expect(each < limits.maxConnectionBytes, "\(each) bytes for each")
            // The attack was one: it holds most of what it may.
            #expect(each > 250_000, "\(each) bytes for each")
            #expect(server.counters[.tooMuchBuffered] == 0)
            for channel in channels { try await channel.close() }
            try await eventually("they are gone") { server.connectionCount == 0 }
            try await eventually("their handlers have let go") { try (Self.allocated() - before) / 10 < 150_000 }
        }
    }
}

/// A service whose handlers take no messages until they may, and then answer with how many they got.
final class Held: Sendable {
    private let state = Box((isReleased: false, started: 0))

    var started: Int { state.value.started }

    func release() { state.change { $0.isReleased = true } }

    var router: WireRouter {
        var router = WireRouter()
        router.register(clientStreaming: "/test.Limits/Held") { (inbound: WireInbound<Lab.Text>, _) -> Lab.Number in
            self.state.change { $0.started += 1 }
            while !self.state.value.isReleased { try await Task.sleep(for: .milliseconds(10)) }
            var count: UInt64 = 0
            for try await _ in inbound { count += 1 }
            return Lab.Number(opaque: count)
        }
        return router
    }
}

/// Keeps the frames that arrive.
private final class FrameCollector: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer

    private let frames: Box<[WireV1.Frame]>
    // Safe because it is used on the channel's event loop only.
    private var buffer: [UInt8] = []

    init(_ frames: Box<[WireV1.Frame]>) { self.frames = frames }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        buffer += unwrapInboundIn(data).readableBytesView
        while buffer.count >= 4 {
            let length = buffer[..<4].reduce(0) { $0 << 8 | Int($1) }
            guard buffer.count >= 4 + length else { return }
            if let frame = try? WireV1.Frame(protobuf: Array(buffer[4..<4 + length])) {
                frames.change { $0.append(frame) }
            }
            buffer.removeFirst(4 + length)
        }
    }
}
