import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

/// When the tests run: OpenSSL itself checks certificates against the machine's clock.
let testNow = systemSeconds()
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// What reaches the pipeline above TLS.
final class Recorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    var handshake: TLSHandshakeCompleted?
    var data: [UInt8] = []
    var reads = 0
    var readCompletes = 0
    var errors: [any Error] = []
    var inputClosed = 0
    var inactive = false

    var error: TLSError? { errors.first as? TLSError }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        reads += 1
        self.data += Array(unwrapInboundIn(data).readableBytesView)
    }
    func channelReadComplete(context: ChannelHandlerContext) { readCompletes += 1 }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { errors.append(error) }
    func channelInactive(context: ChannelHandlerContext) { inactive = true }
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSHandshakeCompleted { handshake = event }
        if let event = event as? ChannelEvent, event == .inputClosed { inputClosed += 1 }
    }
}

/// One end: an embedded channel with TLS and a recorder.
struct End {
    let channel = EmbeddedChannel()
    let recorder = Recorder()

    init(_ configuration: TLSConfiguration) throws {
        try self.init(TLSContext(configuration))
    }

    init(_ context: TLSContext) throws {
        let handler = try TLSHandler(context: context, logger: quiet)
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.pipeline.syncOperations.addHandler(recorder)
    }

    func activate() throws {
        channel.pipeline.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        channel.embeddedEventLoop.run()
    }

    func tls() throws -> TLSHandler { try channel.pipeline.syncOperations.handler(type: TLSHandler.self) }

    /// All the ciphertext that waits to be sent.
    func takeOutbound() throws -> ByteBuffer {
        var all = ByteBuffer()
        while var next = try channel.readOutbound(as: ByteBuffer.self) { all.writeBuffer(&next) }
        return all
    }

    func write(_ bytes: [UInt8]) {
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }
}

/// A server and a client, back to back.
struct Pair {
    let server: End
    let client: End

    init(_ server: TLSConfiguration, _ client: TLSConfiguration) throws {
        try self.init(TLSContext(server), TLSContext(client))
    }

    init(_ server: TLSContext, _ client: TLSContext) throws {
        self.server = try End(server)
        self.client = try End(client)
        try self.server.activate()
        try self.client.activate()
    }

    /// Carries bytes to and fro until both are silent.
    ///
    /// - Parameter chunk: how many bytes to deliver at a time; nil: all there are
    func pump(chunk: Int? = nil) throws {
        while true {
            let toServer = try client.takeOutbound()
            let toClient = try server.takeOutbound()
            if toServer.readableBytes == 0 && toClient.readableBytes == 0 { return }
            try Self.deliver(toServer, to: server, chunk: chunk)
            try Self.deliver(toClient, to: client, chunk: chunk)
        }
    }

    static func deliver(_ buffer: ByteBuffer, to end: End, chunk: Int?) throws {
        var buffer = buffer
        while buffer.readableBytes > 0, end.channel.isActive {
            let count = min(chunk ?? buffer.readableBytes, buffer.readableBytes)
            if let slice = buffer.readSlice(length: count) { try end.channel.writeInbound(slice) }
        }
    }
}

/// An authority with a server and a robot, as most tests need them.
struct Realm {
    let authority: CertificateAuthority
    let server: TLSCredentials
    let bot: TLSCredentials

    init() throws {
        authority = try CertificateAuthority.create(trustDomain: "mall.test", now: testNow)
        server = try authority.issueServer(name: "gateway", hosts: ["localhost", "127.0.0.1", "::1"], now: testNow)
        bot = try authority.issueBot(id: "b-1", now: testNow)
    }

    var serverSide: TLSConfiguration { .server(server, clientCA: [authority.certificate]) }

    func clientSide(_ credentials: TLSCredentials?, name: String = "localhost") -> TLSConfiguration {
        .client(credentials, serverCA: [authority.certificate], serverName: name)
    }

    /// What this authority revoked.
    func revocations(_ revoked: Certificate..., number: UInt64 = 1) throws -> Revocations {
        let entries = revoked.map {
            RevocationList.Entry(serial: $0.serial, since: testNow - 60, reason: .keyCompromise)
        }
        let list = try authority.revocationList(entries, number: number, now: testNow)
        return try Revocations(lists: [list], authorities: [authority.certificate], now: testNow)
    }

    /// Credentials that say whatever a test wants, signed by this authority.
    func credentials(
        uris: [String] = ["spiffe://mall.test/bot/b-1"], hosts: [String] = [], from: Int64 = -60, to: Int64 = 3600,
        isAuthority: Bool = false, usages: [Int32] = [CertificateTemplate.clientUsage]
    ) throws -> TLSCredentials {
        let key = try PrivateKey.generate()
        let template = CertificateTemplate(
            commonName: "test", uris: uris.map { Array($0.utf8) }, hosts: hosts,
            validity: (testNow + from)...(testNow + to), isAuthority: isAuthority, usages: usages)
        let certificate = try template.signed(for: key, by: (authority.certificate, authority.key))
        return try TLSCredentials(certificate: certificate, key: key)
    }
}
