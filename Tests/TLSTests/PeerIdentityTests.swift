import Testing

@testable import Wire

@Suite struct PeerIdentityTests {
    @Test func readsRobotsAndServices() throws {
        let robot = try PeerIdentity(uri: "spiffe://mallbots.local/bot/b-7")
        #expect(robot.trustDomain == "mallbots.local")
        #expect(robot.kind == .bot)
        #expect(robot.id == "b-7")
        #expect(robot.uri == "spiffe://mallbots.local/bot/b-7")
        #expect("\(robot)" == "bot/b-7")
        let service = try PeerIdentity(uri: "spiffe://a/service/Relay_1.x")
        #expect(service.kind == .service)
        #expect(try service == PeerIdentity(trustDomain: "a", kind: .service, id: "Relay_1.x"))
    }

    @Test(arguments: [
        ("", PeerIdentityError.wrongScheme),
        ("https://mallbots.local/bot/b", .wrongScheme),
        ("SPIFFE://mallbots.local/bot/b", .wrongScheme),
        ("spiffe:/mallbots.local/bot/b", .wrongScheme),
        (" spiffe://mallbots.local/bot/b", .wrongScheme),
        ("spiffe://", .badTrustDomain),
        ("spiffe:///bot/b", .badTrustDomain),
        ("spiffe://Mall/bot/b", .badTrustDomain),
        ("spiffe://user@mall/bot/b", .badTrustDomain),
        ("spiffe://mall:443/bot/b", .badTrustDomain),
        ("spiffe://mäll/bot/b", .badTrustDomain),
        ("spiffe://mall", .wrongPath),
        ("spiffe://mall/", .wrongPath),
        ("spiffe://mall/bot", .wrongPath),
        ("spiffe://mall//b", .wrongPath),
        ("spiffe://mall/robot/b", .wrongPath),
        ("spiffe://mall/Bot/b", .wrongPath),
        ("spiffe://mall/bot/b/", .wrongPath),
        ("spiffe://mall/bot/b/c", .wrongPath),
        ("spiffe://mall/bot/", .emptyID),
        ("spiffe://mall/bot/.", .badID),
        ("spiffe://mall/bot/..", .badID),
        ("spiffe://mall/bot/b?x=1", .badID),
        ("spiffe://mall/bot/b#x", .badID),
        ("spiffe://mall/bot/b%41", .badID),
        ("spiffe://mall/bot/b 7", .badID),
        ("spiffe://mall/bot/b\n", .badID),
        ("spiffe://mall/bot/b\0", .badID),
        ("spiffe://mall/bot/b\0evil", .badID),
        ("spiffe://mall\0/bot/b", .badTrustDomain),
        ("spiffe://mall/bot/ü", .badID),
    ])
    func refuses(_ uri: String, because expected: PeerIdentityError) {
        #expect(throws: expected) { try PeerIdentity(uri: uri) }
    }

    @Test func boundsLengths() throws {
        let longest = String(repeating: "x", count: PeerIdentity.maximumIDLength)
        #expect(try PeerIdentity(uri: "spiffe://mall/bot/\(longest)").id == longest)
        #expect(throws: PeerIdentityError.idTooLong) { try PeerIdentity(uri: "spiffe://mall/bot/\(longest)x") }
        let domain = String(repeating: "d", count: PeerIdentity.maximumTrustDomainLength)
        #expect(try PeerIdentity(uri: "spiffe://\(domain)/bot/b").trustDomain == domain)
        #expect(throws: PeerIdentityError.badTrustDomain) { try PeerIdentity(uri: "spiffe://\(domain)d/bot/b") }
    }

    @Test func everyByteIsEitherAllowedOrRefused() {
        let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._".utf8)
        for byte in UInt8.min...UInt8.max {
            let identity = try? PeerIdentity(uriBytes: Array("spiffe://mall/bot/x".utf8) + [byte])
            #expect((identity != nil) == allowed.contains(byte), "byte \(byte)")
        }
    }

    @Test func takesExactlyOneNameOfACertificate() throws {
        let name = Array("spiffe://mall/bot/b".utf8)
        #expect(try PeerIdentity.only(ofURINames: [name]).id == "b")
        for names in [[], [name, name], [name, Array("https://x".utf8)], [Array("https://x".utf8)]] {
            let error = #expect(throws: TLSError.self) { try PeerIdentity.only(ofURINames: names) }
            #expect(error?.reason == .badIdentity)
        }
    }
}
