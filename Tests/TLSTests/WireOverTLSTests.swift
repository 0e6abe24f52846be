import Messages
import Testing

@testable import Wire

/// A real Wire server and client over sockets and mutual TLS.
@Suite struct WireOverTLSTests {
    private static let method = "/test.Echo/Ping"

    private func withServer(_ realm: Realm, _ body: (WireServer, Int) async throws -> Void) async throws {
        var router = WireRouter()
        router.register(unary: Self.method) { (ping: WireV1.Ping, context: CallContext) in
            guard context.peer?.uri == "spiffe://mall.test/bot/b-1" else {
                throw WireStatus(.permissionDenied, "\(String(describing: context.peer))")
            }
            return WireV1.Ping(opaque: ping.opaque, ack: true)
        }
        let server = try WireServer(
            configuration: .init(host: "127.0.0.1", port: 0, tls: TLSContext(realm.serverSide)), router: router,
            logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            try await body(server, server.boundAddress.port)
            group.cancelAll()
        }
    }

    private func ping(_ port: Int, _ configuration: TLSConfiguration) async throws -> WireV1.Ping {
        let client = try WireClient(
            configuration: .init(host: "127.0.0.1", port: port, tls: TLSContext(configuration)), logger: quiet)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            defer { client.close() }
            return try await client.unary(
                Self.method, WireV1.Ping(opaque: 7), context: CallContext(timeout: .seconds(10)))
        }
    }

    private func refusal(_ port: Int, _ configuration: TLSConfiguration) async -> String {
        do {
            _ = try await ping(port, configuration)
            return "served"
        } catch {
            return "\((error as? WireStatus)?.message ?? "\(error)")"
        }
    }

    @Test func handlersSeeWhoCalls() async throws {
        let realm = try Realm()
        try await withServer(realm) { _, port in
            let answer = try await ping(port, realm.clientSide(realm.bot))
            #expect(answer == WireV1.Ping(opaque: 7, ack: true))
        }
    }

    @Test func manyConnectAtOnce() async throws {
        let realm = try Realm()
        try await withServer(realm) { _, port in
            try await withThrowingTaskGroup(of: WireV1.Ping.self) { group in
                for _ in 0..<30 { group.addTask { try await ping(port, realm.clientSide(realm.bot)) } }
                var served = 0
                for try await answer in group where answer.ack { served += 1 }
                #expect(served == 30)
            }
        }
    }

    @Test func callersLearnWhyTheyAreRefused() async throws {
        let realm = try Realm()
        try await withServer(realm) { server, port in
            let none = await refusal(port, realm.clientSide(nil))
            #expect(none.contains("requires a certificate and we sent none"), "\(none)")
            let stranger = try Realm()
            let unknown = await refusal(port, realm.clientSide(stranger.bot))
            #expect(unknown.contains("does not trust the authority of our certificate"), "\(unknown)")
            let distrust = await refusal(port, stranger.clientSide(realm.bot))
            #expect(distrust.contains("signed by an unknown authority"), "\(distrust)")
            let misnamed = await refusal(port, realm.clientSide(realm.bot, name: "elsewhere"))
            #expect(misnamed.contains("for other names than the one dialled"), "\(misnamed)")
            // None of this harms anyone else.
            let answer = try await ping(port, realm.clientSide(realm.bot))
            #expect(answer.ack)
            #expect(server.counters[.tls] == 4)
        }
    }
}
