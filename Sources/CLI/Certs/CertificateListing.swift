import Wire

/// One certificate as its folder's account has it. Pure.
struct CertificateRecord: Hashable, Sendable {
    let serial: String
    /// Whom it is for; nil: it was revoked, and nothing else is known of it.
    let holder: CertificateHolder?
    /// First and last second, in seconds since 1970.
    let validity: ClosedRange<Int64>?
    let revoked: RevocationList.Entry?
    private let issued: IssuedCertificate?

    init(_ issued: IssuedCertificate, _ ledger: TLSLedger) {
        serial = issued.serial
        holder = issued.holder
        validity = issued.validity
        revoked = ledger.revocation(of: issued.serial)
        self.issued = issued
    }

    init(_ stranger: RevocationList.Entry) {
        serial = stranger.serial
        holder = nil
        validity = nil
        revoked = stranger
        issued = nil
    }

    /// What it is worth, in words, at a time in seconds since 1970.
    func state(in ledger: TLSLedger, now: Int64) -> CertificateState {
        if let revoked { return .revoked(revoked) }
        guard let issued else { return .unknown }
        return CertificateState(ledger.state(of: issued, now: now))
    }
}

/// What a certificate is worth, in a word.
enum CertificateState: Hashable, Sendable {
    case valid, replaced, endsSoon, notYetValid, expired
    case revoked(RevocationList.Entry)
    /// There is no authority to judge by, or another one signed it.
    case unknown

    init(_ state: IssuedCertificate.State) {
        self =
            switch state {
            case .valid: .valid
            case .replaced: .replaced
            case .endsSoon: .endsSoon
            case .notYetValid: .notYetValid
            case .expired: .expired
            case .revoked(let entry): .revoked(entry)
            }
    }

    /// The word that scripts see.
    var word: String {
        switch self {
        case .valid: "valid"
        case .replaced: "replaced"
        case .endsSoon: "ends-soon"
        case .notYetValid: "not-yet-valid"
        case .expired: "expired"
        case .revoked: "revoked"
        case .unknown: "unknown"
        }
    }

    /// Whether someone who has it is let in now.
    var isGood: Bool { [.valid, .replaced, .endsSoon].contains(self) }

    var text: String {
        guard case .revoked(let entry) = self else { return word.replacing("-", with: " ") }
        let why = entry.reason == .unspecified ? "" : " (\(entry.reason.rawValue))"
        return "revoked \(UnixTime.date(entry.since))\(why)"
    }

    var style: Table.Style {
        switch self {
        case .valid: .good
        case .endsSoon, .notYetValid: .warning
        case .revoked: .bad
        case .replaced, .expired, .unknown: .dim
        }
    }
}

/// Which certificates a list shows.
enum CertificateFilter: Hashable, Sendable {
    case all
    case revoked
    /// Those that are let in now.
    case valid
    /// Holders' newest certificates that end within so many days.
    case expiring(days: Int64)

    func includes(_ record: CertificateRecord, _ state: CertificateState, now: Int64) -> Bool {
        switch self {
        case .all: return true
        case .revoked: return record.revoked != nil
        case .valid: return state.isGood
        case .expiring(let days):
            guard state == .valid || state == .endsSoon, let end = record.validity?.upperBound else { return false }
            return end <= now + days * 86_400
        }
    }
}

/// What `certs list` shows, oldest first.
struct CertificateListing: Sendable {
    let rows: [(record: CertificateRecord, state: CertificateState)]

    init(_ rows: [(record: CertificateRecord, state: CertificateState)]) { self.rows = rows }

    init(_ ledger: TLSLedger, filter: CertificateFilter = .all, now: Int64) {
        let records =
            ledger.issued.map { CertificateRecord($0, ledger) } + ledger.strangers.map { CertificateRecord($0) }
        rows = records.map { ($0, $0.state(in: ledger, now: now)) }
            .filter { filter.includes($0.0, $0.1, now: now) }
    }

    var table: Table {
        var table = Table(columns: [.init("SERIAL"), .init("WHO"), .init("FROM"), .init("UNTIL"), .init("STATE")])
        table.rows = rows.map { record, state in
            [
                .init(record.serial), record.holder.map { .init($0.description) } ?? .init("?", .dim),
                .init(record.validity.map { UnixTime.date($0.lowerBound) } ?? "?"),
                .init(record.validity.map { UnixTime.date($0.upperBound) } ?? "?"), .init(state.text, state.style),
            ]
        }
        return table
    }

    var lines: [CertificateLine] { rows.map { CertificateLine($0.record, $0.state) } }
}

/// A certificate as JSON.
struct CertificateLine: Encodable {
    let serial: String
    let identity: String?
    let validFrom: String?
    let validUntil: String?
    let state: String
    let revokedAt: String?
    let reason: String?

    init(_ record: CertificateRecord, _ state: CertificateState) {
        serial = record.serial
        identity = record.holder?.description
        validFrom = record.validity.map { UnixTime.machineText($0.lowerBound) }
        validUntil = record.validity.map { UnixTime.machineText($0.upperBound) }
        self.state = state.word
        revokedAt = record.revoked.map { UnixTime.machineText($0.since) }
        reason = record.revoked?.reason.rawValue
    }
}
