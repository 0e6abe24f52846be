import COpenSSL

/// A private authority for one trust domain: it makes the certificates by which the mall's programs and robots know each
/// other. Keys are ECDSA over P-256.
///
/// The time comes in as `now`, in seconds since 1970. Certificates begin an hour early, for clocks that are slow.
public struct CertificateAuthority: Sendable {
    /// Its own certificate, which everyone who trusts it holds.
    public let certificate: Certificate
    /// The realm whose identities it issues, such as `mallbots.local`.
    public let trustDomain: String
    let key: PrivateKey

    /// Days that an authority's own certificate lasts.
    public static let lifetimeDays: Int64 = 3650
    /// Days that the certificates of robots and of programs that only dial last; they are renewed when a third is left.
    public static let clientLifetimeDays: Int64 = 365
    /// Days that servers' certificates last, which is as long as browsers' makers allow.
    public static let serverLifetimeDays: Int64 = 397

    private static let slack: Int64 = 3600
    private static let day: Int64 = 86_400

    /// Makes a new authority.
    ///
    /// - Parameters:
    ///   - days: how long its certificate lasts
    ///   - key: its private key; nil: a new one
    /// - Throws: `TLSError` if the trust domain is not well-formed.
    public static func create(
        trustDomain: String, days: Int64 = lifetimeDays, now: Int64, key: PrivateKey? = nil
    ) throws(TLSError) -> CertificateAuthority {
        if let problem = PeerIdentity.problem(inTrustDomain: Array(trustDomain.utf8)[...]) {
            throw TLSError(.configuration, "trust domain \"\(trustDomain)\": \(problem)")
        }
        let key = if let key { key } else { try PrivateKey.generate() }
        let template = CertificateTemplate(
            commonName: "Authority of \(trustDomain)", uris: [Array("spiffe://\(trustDomain)".utf8)],
            validity: (now - slack)...(now + days * day), isAuthority: true)
        return try CertificateAuthority(certificate: template.signed(for: key, by: nil), key: key)
    }

    /// Takes up an authority that was made before.
    ///
    /// - Throws: `TLSError` if the key is another's, or the certificate is not an authority's for one trust domain.
    public init(certificate: Certificate, key: PrivateKey) throws(TLSError) {
        guard certificate.matches(key) else {
            throw TLSError(.configuration, "the private key does not belong to the certificate")
        }
        guard certificate.isAuthority else {
            throw TLSError(.configuration, "the certificate is not an authority's (CA:FALSE)")
        }
        let names = certificate.alternativeNames(ofType: GEN_URI).map { String(decoding: $0, as: UTF8.self) }
        guard names.count == 1, names[0].hasPrefix("spiffe://"),
            PeerIdentity.problem(inTrustDomain: Array(names[0].utf8.dropFirst(9))[...]) == nil
        else {
            throw TLSError(.configuration, "the authority's certificate names no trust domain (spiffe://NAME)")
        }
        self.certificate = certificate
        self.key = key
        trustDomain = String(names[0].dropFirst(9))
    }

    /// Issues a robot's certificate and key.
    public func issueBot(id: String, days: Int64 = clientLifetimeDays, now: Int64) throws(TLSError) -> TLSCredentials {
        try issue(.bot, id, hosts: [], usages: [CertificateTemplate.clientUsage], days: days, now: now)
    }

    /// Issues a program's certificate and key, for a program that only dials.
    public func issueService(
        name: String, days: Int64 = clientLifetimeDays, now: Int64
    ) throws(TLSError) -> TLSCredentials {
        try issue(.service, name, hosts: [], usages: [CertificateTemplate.clientUsage], days: days, now: now)
    }

    /// Issues a server's certificate and key; it may dial other servers with them as well.
    ///
    /// - Parameter hosts: the host names and IP addresses by which it is dialled
    public func issueServer(
        name: String, hosts: [String], days: Int64 = serverLifetimeDays, now: Int64
    ) throws(TLSError) -> TLSCredentials {
        for host in hosts where host.isEmpty || !host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
            throw TLSError(.configuration, "\"\(host)\" is not a host name or IP address")
        }
        return try issue(
            .service, name, hosts: hosts, usages: [CertificateTemplate.serverUsage, CertificateTemplate.clientUsage],
            days: days, now: now)
    }

    private func issue(
        _ kind: PeerIdentity.Kind, _ id: String, hosts: [String], usages: [Int32], days: Int64, now: Int64
    ) throws(TLSError) -> TLSCredentials {
        let template = try template(kind, id, hosts: hosts, usages: usages, days: days, now: now)
        let key = try PrivateKey.generate()
        return try TLSCredentials(certificate: template.signed(for: key, by: (certificate, self.key)), key: key)
    }

    /// Issues a certificate for a key that its robot or program has made itself.
    ///
    /// - Parameter request: shows that it has the key; what it calls itself there does not count
    public func issue(
        _ kind: PeerIdentity.Kind, _ id: String, for request: CertificateRequest, days: Int64 = clientLifetimeDays,
        now: Int64
    ) throws(TLSError) -> Certificate {
        let template = try template(
            kind, id, hosts: [], usages: [CertificateTemplate.clientUsage], days: days, now: now)
        return try template.signed(for: request, by: (certificate, key))
    }

    private func template(
        _ kind: PeerIdentity.Kind, _ id: String, hosts: [String], usages: [Int32], days: Int64, now: Int64
    ) throws(TLSError) -> CertificateTemplate {
        let identity: PeerIdentity
        do {
            identity = try PeerIdentity(trustDomain: trustDomain, kind: kind, id: id)
        } catch {
            throw TLSError(.configuration, "\"\(id)\": \(error)")
        }
        // Never beyond the authority's own last day, when no one would accept it any more.
        let last = min(now + days * Self.day, certificate.validity?.upperBound ?? 0)
        guard last > now else {
            throw TLSError(.expired, "the authority's certificate expired on \(UnixTime.text(last))")
        }
        return CertificateTemplate(
            commonName: id, uris: [Array(identity.uri.utf8)], hosts: hosts, validity: (now - Self.slack)...last,
            usages: usages)
    }
}
