import Foundation
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Wire

/// What OpenSSL's own command line makes of our certificates and of our server, over real sockets.
@Suite struct OpenSSLToolTests {
    /// What a server saw of its connections.
    final class Seen: Sendable {
        struct State {
            var handshakes: [TLSHandshakeCompleted] = []
            var errors: [TLSError] = []
        }
        let state = Mutex(State())
        var errors: [TLSError] { state.withLock { $0.errors } }
        var handshakes: [TLSHandshakeCompleted] { state.withLock { $0.handshakes } }
    }

    /// Answers everything with itself.
    final class Echo: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        let seen: Seen
        init(_ seen: Seen) { self.seen = seen }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.write(data, promise: nil) }
        func channelReadComplete(context: ChannelHandlerContext) { context.flush() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            if let error = error as? TLSError { seen.state.withLock { $0.errors.append(error) } }
        }
        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let event = event as? TLSHandshakeCompleted { seen.state.withLock { $0.handshakes.append(event) } }
        }
    }

    struct Site {
        let folder: String
        let port: Int
        let seen: Seen
        let directory: TLSDirectory

        /// Arguments of s_client for this server, with or without a robot's certificate.
        func client(certificate: Bool = true, alpn: Bool = true, _ more: String...) -> [String] {
            var arguments = ["s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", directory.authorityFile]
            if certificate {
                arguments += ["-cert", "\(directory.path)/bots/b-1.pem", "-key", "\(directory.path)/bots/b-1.key"]
            }
            if alpn { arguments += ["-alpn", "mallbots/1"] }
            return arguments + more
        }
    }

    private func withServer(_ body: (Site) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "mallbots-tls-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let directory = TLSDirectory(path: folder)
        let authority = try directory.authority(trustDomain: "mall.test", now: testNow)
        _ = try directory.bots(ids: ["b-1"], by: authority, now: testNow)
        let credentials = try directory.server(
            name: "gateway", hosts: ["localhost", "127.0.0.1"], by: authority, now: testNow)
        let context = try TLSContext(.server(credentials, clientCA: [authority.certificate]))
        let seen = Seen()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        TLSHandler(context: context, logger: quiet), Echo(seen),
                    ])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(channel.localAddress?.port)
        try await body(Site(folder: folder, port: port, seen: seen, directory: directory))
        try await channel.close()
    }

    private func openssl(_ arguments: [String], input: String = "sleep 1") async throws -> String {
        try await shell("(\(input)) | openssl \(arguments.joined(separator: " "))")
    }

    private func eventually(_ condition: () -> Bool) async throws -> Bool {
        for _ in 0..<500 {
            if condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return condition()
    }

    @Test func verifyAcceptsWhatIsIssued() async throws {
        try await withServer { site in
            let path = site.directory.path
            for (file, purpose) in [("server", "sslserver"), ("server", "sslclient"), ("bots/b-1", "sslclient")] {
                let said = try await shell(
                    "openssl verify -x509_strict -purpose \(purpose) -CAfile \(path)/ca.pem \(path)/\(file).pem")
                #expect(said.contains(": OK"), "\(said)")
            }
            let wrong = try await shell(
                "openssl verify -purpose sslserver -CAfile \(path)/ca.pem \(path)/bots/b-1.pem")
            #expect(wrong.contains("unsuitable certificate purpose"), "\(wrong)")
            let text = try await shell("openssl x509 -in \(path)/bots/b-1.pem -noout -text")
            for expected in [
                "URI:spiffe://mall.test/bot/b-1", "CA:FALSE", "Digital Signature", "TLS Web Client Authentication",
                "Authority Key Identifier", "Subject Key Identifier", "prime256v1", "ecdsa-with-SHA256",
            ] { #expect(text.contains(expected), "\(expected)") }
            let key = try await shell("openssl pkey -in \(path)/bots/b-1.key -noout -check")
            #expect(key.contains("valid"), "\(key)")
        }
    }

    @Test func aForeignClientIsServed() async throws {
        try await withServer { site in
            let said = try await openssl(
                site.client("-verify_return_error", "-verify_hostname localhost"),
                input: "echo hello over TLS; sleep 1")
            #expect(said.contains("ALPN protocol: mallbots/1"), "\(said)")
            #expect(said.contains("New, TLSv1.3"), "\(said)")
            #expect(said.contains("Verify return code: 0 (ok)"))
            #expect(said.contains("hello over TLS"))
            // No tickets: nobody could use them yet.
            #expect(!said.contains("TLS session ticket"))
            #expect(site.seen.handshakes.map { $0.peer?.id } == ["b-1"])
            #expect(try await eventually { site.seen.errors.isEmpty })
        }
    }

    @Test func oldVersionsAreRefusedByName() async throws {
        try await withServer { site in
            let said = try await openssl(site.client("-tls1_2"))
            #expect(said.contains("alert protocol version"), "\(said)")
            #expect(try await eventually { !site.seen.errors.isEmpty })
            #expect(
                site.seen.errors.first?.message == "the client offers only TLS 1.2, and TLS 1.3 is required")
            #expect(site.seen.handshakes.isEmpty)
        }
    }

    @Test func anotherProtocolOrNoneIsRefused() async throws {
        try await withServer { site in
            let none = try await openssl(site.client(alpn: false))
            #expect(none.contains("alert no application protocol"), "\(none)")
            let other = try await openssl(site.client(alpn: false, "-alpn h2,http/1.1"))
            #expect(other.contains("alert no application protocol"), "\(other)")
            #expect(try await eventually { site.seen.errors.count == 2 })
            #expect(site.seen.errors.allSatisfy { $0.reason == .noProtocol })
            #expect(site.seen.errors.first?.message == "the client does not offer mallbots/1 (it sent no ALPN)")
        }
    }

    @Test func noCertificateIsRefused() async throws {
        try await withServer { site in
            let said = try await openssl(site.client(certificate: false))
            #expect(said.contains("alert certificate required"), "\(said)")
            #expect(try await eventually { !site.seen.errors.isEmpty })
            #expect(site.seen.errors.first?.message == "the client sent no certificate")
        }
    }

    @Test func tooManyKeyUpdatesEndTheConnection() async throws {
        try await withServer { site in
            let updates = "sleep 0.5; for i in $(seq 1 20); do echo K; sleep 0.05; done; sleep 0.5"
            _ = try await openssl(site.client(), input: updates)
            #expect(try await eventually { !site.seen.errors.isEmpty })
            #expect(site.seen.handshakes.count == 1)
            #expect(site.seen.errors.first?.reason == .tooManyKeyUpdates)
        }
    }

    @Test func aFewKeyUpdatesAreFine() async throws {
        try await withServer { site in
            let updates = "sleep 0.5; for i in 1 2 3; do echo K; sleep 0.05; done; echo still here; sleep 0.5"
            let said = try await openssl(site.client(), input: updates)
            #expect(said.contains("KEYUPDATE"), "\(said)")
            #expect(said.contains("still here"), "\(said)")
            #expect(site.seen.errors.isEmpty)
        }
    }

    @Test func plainHTTPIsToldSo() async throws {
        try await withServer { site in
            let http = try await shell("curl -sS --max-time 5 http://127.0.0.1:\(site.port)/")
            #expect(http.contains("over TLS, not HTTP"), "\(http)")
            let served = try await openssl(site.client(), input: "echo fine; sleep 1")
            #expect(served.contains("fine"))
            #expect(site.seen.errors.map(\.reason) == [.plainHTTP])
        }
    }
}
