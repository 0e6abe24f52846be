/// What a `TLSDirectory` has issued and revoked, all of it.
public struct TLSLedger: Sendable {
    /// Oldest first.
    public let issued: [IssuedCertificate]
    /// By serial number.
    let revoked: [String: RevocationList.Entry]
    private let newest: [CertificateHolder: IssuedCertificate]

    init(issued: [IssuedCertificate], revoked: [RevocationList.Entry]) {
        self.issued = issued
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

    /// Whether the last certificate of a holder was revoked; then only a person may give it another.
    func isShutOut(_ holder: CertificateHolder) -> RevocationList.Entry? {
        newest[holder].flatMap { revoked[$0.serial] }
    }
}
