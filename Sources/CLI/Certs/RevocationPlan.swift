import Wire

/// Which certificates are to be revoked, given what is there. Pure.
struct RevocationPlan: Sendable {
    /// What was asked for.
    enum Target: Hashable, Sendable {
        /// All that a holder could still use.
        case holder(CertificateHolder)
        /// One that was issued here.
        case serial(String)
        /// One that the authority has signed, whether or not its folder knows.
        case signed(serial: String, identity: String)
    }

    struct Item: Hashable, Sendable {
        let serial: String
        /// Whom it is for, as far as that is known.
        let identity: String
    }

    private(set) var items: [Item] = []

    /// - Throws: `Failure` if anything of it is unknown, or revoked already: then nothing is to be done.
    init(_ targets: [Target], _ ledger: TLSLedger, now: Int64) throws(Failure) {
        for target in targets {
            switch target {
            case .holder(let holder):
                for certificate in try Self.certificates(of: holder, ledger, now: now) {
                    add(Item(serial: certificate.serial, identity: holder.description))
                }
            case .serial(let serial):
                let record = try ledger.find(serial: serial)
                let identity = record.holder?.description ?? "unknown"
                try Self.refuseIfRevoked(record.serial, identity, ledger)
                add(Item(serial: record.serial, identity: identity))
            case .signed(let serial, let identity):
                try Self.refuseIfRevoked(serial, identity, ledger)
                add(Item(serial: serial, identity: identity))
            }
        }
    }

    private mutating func add(_ item: Item) {
        if !items.contains(where: { $0.serial == item.serial }) { items.append(item) }
    }

    private static func certificates(
        of holder: CertificateHolder, _ ledger: TLSLedger, now: Int64
    ) throws(Failure) -> [IssuedCertificate] {
        let usable = ledger.usable(by: holder, now: now)
        guard usable.isEmpty else { return usable }
        guard let newest = ledger.all(of: holder).last else {
            throw Failure("\(holder) has no certificate that was issued here; `mallbots certs list` shows who has")
        }
        try refuseIfRevoked(newest.serial, holder.description, ledger)
        // It has ended by itself; revoked, its holder is not given another without a person's word.
        return [newest]
    }

    private static func refuseIfRevoked(_ serial: String, _ identity: String, _ ledger: TLSLedger) throws(Failure) {
        guard let entry = ledger.revocation(of: serial) else { return }
        throw Failure(
            """
            the certificate of \(identity) (\(serial)) was revoked on \(UnixTime.text(entry.since)) already; a server that \
            still lets it in has not read the list since: kill -HUP its process
            """)
    }
}

/// Why certificates are revoked, as it is written on the command line.
extension RevocationReason {
    /// Those that make sense for a robot or a program: a hold could not be lifted here, and an authority is not revoked by
    /// its own list.
    static let forHolders = allCases.filter { $0 != .certificateHold && $0 != .authorityCompromise }
}
