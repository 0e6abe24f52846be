import Foundation
import Messages
import NIOEmbedded
import Synchronization
import Testing

@testable import Wire

/// Other certificates, authorities and revocation lists under a running server.
@Suite struct ReloadTests {
    private static let stay = "/test.Echo/Stay"

    /// How calls of robots ended, by robot; those that go on are not in it.
    private final class Ends: Sendable {
        private let ends = Mutex<[String: WireStatus]>([:])
        subscript(id: String) -> WireStatus? { ends.withLock { $0[id] } }
        func note(_ id: String, _ status: WireStatus) { ends.withLock { $0[id] = status } }
    }

    private func serverSide(_ realm: Realm, revoked: Certificate...) throws -> TLSContext {
        var configuration = realm.serverSide
        let entries = revoked.map { RevocationList.Entry(serial: $0.serial, since: testNow, reason: .keyCompromise) }
        configuration.revocations = try Revocations(
            lists: [realm.authority.revocationList(entries, number: 2, now: testNow)],
            authorities: [realm.authority.certificate], now: testNow)
        return try TLSContext(configuration)
    }

    /// A server, and robots that each have one call that goes on for as long as their connection.
    private func withRobots(
        _ realm: Realm, _ robots: [String: TLSCredentials], _ body: (WireServer, Ends) async throws -> Void
    ) async throws {
        var router = WireRouter()
        router.register(serverStreaming: Self.stay) {
            (_: WireV1.Ping, outbound: WireOutbound<WireV1.Ping>, _) in
            try await outbound.send(WireV1.Ping())
            try await Task.sleep(for: .seconds(600))
        }
        let server = try WireServer(
            configuration: .init(host: "127.0.0.1", port: 0, tls: serverSide(realm)), router: router, logger: quiet)
        let ends = Ends()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let port = try await server.boundAddress.port
            let (began, begin) = AsyncStream.makeStream(of: Void.self)
            for (id, credentials) in robots {
                let tls = try TLSContext(realm.clientSide(credentials))
                group.addTask { await Self.stay(id, port, tls, ends) { begin.yield() } }
            }
            var waiting = robots.count
            for await _ in began {
                waiting -= 1
                if waiting == 0 { break }
            }
            try await body(server, ends)
            group.cancelAll()
        }
    }

    private static func stay(
        _ id: String, _ port: Int, _ tls: TLSContext, _ ends: Ends, began: @escaping @Sendable () -> Void
    ) async {
        let client = WireClient(configuration: .init(host: "127.0.0.1", port: port, tls: tls), logger: quiet)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await client.run() }
            do {
                try await client.serverStreaming(stay, WireV1.Ping(), context: CallContext()) {
                    (inbound: WireInbound<WireV1.Ping>) in
                    while try await inbound.next() != nil { began() }
                }
                ends.note(id, WireStatus(.ok, ""))
            } catch {
                ends.note(id, error as? WireStatus ?? WireStatus(.unknown, "\(error)"))
            }
            client.close()
        }
    }

    private func eventually(_ condition: () -> Bool) async throws -> Bool {
        for _ in 0..<500 {
            if condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return condition()
    }

    @Test func theRevokedGoAndTheOthersStay() async throws {
        let realm = try Realm()
        let thief = try realm.authority.issueBot(id: "b-2", now: testNow)
        try await withRobots(realm, ["b-1": realm.bot, "b-2": thief]) { server, ends in
            let ended1 = try await server.reload(tls: serverSide(realm))
            #expect(ended1 == 0)
            #expect(server.connectionCount == 2)
            let ended2 = try await server.reload(tls: serverSide(realm, revoked: thief.certificate))
            #expect(ended2 == 1)
            #expect(try await eventually { ends["b-2"] != nil && server.connectionCount == 1 })
            let said = try #require(ends["b-2"])
            #expect(said.code == .unavailable)
            #expect(said.message.contains("PERMISSION_DENIED"), "\(said.message)")
            #expect(said.message.contains("the client's certificate was revoked on 20"), "\(said.message)")
            let ended = server.counters[.certificateRevoked]
            #expect(ended >= 1)
            // The other one is on the connection that it came on.
            #expect(ends["b-1"] == nil)
            // And the revoked one does not come back in.
            let client = try TLSContext(realm.clientSide(thief))
            let port = try await server.boundAddress.port
            await Self.stay("again", port, client, ends) {}
            #expect(ends["again"]?.message.contains("refused our certificate as revoked") == true)
            #expect(try await eventually { server.counters[.certificateRevoked] > ended })
            #expect(try await eventually { server.connectionCount == 1 })
        }
    }

    @Test func whoIsNotTrustedAnyMoreGoes() async throws {
        let realm = try Realm()
        let other = try Realm()
        try await withRobots(realm, ["b-1": realm.bot]) { server, ends in
            // One more authority changes nothing for those who are here.
            let both = TLSConfiguration.server(
                realm.server, clientCA: [other.authority.certificate, realm.authority.certificate])
            let ended3 = try await server.reload(tls: TLSContext(both))
            #expect(ended3 == 0)
            #expect(ends["b-1"] == nil)
            // Another of the same name is another.
            let strange = TLSConfiguration.server(realm.server, clientCA: [other.authority.certificate])
            let ended4 = try await server.reload(tls: TLSContext(strange))
            #expect(ended4 == 1)
            #expect(try await eventually { ends["b-1"] != nil })
            #expect(ends["b-1"]?.message.contains("UNAUTHENTICATED") == true, "\(String(describing: ends["b-1"]))")
            #expect(ends["b-1"]?.message.contains("signed by an unknown authority") == true)
            #expect(server.counters[.certificateNotAccepted] == 1)
        }
    }

    @Test func anotherTrustDomainSendsThemAway() async throws {
        let realm = try Realm()
        try await withRobots(realm, ["b-1": realm.bot]) { server, ends in
            var configuration = realm.serverSide
            configuration.trustDomain = "other.test"
            let ended5 = try await server.reload(tls: TLSContext(configuration))
            #expect(ended5 == 1)
            #expect(try await eventually { ends["b-1"] != nil })
            #expect(ends["b-1"]?.message.contains("of trust domain mall.test, not other.test") == true)
        }
    }

    @Test func newConnectionsSeeTheNewCertificate() async throws {
        let realm = try Realm()
        try await withRobots(realm, ["b-1": realm.bot]) { server, ends in
            let renewed = try realm.authority.issueServer(name: "renewed", hosts: ["localhost"], now: testNow)
            try await server.reload(
                tls: TLSContext(.server(renewed, clientCA: [realm.authority.certificate])))
            let port = try await server.boundAddress.port
            let seen = try await shell(
                "echo | openssl s_client -connect 127.0.0.1:\(port) -alpn mallbots/1 | openssl x509 -noout -ext subjectAltName"
            )
            #expect(seen.contains("spiffe://mall.test/service/renewed"), "\(seen)")
            #expect(ends["b-1"] == nil)
        }
    }

    /// A reload in the middle of a handshake: what the old context accepted is checked against the new one.
    @Test func handshakesUnderWayAreCheckedToo() throws {
        let realm = try Realm()
        let pair = try Pair(serverSide(realm), TLSContext(realm.clientSide(realm.bot)))
        // The client's hello is there, the rest is to come.
        try Pair.deliver(pair.client.takeOutbound(), to: pair.server, chunk: nil)
        try pair.server.tls().recheck(against: serverSide(realm, revoked: realm.bot.certificate))
        try pair.pump()
        #expect(pair.server.recorder.handshake == nil)
        #expect(pair.server.recorder.error?.reason == .revoked)
        #expect(!pair.server.channel.isActive)
    }

    @Test func keyUpdatesAreCountedApart() async throws {
        let realm = try Realm()
        try await withRobots(realm, ["b-1": realm.bot]) { server, _ in
            let port = try await server.boundAddress.port
            let folder = try await shell("mktemp -d").trimmingCharacters(in: .whitespacesAndNewlines)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try Data(realm.bot.certificate.pem() + realm.bot.key.pem()).write(
                to: URL(fileURLWithPath: "\(folder)/bot.pem"))
            let updates = "sleep 0.3; for i in $(seq 1 20); do echo K; sleep 0.03; done; sleep 0.2"
            _ = try await shell(
                "(\(updates)) | openssl s_client -connect 127.0.0.1:\(port) -alpn mallbots/1 -cert \(folder)/bot.pem")
            #expect(try await eventually { server.counters[.tooManyKeyUpdates] == 1 })
            #expect(server.counters[.tls] == 0)
        }
    }
}
