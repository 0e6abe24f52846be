import Foundation
import Synchronization
import Testing

@testable import Wire

/// What a person has a folder do: issuing, revoking, its account, and one at a time.
@Suite struct EditingTests {
    private func withDirectory(_ body: (TLSDirectory, CertificateAuthority) throws -> Void) throws {
        try withFolder { folder in
            let directory = TLSDirectory(path: "\(folder)/tls")
            try body(directory, directory.authority(trustDomain: "mall.test", now: testNow))
        }
    }

    private func order(_ directory: TLSDirectory, _ holder: CertificateHolder) -> TLSDirectory.Order {
        TLSDirectory.Order(holder: holder, days: 10, files: directory.files(of: holder))
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func whatIsIssuedIsInTheAccountAndWhatIsRevokedInTheList() throws {
        try withDirectory { directory, authority in
            let made = try directory.exclusively { editing in
                try editing.issue(
                    [order(directory, .bot("a")), order(directory, .service("relay"))], serverName: "mall",
                    by: authority, now: testNow)
            }
            #expect(made.map(\.validity?.upperBound) == [testNow + 864_000, testNow + 864_000])
            #expect(try directory.ledger().issued.map(\.serial) == made.map(\.serial))
            // What a robot's own start would use is what was issued.
            let used = try directory.bots(ids: ["a"], by: authority, now: testNow)
            #expect(used[0].certificate.serial == made[0].serial)
            let list = try directory.exclusively { editing in
                try editing.revoke(
                    serials: [made[0].serial], reason: .superseded, by: authority, now: testNow)
            }
            #expect(list.number == 2)
            let ledger = try directory.ledger()
            #expect(ledger.revocation(of: made[0].serial)?.reason == .superseded)
            #expect(ledger.isShutOut(.bot("a")) != nil)
            #expect(ledger.usable(by: .service("relay"), now: testNow).count == 1)
        }
    }

    @Test func oneOrderThatCannotBeMetLeavesNothingBehind() throws {
        try withDirectory { directory, authority in
            let bad = TLSDirectory.Order(
                holder: .bot("../x"), files: TLSDirectory.files(of: .bot("x"), takenTo: directory.path))
            #expect(throws: TLSError.self) {
                try directory.exclusively { editing in
                    try editing.issue(
                        [order(directory, .bot("a")), bad], serverName: "mall", by: authority, now: testNow)
                }
            }
            let issued = try directory.ledger().issued
            #expect(issued.isEmpty)
            #expect(!FileManager.default.fileExists(atPath: directory.files(of: .bot("a")).key))
        }
    }

    @Test func whatTheFolderDoesByItselfWaits() async throws {
        let folder = NSTemporaryDirectory() + "mallbots-editing-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let directory = TLSDirectory(path: folder)
        let authority = try directory.authority(trustDomain: "mall.test", now: testNow)
        let isDone = Atomic(false)
        await withCheckedContinuation { continuation in
            let other = Thread {
                _ = try? directory.bots(ids: ["a"], by: authority, now: testNow)
                isDone.store(true, ordering: .sequentiallyConsistent)
                continuation.resume()
            }
            do {
                try directory.exclusively { editing in
                    other.start()
                    Thread.sleep(forTimeInterval: 0.2)
                    let wasDone = isDone.load(ordering: .sequentiallyConsistent)
                    #expect(!wasDone)
                    let issued = try editing.ledger().issued
                    #expect(issued.isEmpty)
                }
            } catch {
                Issue.record(error)
            }
        }
        #expect(try directory.ledger().issued.map(\.holder) == [.bot("a")])
    }

    @Test func whoMakesAnAuthorityAtOnceMakesOne() async throws {
        let folder = NSTemporaryDirectory() + "mallbots-editing-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let directory = TLSDirectory(path: folder)
        let serials = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try directory.authority(trustDomain: "mall.test", now: testNow).certificate.serial
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(serials.count == 1)
    }

    @Test func linesThatCannotBeReadAreTold() throws {
        try withDirectory { directory, authority in
            _ = try directory.bots(ids: ["a"], by: authority, now: testNow)
            try CredentialFiles.append(
                Array("4f2a bot/b 17".utf8), to: directory.ledgerFile, mode: 0o600, durable: false)
            _ = try directory.bots(ids: ["c"], by: authority, now: testNow)
            try CredentialFiles.append(
                Array("xyz bot/b 1 2\n\n".utf8), to: directory.ledgerFile, mode: 0o600, durable: false)
            let ledger = try directory.ledger()
            #expect(ledger.issued.map(\.holder) == [.bot("a"), .bot("c")])
            #expect(ledger.damagedLines == [2, 4])
        }
    }

    @Test func whatWasRevokedWithoutBeingInTheAccountIsKnown() throws {
        try withDirectory { directory, authority in
            let foreign = try authority.issueBot(id: "elsewhere", now: testNow)
            _ = try directory.exclusively { editing in
                try editing.revoke(
                    serials: [foreign.certificate.serial], reason: .keyCompromise, by: authority, now: testNow)
            }
            #expect(try directory.ledger().strangers.map(\.serial) == [foreign.certificate.serial])
        }
    }

    @Test func aListThatRanOutIsForAPersonToLookInto() throws {
        try withDirectory { directory, authority in
            let later = testNow + 400 * 86_400
            let refusal = message {
                _ = try directory.exclusively { editing in
                    try editing.revoke(serials: ["1f"], reason: .superseded, by: authority, now: later)
                }
            }
            #expect(refusal.hasPrefix("\(directory.revocationFile): the revocation list ended on "))
            #expect(try directory.completeRevocationList(by: authority, now: later))
            #expect(try !directory.completeRevocationList(by: authority, now: later))
            _ = try directory.exclusively { editing in
                try editing.revoke(serials: ["1f"], reason: .superseded, by: authority, now: later)
            }
        }
    }

    @Test func theRemainsOfAnAuthorityAreNotMixedWithAnother() throws {
        try withDirectory { directory, _ in
            try FileManager.default.removeItem(atPath: directory.authorityFile)
            let other = message { _ = try directory.authority(trustDomain: "other.test", now: testNow) }
            #expect(other.contains("was its trust domain another?"), "\(other)")
            #expect(!FileManager.default.fileExists(atPath: directory.authorityFile))
            try FileManager.default.removeItem(atPath: directory.authorityKeyFile)
            let gone = message { _ = try directory.authority(trustDomain: "mall.test", now: testNow) }
            #expect(gone.contains("are gone: bring them back, or move \(directory.path) away"), "\(gone)")
        }
    }

    @Test func aCopyOfTheAuthorityReplacesNothing() throws {
        try withDirectory { directory, _ in
            let folder = "\(directory.path)/out"
            let copy = "\(folder)/ca.pem"
            #expect(try directory.copyAuthority(to: folder, replacing: false) == copy)
            #expect(try directory.copyAuthority(to: folder, replacing: false) == copy)
            try Data("mine".utf8).write(to: URL(fileURLWithPath: copy))
            let refusal = message { _ = try directory.copyAuthority(to: folder, replacing: false) }
            #expect(refusal.hasPrefix("\(copy) is not a copy of \(directory.authorityFile); move it away"))
            #expect(try Data(contentsOf: URL(fileURLWithPath: copy)) == Data("mine".utf8))
            #expect(try directory.copyAuthority(to: folder, replacing: true) == copy)
            #expect(try Certificate.all(file: copy)[0].isAuthority)
        }
    }
}

/// What a certificate says in words, and certificates for keys that were made elsewhere; `openssl` has the last word.
@Suite struct DetailsTests {
    @Test func detailsAreThoseOfOpenSSL() async throws {
        let realm = try Realm()
        let folder = NSTemporaryDirectory() + "mallbots-details-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for certificate in [realm.bot.certificate, realm.server.certificate, realm.authority.certificate] {
            try Data(certificate.pem()).write(to: URL(fileURLWithPath: "\(folder)/c.pem"))
            let text = try await shell(
                "openssl x509 -in \(folder)/c.pem -noout -text -fingerprint -sha256 -nameopt oneline")
            let details = certificate.details
            for words in [
                "Subject: \(details.subject)", "Issuer: \(details.issuer)", "Fingerprint=\(details.fingerprint)",
                "Signature Algorithm: \(details.signature)",
            ] + [details.keyID, details.authorityKeyID].compactMap({ $0 }) {
                #expect(text.contains(words), "\(words): \(text)")
            }
            #expect(details.key == "EC prime256v1, 256 bits")
            #expect(text.contains("ASN1 OID: prime256v1"))
        }
        #expect(realm.bot.certificate.details.usages == ["digitalSignature", "clientAuth"])
        #expect(realm.server.certificate.details.usages == ["digitalSignature", "serverAuth", "clientAuth"])
        #expect(realm.authority.certificate.details.usages == ["keyCertSign", "cRLSign"])
        #expect(
            realm.server.certificate.details.names == [
                "URI:spiffe://mall.test/service/gateway", "DNS:localhost", "IP:127.0.0.1", "IP:0:0:0:0:0:0:0:1",
            ])
    }

    @Test func namesCannotReachATerminal() throws {
        let realm = try Realm()
        let key = try PrivateKey.generate()
        let template = CertificateTemplate(
            commonName: "a\u{1B}[31mb", uris: [Array("x\u{1B}]0;\\é".utf8)],
            validity: testNow...(testNow + 60))
        let certificate = try template.signed(for: key, by: (realm.authority.certificate, realm.authority.key))
        #expect(certificate.details.names == ["URI:x\\x1b]0;\\x5c\\xc3\\xa9"])
        #expect(certificate.details.subject.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
    }

    private func request(_ make: String) async throws -> [UInt8] {
        Array(try await shell("\(make) 2>/dev/null").utf8)
    }

    @Test func aRobotMayKeepItsKeyToItself() async throws {
        let realm = try Realm()
        let pem = try await request(
            "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj /CN=whoever")
        let request = try CertificateRequest(pem: pem)
        let certificate = try realm.authority.issue(.bot, "b-9", for: request, now: testNow)
        #expect(try certificate.identity().uri == "spiffe://mall.test/bot/b-9")
        #expect(certificate.isSigned(by: realm.authority.certificate))
        // Nothing of what the request calls itself counts.
        #expect(certificate.details.subject == "O = MallBots, CN = b-9")
        #expect(certificate.validity == realm.bot.certificate.validity)
    }

    @Test func requestsThatWillNotDo() async throws {
        func problem(_ pem: [UInt8]) -> TLSError? {
            do {
                _ = try CertificateRequest(pem: pem)
                return nil
            } catch {
                return error
            }
        }
        #expect(problem([])?.message == "not a certificate request in PEM form")
        #expect(problem(try Realm().bot.certificate.pem())?.message == "not a certificate request in PEM form")
        let weak = try await request("openssl req -new -newkey rsa:1024 -nodes -keyout /dev/null -subj /CN=weak")
        #expect(problem(weak)?.reason == .weakKey)
        // A signature that another key made: the last byte before the end line is of the signature.
        let der = try await request(
            "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj /CN=x -outform DER 2>/dev/null | base64 -w 0"
        )
        var bytes = try #require(Data(base64Encoded: String(decoding: der, as: UTF8.self)))
        bytes[bytes.count - 1] ^= 1
        let forged =
            "-----BEGIN CERTIFICATE REQUEST-----\n" + bytes.base64EncodedString(options: .lineLength64Characters)
            + "\n-----END CERTIFICATE REQUEST-----\n"
        #expect(problem(Array(forged.utf8))?.message == "the request is not signed with the private half of its key")
    }
}
