import Foundation
import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

/// Lists of revoked certificates: what they say, which are taken, and what they do to a handshake.
@Suite struct RevocationTests {
    private func problem(_ body: () throws -> Void) -> TLSError? {
        do {
            try body()
            return nil
        } catch {
            return error as? TLSError
        }
    }

    @Test func aListKeepsWhatItSays() throws {
        let realm = try Realm()
        let entries = [
            RevocationList.Entry(serial: realm.bot.certificate.serial, since: testNow - 5, reason: .keyCompromise),
            RevocationList.Entry(serial: realm.server.certificate.serial, since: testNow - 9, reason: .unspecified),
        ]
        let made = try realm.authority.revocationList(entries, number: 7, days: 30, now: testNow)
        let read = try RevocationList.all(pem: made.pem())
        #expect(read.count == 1)
        #expect(Set(read[0].entries) == Set(entries))
        #expect(read[0].number == 7)
        #expect(read[0].validity == (testNow - 3600)...(testNow + 30 * 86_400))
        #expect(read[0].isSigned(by: realm.authority.certificate))
        #expect(try !read[0].isSigned(by: Realm().authority.certificate))
        let empty = try realm.authority.revocationList([], number: 1, now: testNow)
        #expect(try RevocationList.all(pem: empty.pem() + made.pem()).map(\.entries.count) == [0, 2])
    }

    @Test func damagedListsAreNotTaken() throws {
        let realm = try Realm()
        let pem = try realm.authority.revocationList([], number: 1, now: testNow).pem()
        #expect(problem { _ = try RevocationList.all(pem: []) }?.message == "no revocation list in PEM form")
        #expect(
            problem { _ = try RevocationList.all(pem: realm.bot.certificate.pem()) }?.message
                == "no revocation list in PEM form")
        #expect(
            problem { _ = try RevocationList.all(pem: pem + pem.dropLast(50)) }?.message
                == "revocation list 2 is damaged")
    }

    @Test func onlyAValidListOfEachAuthorityWillDo() throws {
        let realm = try Realm()
        let other = try Realm()
        let list = try realm.authority.revocationList([], number: 1, days: 10, now: testNow)
        let authorities = [realm.authority.certificate]
        func refusal(_ lists: [RevocationList], _ authorities: [Certificate], _ now: Int64 = testNow) -> TLSError? {
            problem { _ = try Revocations(lists: lists, authorities: authorities, now: now) }
        }
        #expect(refusal([list], authorities) == nil)
        #expect(refusal([], authorities)?.message == "there is no revocation list of the authority")
        #expect(
            refusal([list], authorities + [other.authority.certificate])?.message
                == "there is no revocation list of authority 2")
        let foreign = try other.authority.revocationList([], number: 1, now: testNow)
        #expect(
            refusal([list, foreign], authorities)?.message
                == "revocation list 2 is not signed by an authority that is trusted here")
        let late = refusal([list], authorities, testNow + 11 * 86_400)
        #expect(late?.reason == .staleRevocations)
        #expect(late?.message.hasPrefix("the revocation list ended on 20") == true)
        let early = refusal([list], authorities, testNow - 7200)
        #expect(early?.message.contains("is this machine's clock wrong?") == true)
    }

    @Test func verdicts() throws {
        let realm = try Realm()
        let revocations = try realm.revocations(realm.bot.certificate)
        let issuer = realm.authority.certificate.subjectName
        #expect(realm.bot.certificate.issuerName == issuer)
        let gone = revocations.verdict(issuer: issuer, serial: realm.bot.certificate.serial, now: testNow)
        #expect(
            gone == .revoked(.init(serial: realm.bot.certificate.serial, since: testNow - 60, reason: .keyCompromise)))
        #expect(revocations.verdict(issuer: issuer, serial: realm.server.certificate.serial, now: testNow) == .good)
        #expect(revocations.verdict(issuer: issuer, serial: "0", now: revocations.validUntil) == .good)
        #expect(
            revocations.verdict(issuer: issuer, serial: "0", now: revocations.validUntil + 1)
                == .outdated(since: revocations.validUntil))
        #expect(revocations.verdict(issuer: [1, 2], serial: "0", now: testNow) == .unknownAuthority)
        #expect(revocations.count == 1)
    }

    @Test func theNewestListOfAnAuthorityCounts() throws {
        let realm = try Realm()
        let entry = RevocationList.Entry(serial: realm.bot.certificate.serial, since: testNow, reason: .superseded)
        let old = try realm.authority.revocationList([], number: 1, now: testNow)
        let new = try realm.authority.revocationList([entry], number: 2, now: testNow)
        for lists in [[old, new], [new, old]] {
            let known = try Revocations(lists: lists, authorities: [realm.authority.certificate], now: testNow)
            #expect(known.count == 1)
        }
    }

    @Test func anAuthoritysNewKeyDoesNotForgetWhatTheOldOneRevoked() throws {
        let old = try Realm()
        let new = try CertificateAuthority.create(trustDomain: "mall.test", now: testNow)
        let entry = RevocationList.Entry(serial: old.bot.certificate.serial, since: testNow, reason: .keyCompromise)
        let known = try Revocations(
            lists: [
                old.authority.revocationList([entry], number: 1, now: testNow),
                new.revocationList([], number: 1, now: testNow),
            ], authorities: [new.certificate, old.authority.certificate], now: testNow)
        let issuer = new.certificate.subjectName
        #expect(issuer == old.authority.certificate.subjectName)
        #expect(known.verdict(issuer: issuer, serial: entry.serial, now: testNow) == .revoked(entry))
    }

    @Test func aRevokedRobotIsRefusedWithTheReason() throws {
        let realm = try Realm()
        var configuration = realm.serverSide
        configuration.revocations = try realm.revocations(realm.bot.certificate)
        let pair = try Pair(configuration, realm.clientSide(realm.bot))
        try pair.pump()
        let error = try #require(pair.server.recorder.error)
        #expect(error.reason == .revoked)
        #expect(error.message.hasPrefix("the client's certificate was revoked on 20"))
        #expect(error.message.hasSuffix("(key-compromise)"))
        #expect(pair.server.recorder.handshake == nil)
        #expect(pair.client.recorder.error?.message.contains("refused our certificate as revoked") == true)
        let other = try realm.authority.issueBot(id: "b-2", now: testNow)
        let friend = try Pair(configuration, realm.clientSide(other))
        try friend.pump()
        #expect(friend.server.recorder.handshake?.peer?.id == "b-2")
    }

    @Test func aClientRefusesARevokedServer() throws {
        let realm = try Realm()
        var configuration = realm.clientSide(realm.bot)
        configuration.revocations = try realm.revocations(realm.server.certificate)
        let pair = try Pair(realm.serverSide, configuration)
        try pair.pump()
        #expect(pair.client.recorder.error?.reason == .revoked)
        #expect(pair.server.recorder.handshake == nil)
    }

    @Test func aListThatRunsOutAdmitsNobodyAnyMore() throws {
        let realm = try Realm()
        let list = try realm.authority.revocationList([], number: 1, days: 1, now: testNow - 2 * 86_400)
        var configuration = realm.serverSide
        configuration.revocations = try Revocations(
            lists: [list], authorities: [realm.authority.certificate], now: testNow - 2 * 86_400)
        let pair = try Pair(configuration, realm.clientSide(realm.bot))
        try pair.pump()
        #expect(pair.server.recorder.error?.reason == .staleRevocations)
        #expect(pair.server.recorder.error?.message.contains("renew and reload it") == true)
        #expect(pair.client.recorder.error?.message.contains("internal error") == true)
    }

    @Test func opensslReadsOurLists() async throws {
        let realm = try Realm()
        let folder = NSTemporaryDirectory() + "mallbots-crl-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let entry = RevocationList.Entry(
            serial: realm.bot.certificate.serial, since: testNow, reason: .cessationOfOperation)
        func write(_ bytes: [UInt8], _ name: String) throws {
            try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
        try write(realm.authority.certificate.pem(), "ca.pem")
        try write(realm.authority.revocationList([entry], number: 12, now: testNow).pem(), "crl.pem")
        try write(realm.bot.certificate.pem(), "bot.pem")
        try write(realm.server.certificate.pem(), "server.pem")
        let text = try await shell("openssl crl -in \(folder)/crl.pem -noout -text -CAfile \(folder)/ca.pem")
        for words in ["verify OK", "Version 2", "Cessation Of Operation", "Authority Key Identifier", "12"] {
            #expect(text.contains(words), "\(words): \(text)")
        }
        let check = "openssl verify -x509_strict -crl_check -CRLfile \(folder)/crl.pem -CAfile \(folder)/ca.pem"
        let gone = try await shell("\(check) \(folder)/bot.pem")
        #expect(gone.contains("certificate revoked"), "\(gone)")
        let good = try await shell("\(check) \(folder)/server.pem")
        #expect(good.contains(": OK"), "\(good)")
    }

    @Test func weakKeysAreRefused() async throws {
        let realm = try Realm()
        let pem = try await shell("openssl genrsa 1024 2>/dev/null")
        let key = try PrivateKey(pem: Array(pem.utf8))
        let template = CertificateTemplate(
            commonName: "weak", uris: [Array("spiffe://mall.test/bot/weak".utf8)],
            validity: (testNow - 60)...(testNow + 3600), usages: [CertificateTemplate.clientUsage])
        let certificate = try template.signed(for: key, by: (realm.authority.certificate, realm.authority.key))
        let context = try TLSContext(realm.serverSide)
        #expect(problem { try context.verify(certificate, chain: nil, dates: true) }?.reason == .weakKey)
        // Our own side refuses to show one.
        let weak = try TLSCredentials(certificate: certificate, key: key)
        #expect(problem { _ = try TLSContext(realm.clientSide(weak)) }?.message.contains("key too small") == true)
    }
}
