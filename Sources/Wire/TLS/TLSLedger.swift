/// What a `TLSDirectory` has issued and revoked, all of it.
public struct TLSLedger: Sendable {
    /// Oldest first.
    public let issued: [IssuedCertificate]
    /// Numbers of the account's lines that cannot be read, from 1. One that was cut short by a crash is of a certificate that
    /// was never put in place; any other is of one that cannot be found by its holder.
    public let damagedLines: [Int]
    /// By serial number.
    let revoked: [String: RevocationList.Entry]
    private let newest: [CertificateHolder: IssuedCertificate]

    init(issued: [IssuedCertificate], revoked: [RevocationList.Entry], damagedLines: [Int] = []) {
        self.issued = issued
        self.damagedLines = damagedLines
        self.revoked = Dictionary(revoked.map { ($0.serial, $0) }, uniquingKeysWith: { first, _ in first })
        newest = Dictionary(issued.map { ($0.holder, $0) }, uniquingKeysWith: { _, later in later })
    }

    /// What a certificate is worth at a time, in seconds since 1970.
    public func state(of certificate: IssuedCertificate, now: Int64) -> IssuedCertificate.State {
        certificate.state(
            revoked: revoked[certificate.serial], isNewest: newest[certificate.holder]?.serial == certificate.serial,
            now: now)
    }

    /// Those of one holder that someone could still use, newest last.
    public func usable(by holder: CertificateHolder, now: Int64) -> [IssuedCertificate] {
        issued.filter { $0.holder == holder && revoked[$0.serial] == nil && now <= $0.validity.upperBound }
    }

    /// All of one holder, newest last.
    public func all(of holder: CertificateHolder) -> [IssuedCertificate] { issued.filter { $0.holder == holder } }

    /// When and why a certificate was revoked; nil: it was not.
    public func revocation(of serial: String) -> RevocationList.Entry? { revoked[serial] }

    /// What was revoked without being in the account, oldest first: it was issued elsewhere, or its line is lost.
    public var strangers: [RevocationList.Entry] {
        let known = Set(issued.map(\.serial))
        return revoked.values.filter { !known.contains($0.serial) }.sorted {
            ($0.since, $0.serial) < ($1.since, $1.serial)
        }
    }

    /// Whether the last certificate of a holder was revoked; then only a person may give it another.
    public func isShutOut(_ holder: CertificateHolder) -> RevocationList.Entry? {
        newest[holder].flatMap { revoked[$0.serial] }
    }
}
