import Testing

@testable import CLI
@testable import Wire

/// What `certs` decides from a folder's account, without a folder.
struct CertificatePlanTests {
    private static let day: Int64 = 86_400
    private static let now: Int64 = 1_800_000_000

    private static func issued(_ serial: String, _ holder: CertificateHolder, from: Int64 = -10, days: Int64 = 365)
        -> IssuedCertificate
    {
        let begin = now + from * day
        return IssuedCertificate(serial: serial, holder: holder, validity: begin...(begin + days * day))
    }

    private static func entry(_ serial: String, _ reason: RevocationReason = .keyCompromise) -> RevocationList.Entry {
        RevocationList.Entry(serial: serial, since: now - day, reason: reason)
    }

    /// One of each kind; b has a renewed certificate, c was revoked.
    static let ledger = TLSLedger(
        issued: [
            issued("0a00000000000001", .bot("a")), issued("0b00000000000001", .bot("b")),
            issued("0b00000000000002", .bot("b"), from: -1), issued("0c00000000000001", .bot("c")),
            issued("0d00000000000001", .bot("d"), from: -400), issued("0e00000000000001", .service("e"), from: -300),
            issued("0f00000000000001", .bot("f"), from: 2),
        ], revoked: [entry("0c00000000000001"), entry("7700000000000001", .unspecified)])

    private func refusal<R>(_ body: () throws -> R) -> String {
        do {
            return "\(try body())"
        } catch {
            return "\(error)"
        }
    }

    // Issuing

    private func refusal(of holder: CertificateHolder, _ consent: IssuePlan.Consent) -> String? {
        IssuePlan.refusal(of: holder, Self.ledger, consent, now: Self.now)
    }

    @Test func whoMayHaveACertificate() {
        for consent in [IssuePlan.Consent.first, .renewal, .anything] {
            #expect(refusal(of: .bot("new"), consent) == nil)
            #expect(refusal(of: .bot("d"), consent) == nil, "an expired certificate is in nobody's way")
        }
        #expect(refusal(of: .bot("a"), .first)?.contains("bot/a has a certificate until 20") == true)
        #expect(refusal(of: .bot("a"), .first)?.contains("--renew") == true)
        #expect(refusal(of: .bot("b"), .first)?.contains("0b00000000000002") == true)
        #expect(refusal(of: .bot("a"), .renewal) == nil)
        for consent in [IssuePlan.Consent.first, .renewal] {
            let text = refusal(of: .bot("c"), consent)
            #expect(text?.contains("was revoked on 2027-01-14 08:00:00 UTC (key-compromise)") == true, "\(text ?? "")")
            #expect(text?.contains("--force") == true)
        }
        #expect(refusal(of: .bot("c"), .anything) == nil)
    }

    @Test func filesInTheWay() {
        #expect(IssuePlan.refusal(ofFilesThatExist: [], .first) == nil)
        #expect(IssuePlan.refusal(ofFilesThatExist: ["x.pem"], .first)?.hasPrefix("x.pem exists; --renew") == true)
        #expect(
            IssuePlan.refusal(ofFilesThatExist: ["x.pem", "x.key"], .first)?.hasPrefix("x.pem exists (and 1 more)")
                == true)
        #expect(IssuePlan.refusal(ofFilesThatExist: ["x.pem"], .renewal) == nil)
    }

    @Test func nothingOutlastsTheAuthority() {
        let end = Self.now + 100 * Self.day
        #expect(IssuePlan.refusal(ofDays: 100, authorityEnd: end, now: Self.now) == nil)
        #expect(IssuePlan.refusal(ofDays: 101, authorityEnd: end, now: Self.now)?.contains("at most 100") == true)
        #expect(IssuePlan.refusal(ofDays: 1, authorityEnd: Self.now - 5, now: Self.now)?.contains("at most 0") == true)
    }

    // Revoking

    private func serials(_ targets: RevocationPlan.Target...) throws -> [String] {
        try RevocationPlan(targets, Self.ledger, now: Self.now).items.map(\.serial)
    }

    @Test func aHolderLosesAllThatItCouldUse() throws {
        #expect(try serials(.holder(.bot("a"))) == ["0a00000000000001"])
        #expect(try serials(.holder(.bot("b"))) == ["0b00000000000001", "0b00000000000002"])
        #expect(try serials(.holder(.bot("f"))) == ["0f00000000000001"], "not valid yet")
        #expect(try serials(.holder(.bot("d"))) == ["0d00000000000001"], "expired: it is to have no other")
        #expect(
            try serials(.holder(.bot("b")), .serial("b00000000000001")) == ["0b00000000000001", "0b00000000000002"],
            "each once")
        #expect(try serials(.signed(serial: "99", identity: "bot/x")) == ["99"])
    }

    @Test func whatCannotBeRevoked() {
        #expect(refusal { try serials(.holder(.bot("none"))) }.contains("bot/none has no certificate"))
        #expect(refusal { try serials(.holder(.bot("c"))) }.contains("was revoked on 2027-01-14 08:00:00 UTC already"))
        #expect(refusal { try serials(.serial("c00000000000001")) }.contains("already"))
        #expect(refusal { try serials(.serial("7700000000000001")) }.contains("of unknown"))
        #expect(refusal { try serials(.signed(serial: "7700000000000001", identity: "bot/x")) }.contains("of bot/x"))
        // One that cannot be holds up the others.
        #expect(refusal { try serials(.holder(.bot("a")), .holder(.bot("none"))) }.contains("bot/none"))
    }

    @Test func serialNumbersAreFoundByTheirBeginning() throws {
        #expect(try Self.ledger.find(serial: "a00000000000001").holder == .bot("a"))
        #expect(try Self.ledger.find(serial: "A0000000").holder == .bot("a"))
        #expect(try Self.ledger.find(serial: "77000000").holder == nil)
        #expect(refusal { try Self.ledger.find(serial: "b0000000") }.contains("2 serial numbers begin with b0000000"))
        #expect(refusal { try Self.ledger.find(serial: "a0") }.contains("at least its first 8 digits"))
        #expect(refusal { try Self.ledger.find(serial: "ffffffff") }.contains("`mallbots certs list`"))
    }

    // Listing

    private func shown(_ filter: CertificateFilter) -> [String] {
        CertificateListing(Self.ledger, filter: filter, now: Self.now).lines.map {
            "\($0.identity ?? "?") \($0.state)"
        }
    }

    @Test func whatAListShows() {
        #expect(
            shown(.all) == [
                "bot/a valid", "bot/b replaced", "bot/b valid", "bot/c revoked", "bot/d expired", "service/e ends-soon",
                "bot/f not-yet-valid", "? revoked",
            ])
        #expect(shown(.valid) == ["bot/a valid", "bot/b replaced", "bot/b valid", "service/e ends-soon"])
        #expect(shown(.revoked) == ["bot/c revoked", "? revoked"])
        #expect(shown(.expiring(days: 64)) == [])
        #expect(shown(.expiring(days: 65)) == ["service/e ends-soon"])
        #expect(
            shown(.expiring(days: 355)) == ["bot/a valid", "service/e ends-soon"], "a replaced one does not matter")
    }

    @Test func theTableIsAligned() {
        let ledger = TLSLedger(
            issued: [Self.issued("ab", .bot("a")), Self.issued("cd", .bot("b"))],
            revoked: [Self.entry("cd"), Self.entry("ef", .unspecified)])
        #expect(
            CertificateListing(ledger, now: Self.now).table.lines() == [
                "SERIAL  WHO    FROM        UNTIL       STATE",
                "ab      bot/a  2027-01-05  2028-01-05  valid",
                "cd      bot/b  2027-01-05  2028-01-05  revoked 2027-01-14 (key-compromise)",
                "ef      ?      ?           ?           revoked 2027-01-14",
            ])
        let painted = CertificateListing(ledger, now: Self.now).table.lines(colour: true)
        #expect(painted[1].hasSuffix("\u{1B}[32mvalid\u{1B}[0m"))
    }

    @Test func linesForPrograms() {
        let line = CertificateListing(Self.ledger, filter: .revoked, now: Self.now).lines[0]
        #expect(
            JSONLine.encode(line)
                == """
                {"identity":"bot/c","reason":"key-compromise","revoked_at":"2027-01-14T08:00:00Z",\
                "serial":"0c00000000000001","state":"revoked","valid_from":"2027-01-05T08:00:00Z",\
                "valid_until":"2028-01-05T08:00:00Z"}
                """)
    }

    @Test func distancesReadWell() {
        #expect(CertificateCard.distance(Self.now + 5, now: Self.now) == " (within a day)")
        #expect(CertificateCard.distance(Self.now + Self.day, now: Self.now) == " (in 1 day)")
        #expect(CertificateCard.distance(Self.now + 30 * Self.day, now: Self.now) == " (in 30 days)")
        #expect(CertificateCard.distance(Self.now - 1, now: Self.now) == " (over)")
    }

    @Test(arguments: [
        ("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000001\nSigCgt:\t0000000000000000\n", true),
        ("SigIgn:\t0000000000001000\nSigCgt:\t0000000180004a01\n", true),
        ("SigBlk:\t0000000000000001\nSigIgn:\t0000000000001000\nSigCgt:\t0000000180004a02\n", false), ("", false),
        ("SigIgn: nonsense\n", false),
    ])
    func whoExpectsHangUps(_ status: String, _ expects: Bool) {
        #expect(MallProcess.expectsHangUp(status: status) == expects)
    }
}
