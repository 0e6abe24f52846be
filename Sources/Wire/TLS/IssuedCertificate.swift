/// A certificate that an authority issued, as its folder remembers it: files come and go, this stays.
public struct IssuedCertificate: Hashable, Sendable {
    /// As `Certificate.serial`.
    public let serial: String
    /// For whom.
    public let holder: CertificateHolder
    /// Its first and last second, in seconds since 1970.
    public let validity: ClosedRange<Int64>

    /// What it is worth.
    public enum State: Hashable, Sendable {
        case valid
        /// Valid, but its holder has a newer one.
        case replaced
        /// A third of its time or less is left: it is renewed when it is next used here.
        case endsSoon
        case notYetValid
        case expired
        case revoked(RevocationList.Entry)
    }

    init(serial: String, holder: CertificateHolder, validity: ClosedRange<Int64>) {
        self.serial = serial
        self.holder = holder
        self.validity = validity
    }

    init(_ certificate: Certificate, _ holder: CertificateHolder) {
        self.init(serial: certificate.serial, holder: holder, validity: certificate.validity ?? 0...0)
    }

    /// What it is worth at a time, in seconds since 1970.
    ///
    /// - Parameters:
    ///   - revoked: its entry in the authority's list
    ///   - isNewest: whether its holder has no newer one
    func state(revoked: RevocationList.Entry?, isNewest: Bool, now: Int64) -> State {
        if let revoked { return .revoked(revoked) }
        if now > validity.upperBound { return .expired }
        if now < validity.lowerBound { return .notYetValid }
        if !isNewest { return .replaced }
        return Self.isNearItsEnd(validity, now: now) ? .endsSoon : .valid
    }

    /// Whether a third of a time or less is left.
    static func isNearItsEnd(_ validity: ClosedRange<Int64>, now: Int64) -> Bool {
        now >= validity.upperBound - (validity.upperBound - validity.lowerBound) / 3
    }
}

// As a line of text: serial number, holder, first and last second, apart by spaces.
extension IssuedCertificate {
    var line: String { "\(serial) \(holder) \(validity.lowerBound) \(validity.upperBound)\n" }

    init?(line: Substring) {
        let parts = line.split(separator: " ")
        guard parts.count == 4, !parts[0].isEmpty, parts[0].allSatisfy(\.isHexDigit),
            let holder = try? CertificateHolder(parts[1]), let from = Int64(parts[2]), let to = Int64(parts[3]),
            from <= to
        else { return nil }
        self.init(serial: String(parts[0]), holder: holder, validity: from...to)
    }
}
