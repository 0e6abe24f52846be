import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

/// Each bad peer is refused for its own reason, in words, on both sides where both can know.
@Suite struct TLSRefusalTests {
    private func refuse(
        _ credentials: (Realm) throws -> TLSCredentials?, _ reason: TLSError.Reason, _ words: String,
        clientHears: String? = nil
    ) throws {
        let realm = try Realm()
        let pair = try Pair(realm.serverSide, realm.clientSide(credentials(realm)))
        try pair.pump()
        let error = try #require(pair.server.recorder.error)
        #expect(error.reason == reason)
        #expect(error.message.contains(words), "\(error.message)")
        #expect(pair.server.recorder.handshake == nil)
        #expect(pair.server.recorder.errors.count == 1)
        #expect(!pair.server.channel.isActive)
        let atClient = try #require(pair.client.recorder.error)
        #expect(atClient.reason == .refusedByPeer)
        if let clientHears { #expect(atClient.message.contains(clientHears), "\(atClient.message)") }
        #expect(!pair.client.channel.isActive)
    }

    @Test func noCertificate() throws {
        try refuse(
            { _ in nil }, .noCertificate, "the client sent no certificate",
            clientHears: "the server requires a certificate and we sent none")
    }

    @Test func anotherAuthority() throws {
        let other = try CertificateAuthority.create(trustDomain: "mall.test", now: testNow)
        try refuse(
            { _ in try other.issueBot(id: "b-1", now: testNow) }, .unknownAuthority,
            "the client's certificate is signed by an unknown authority",
            clientHears: "does not trust the authority of our certificate")
    }

    @Test func expired() throws {
        try refuse(
            { try $0.credentials(from: -7200, to: -60) }, .expired, "the client's certificate expired on 2",
            clientHears: "expired or not yet valid")
    }

    @Test func notYetValid() throws {
        try refuse({ try $0.credentials(from: 600) }, .notYetValid, "is not valid before 2")
    }

    @Test func wrongPurpose() throws {
        try refuse(
            { try $0.credentials(usages: [CertificateTemplate.serverUsage]) }, .wrongPurpose, "not meant for a client")
    }

    @Test func anAuthoritysOwnCertificate() throws {
        try refuse({ try $0.credentials(isAuthority: true) }, .authorityAsPeer, "CA:TRUE")
        let authority = try Realm().authority.certificate
        let error = #expect(throws: TLSError.self) { try authority.identity() }
        #expect(error?.reason == .authorityAsPeer)
    }

    @Test func twoNames() throws {
        try refuse(
            { try $0.credentials(uris: ["spiffe://mall.test/bot/a", "spiffe://mall.test/bot/b"]) }, .badIdentity,
            "2 URI names", clientHears: "refused our certificate")
    }

    @Test(arguments: [
        [], ["https://mall.test/bot/a"], ["spiffe://mall.test/bot/"], ["spiffe://mall.test/bot/a\0b"],
        ["spiffe://mall.test/bot/a b"], ["spiffe://mall.test/bot/\(String(repeating: "x", count: 200))"],
    ])
    func noUsableName(_ uris: [String]) throws {
        try refuse({ try $0.credentials(uris: uris) }, .badIdentity, "identity")
    }

    @Test func anotherTrustDomain() throws {
        let realm = try Realm()
        var configuration = realm.serverSide
        configuration.trustDomain = "mall.test"
        let stranger = try realm.credentials(uris: ["spiffe://other.test/bot/b-1"])
        let pair = try Pair(configuration, realm.clientSide(stranger))
        try pair.pump()
        #expect(pair.server.recorder.error?.reason == .badIdentity)
        #expect(pair.server.recorder.error?.message.contains("other.test") == true)
        let friend = try Pair(configuration, realm.clientSide(realm.bot))
        try friend.pump()
        #expect(friend.server.recorder.handshake != nil)
    }

    @Test(arguments: ["example.org", "127.0.0.2", "localhost.example.org", "ocalhost"])
    func theServersCertificateIsForAnotherName(_ name: String) throws {
        let realm = try Realm()
        let pair = try Pair(realm.serverSide, realm.clientSide(realm.bot, name: name))
        try pair.pump()
        #expect(pair.client.recorder.error?.reason == .nameMismatch)
        #expect(pair.client.recorder.handshake == nil)
        #expect(pair.server.recorder.handshake == nil)
        #expect(pair.server.recorder.error?.reason == .refusedByPeer)
    }

    @Test func theServerIsAnotherAuthoritys() throws {
        let realm = try Realm()
        let other = try Realm()
        let pair = try Pair(other.serverSide, realm.clientSide(realm.bot))
        try pair.pump()
        #expect(pair.client.recorder.error?.message == "the server's certificate is signed by an unknown authority")
        #expect(pair.server.recorder.error?.message.contains("does not trust the authority of our certificate") == true)
    }

    @Test func garbage() throws {
        let server = try End(Realm().serverSide)
        try server.activate()
        try server.channel.writeInbound(ByteBuffer(bytes: (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 99) }))
        #expect(server.recorder.error?.reason == .notTLS)
        #expect(!server.channel.isActive)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST /api HTTP/1.1\r\n\r\n", "CONNECT x:1 HTTP/1.1\r\n\r\n",
    ])
    func plainHTTP(_ request: String) throws {
        let server = try End(Realm().serverSide)
        try server.activate()
        try server.channel.writeInbound(ByteBuffer(string: request))
        #expect(server.recorder.error?.message == "this looks like plain HTTP, not TLS")
        let answer = String(buffer: try server.takeOutbound())
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n") && answer.contains("over TLS, not HTTP"))
        #expect(!server.channel.isActive)
    }

    @Test func tooSlow() throws {
        let realm = try Realm()
        let pair = try Pair(realm.serverSide, realm.clientSide(realm.bot))
        pair.server.channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        #expect(pair.server.channel.isActive)
        pair.server.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(pair.server.recorder.error?.message == "the TLS handshake took longer than 10.0 s")
        #expect(!pair.server.channel.isActive)
        // And one that was done in time is left alone.
        let other = try Pair(realm.serverSide, realm.clientSide(realm.bot))
        try other.pump()
        other.server.channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(other.server.channel.isActive)
    }

    @Test(arguments: ["", ".localhost", "local host", "local\0host"])
    func namesThatOpenSSLWouldMisread(_ name: String) throws {
        let realm = try Realm()
        let error = #expect(throws: TLSError.self) { try TLSContext(realm.clientSide(nil, name: name)) }
        #expect(error?.reason == .configuration)
    }

    @Test func aClientMustTrustSomeone() throws {
        #expect(throws: TLSError.self) {
            try TLSContext(.client(nil, serverCA: [], serverName: "localhost"))
        }
        let realm = try Realm()
        #expect(throws: TLSError.self) {
            try TLSContext(.client(nil, serverCA: [realm.server.certificate], serverName: "localhost"))
        }
    }

    @Test func limitsKeyUpdates() {
        var limit = KeyUpdateLimit(limit: 16)
        let second: UInt64 = 1_000_000_000
        let times = (0..<16).map { 5 + UInt64($0) * second } + [20 * second, 59 * second, 61 * second]
        let verdicts = times.map { limit.note(at: $0) }
        #expect(verdicts == [Bool](repeating: true, count: 16) + [false, false, true])
    }
}
