import Foundation
import Testing

@testable import Wire

@Suite struct CertificateAuthorityTests {
    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func whatItIssuesSaysWhatItShould() throws {
        let realm = try Realm()
        #expect(realm.authority.certificate.isAuthority)
        #expect(!realm.bot.certificate.isAuthority)
        #expect(try realm.bot.certificate.identity().uri == "spiffe://mall.test/bot/b-1")
        #expect(realm.bot.certificate.isSigned(by: realm.authority.certificate))
        #expect(realm.server.certificate.hosts == ["localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"])
        let validity = try #require(realm.bot.certificate.validity)
        #expect(validity == (testNow - 3600)...(testNow + 365 * 86_400))
        #expect(realm.bot.certificate.serial != realm.server.certificate.serial)
        #expect(realm.bot.certificate.serial.count > 24)
        #expect(throws: TLSError.self) { try realm.authority.issueBot(id: "../x", now: testNow) }
        #expect(throws: TLSError.self) { try realm.authority.issueServer(name: "s", hosts: [""], now: testNow) }
        #expect(throws: TLSError.self) { try CertificateAuthority.create(trustDomain: "Mall Test", now: testNow) }
        // Nothing outlasts the authority, and a dead authority issues nothing.
        let late = testNow + 3600 * 86_400
        #expect(
            try realm.authority.issueBot(id: "b", now: late).certificate.validity?.upperBound
                == realm.authority.certificate.validity?.upperBound)
        #expect(throws: TLSError.self) { try realm.authority.issueBot(id: "b", now: testNow + 3651 * 86_400) }
    }

    @Test func pemTextKeepsEverything() throws {
        let realm = try Realm()
        let copy = try TLSCredentials(certificatePEM: realm.bot.certificate.pem(), keyPEM: realm.bot.key.pem())
        #expect(copy.certificate.serial == realm.bot.certificate.serial)
        #expect(throws: TLSError.self) {
            try TLSCredentials(certificatePEM: realm.bot.certificate.pem(), keyPEM: realm.server.key.pem())
        }
        #expect(throws: TLSError.self) { try PrivateKey(pem: realm.bot.certificate.pem()) }
        #expect(throws: TLSError.self) { try Certificate(pem: realm.bot.key.pem()) }
        #expect(throws: TLSError.self) { try Certificate(pem: []) }
        // A chain whose second certificate is cut off is not taken for one certificate.
        let whole = try realm.server.certificate.pem()
        #expect(try Certificate.all(pem: whole + whole).count == 2)
        #expect(throws: TLSError.self) { try Certificate.all(pem: whole + whole.dropLast(60)) }
    }

    @Test func aFolderIsMadeOnceAndThenUsed() throws {
        try withFolder { folder in
            let directory = TLSDirectory(path: folder + "/tls")
            let authority = try directory.authority(trustDomain: "mall.test", now: testNow)
            let server = try directory.server(name: "gateway", hosts: ["localhost"], by: authority, now: testNow)
            let bots = try directory.bots(ids: ["a", "b"], by: authority, now: testNow)
            let service = try directory.service(name: "cli", by: authority, now: testNow)
            for key in ["ca.key", "server.key", "bots/a.key", "bots/b.key", "services/cli.key"] {
                #expect(try mode("\(directory.path)/\(key)") == 0o600, "\(key)")
            }
            #expect(try mode(directory.authorityFile) == 0o644)
            let left = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix("tmp") }
            #expect(left.isEmpty)

            let again = try directory.authority(trustDomain: "other.test", now: testNow + 60)
            #expect(again.trustDomain == "mall.test")
            #expect(again.certificate.serial == authority.certificate.serial)
            let sameServer = try directory.server(name: "gateway", hosts: ["LOCALHOST"], by: again, now: testNow + 60)
            #expect(sameServer.certificate.serial == server.certificate.serial)
            let sameBots = try directory.bots(ids: ["b", "a"], by: again, now: testNow + 60)
            #expect(sameBots.map(\.certificate.serial) == bots.reversed().map(\.certificate.serial))
            #expect(
                try directory.service(name: "cli", by: again, now: testNow).certificate.serial
                    == service.certificate.serial)
            // Another host: a new certificate, for both.
            let moved = try directory.server(name: "gateway", hosts: ["10.0.0.1"], by: again, now: testNow)
            #expect(moved.certificate.hosts == ["localhost", "10.0.0.1"])
            // Near its end: a new one.
            let later = testNow + 300 * 86_400
            let renewed = try directory.bots(ids: ["a"], by: again, now: later)
            #expect(renewed[0].certificate.serial != bots[0].certificate.serial)
        }
    }

    @Test func aLostCertificateOfTheAuthorityIsMadeAgain() throws {
        try withFolder { folder in
            let directory = TLSDirectory(path: folder)
            let authority = try directory.authority(trustDomain: "mall.test", now: testNow)
            let bot = try directory.bots(ids: ["a"], by: authority, now: testNow)[0]
            try FileManager.default.removeItem(atPath: directory.authorityFile)
            let again = try directory.authority(trustDomain: "mall.test", now: testNow)
            #expect(bot.certificate.isSigned(by: again.certificate))
            let server = try again.issueServer(name: "gateway", hosts: ["localhost"], now: testNow)
            let pair = try Pair(
                .server(server, clientCA: [again.certificate]),
                .client(bot, serverCA: [again.certificate], serverName: "localhost"))
            try pair.pump()
            #expect(pair.server.recorder.handshake?.peer?.id == "a")
        }
    }

    @Test func anInterruptedRenewalIsDoneAgain() throws {
        try withFolder { folder in
            let directory = TLSDirectory(path: folder)
            let authority = try directory.authority(trustDomain: "mall.test", now: testNow)
            _ = try directory.bots(ids: ["a"], by: authority, now: testNow)
            try Data(PrivateKey.generate().pem()).write(to: URL(fileURLWithPath: "\(folder)/bots/a.key"))
            #expect(chmod("\(folder)/bots/a.key", 0o600) == 0)
            #expect(try directory.bots(ids: ["a"], by: authority, now: testNow).count == 1)
        }
    }

    @Test func errorsNameTheFile() throws {
        try withFolder { folder in
            let directory = TLSDirectory(path: folder)
            let authority = try directory.authority(trustDomain: "mall.test", now: testNow)
            _ = try directory.server(name: "gateway", hosts: ["localhost"], by: authority, now: testNow)
            let (certificate, key) = ("\(folder)/server.pem", "\(folder)/server.key")
            func load(_ now: Int64 = testNow) -> String {
                message { _ = try TLSDirectory.credentials(certificateFile: certificate, keyFile: key, now: now) }
            }
            #expect(load() == "")
            #expect(load(testNow + 400 * 86_400).hasPrefix("\(certificate): expired on "))
            #expect(load(testNow - 86_400).hasPrefix("\(certificate): not valid before "))
            #expect(chmod(key, 0o644) == 0)
            #expect(load() == "\(key) is open to others (mode 644); run: chmod 600 \(key)")
            #expect(chmod(key, 0o600) == 0)
            try Data(PrivateKey.generate().pem()).write(to: URL(fileURLWithPath: key))
            #expect(chmod(key, 0o600) == 0)
            #expect(load() == "\(certificate), \(key): the private key does not belong to the certificate")
            try Data("hello".utf8).write(to: URL(fileURLWithPath: key))
            #expect(chmod(key, 0o600) == 0)
            #expect(load() == "\(key): not a private key in PEM form")
            try Data("hello".utf8).write(to: URL(fileURLWithPath: certificate))
            #expect(load() == "\(certificate): no certificate in PEM form")
            try FileManager.default.removeItem(atPath: certificate)
            #expect(load() == "\(certificate) does not exist")
            try FileManager.default.createDirectory(atPath: certificate, withIntermediateDirectories: false)
            #expect(load().hasPrefix("\(certificate) cannot be read: "))
            // Another authority's certificates are not replaced silently.
            try FileManager.default.removeItem(atPath: certificate)
            let stranger = try Realm().server
            try Data(stranger.certificate.pem()).write(to: URL(fileURLWithPath: certificate))
            let refusal = message {
                _ = try directory.server(name: "gateway", hosts: ["localhost"], by: authority, now: testNow)
            }
            #expect(refusal.contains("\(certificate) was not issued by \(folder)/ca.pem"))
            try FileManager.default.removeItem(atPath: "\(folder)/ca.key")
            let noKey = message { _ = try directory.authority(trustDomain: "mall.test", now: testNow) }
            #expect(noKey == "\(folder)/ca.key does not exist")
        }
    }

    @Test func issuesAThousandRobotsFast() throws {
        try withFolder { folder in
            let directory = TLSDirectory(path: folder)
            let authority = try directory.authority(trustDomain: "mall.test", now: testNow)
            let ids = (1...1000).map { "bot-\($0)" }
            let time = try ContinuousClock().measure {
                let made = try directory.bots(ids: ids, by: authority, now: testNow)
                #expect(made.count == 1000)
            }
            // Generous, as the machine may be busy; about a second is usual.
            #expect(time < .seconds(20))
            let again = try ContinuousClock().measure {
                let read = try directory.bots(ids: ids, by: authority, now: testNow)
                #expect(read.count == 1000)
            }
            #expect(again < .seconds(20))
            print("1,000 robots' certificates: issued and written in \(time), read in \(again)")
        }
    }

    @Test func datesReadWell() {
        #expect(UnixTime.text(0) == "1970-01-01 00:00:00 UTC")
        #expect(UnixTime.text(951_782_400) == "2000-02-29 00:00:00 UTC")
        #expect(UnixTime.text(1_795_473_300) == "2026-11-23 22:35:00 UTC")
        #expect(UnixTime.text(-1) == "1969-12-31 23:59:59 UTC")
        #expect(UnixTime.text(4_107_542_399) == "2100-02-28 23:59:59 UTC")
        #expect(UnixTime.machineText(1_795_473_300) == "2026-11-23T22:35:00Z")
        #expect(UnixTime.date(-1) == "1969-12-31")
    }
}
