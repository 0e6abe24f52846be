/// What one side knows of revoked certificates: of each authority that it trusts, the newest list.
///
/// It exists only if there is a list of every authority that is valid and has its signature, so a side that is given one
/// never lets a peer in for want of knowledge. Looking a certificate up is a pure function of its authority's name, its
/// serial number and the time.
public struct Revocations: Sendable {
    /// What became of one certificate.
    enum Verdict: Hashable {
        case good
        case revoked(RevocationList.Entry)
        /// No list is known of the authority that signed it.
        case unknownAuthority
        /// The list should have been replaced by then, in seconds since 1970; who knows what it lacks.
        case outdated(since: Int64)
    }

    private struct Issuer {
        var validUntil: Int64
        var entries: [String: RevocationList.Entry]
    }

    /// By the authority's name. Authorities of the same name, an old key and a new one, share what they revoked.
    private var issuers: [[UInt8]: Issuer] = [:]

    /// How many certificates are revoked.
    public var count: Int { issuers.values.reduce(0) { $0 + $1.entries.count } }

    /// When the first of the lists has to be replaced, in seconds since 1970.
    public var validUntil: Int64 { issuers.values.map(\.validUntil).min() ?? .max }

    /// Puts lists together, of which the newest of each authority counts.
    ///
    /// - Throws: `TLSError` if an authority has none, or a list is no authority's of these or not valid now.
    public init(lists: [RevocationList], authorities: [Certificate], now: Int64) throws(TLSError) {
        var newest: [Int: RevocationList] = [:]
        for (position, list) in lists.enumerated() {
            let name = lists.count > 1 ? "revocation list \(position + 1)" : "the revocation list"
            guard let signer = authorities.firstIndex(where: list.isSigned) else {
                throw TLSError(.unknownAuthority, "\(name) is not signed by an authority that is trusted here")
            }
            if let other = newest[signer], !list.isNewer(than: other) { continue }
            newest[signer] = list
        }
        for (position, authority) in authorities.enumerated() {
            let name = authorities.count > 1 ? "authority \(position + 1)" : "the authority"
            guard let list = newest[position] else {
                throw TLSError(.staleRevocations, "there is no revocation list of \(name)")
            }
            try list.checkDates(now: now)
            add(list, of: authority.subjectName)
        }
    }

    private mutating func add(_ list: RevocationList, of issuer: [UInt8]) {
        let entries = Dictionary(list.entries.map { ($0.serial, $0) }, uniquingKeysWith: { first, _ in first })
        var known = issuers[issuer] ?? Issuer(validUntil: .max, entries: [:])
        known.validUntil = min(known.validUntil, list.validity.upperBound)
        known.entries.merge(entries) { first, _ in first }
        issuers[issuer] = known
    }

    func verdict(issuer: [UInt8], serial: String, now: Int64) -> Verdict {
        guard let known = issuers[issuer] else { return .unknownAuthority }
        // What was revoked stays so, however old the list.
        if let entry = known.entries[serial] { return .revoked(entry) }
        return now > known.validUntil ? .outdated(since: known.validUntil) : .good
    }
}

extension RevocationList {
    fileprivate func isNewer(than other: RevocationList) -> Bool {
        (validity.lowerBound, number ?? 0) > (other.validity.lowerBound, other.number ?? 0)
    }

    /// Whether it counts now.
    func checkDates(now: Int64) throws(TLSError) {
        if now > validity.upperBound {
            throw TLSError(
                .staleRevocations,
                "the revocation list ended on \(UnixTime.text(validity.upperBound)); get or sign a newer one")
        }
        if now < validity.lowerBound {
            throw TLSError(
                .staleRevocations,
                "the revocation list begins on \(UnixTime.text(validity.lowerBound)); is this machine's clock wrong?")
        }
    }
}

extension TLSError {
    /// A verdict as an error, or nil if the certificate is good.
    ///
    /// - Parameter whose: such as "the client's certificate"
    init?(_ verdict: Revocations.Verdict, whose: String) {
        switch verdict {
        case .good: return nil
        case .revoked(let entry):
            let why = entry.reason == .unspecified ? "" : " (\(entry.reason.rawValue))"
            self.init(.revoked, "\(whose) was revoked on \(UnixTime.text(entry.since))\(why)")
        case .unknownAuthority:
            self.init(.staleRevocations, "there is no revocation list of the authority that signed \(whose)")
        case .outdated(let since):
            self.init(
                .staleRevocations,
                "\(whose) may have been revoked: the revocation list ended on \(UnixTime.text(since)); renew and reload it"
            )
        }
    }
}
