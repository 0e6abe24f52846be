/// The folder in which a mall keeps its authority, its servers' and its robots' credentials:
///
///     ca.pem  ca.key              the authority; ca.key is needed only where certificates are issued
///     server.pem  server.key      the servers' own
///     bots/ID.pem  bots/ID.key    each robot's
///     services/NAME.pem  .key     programs that only dial, such as the command line
///
/// Keys have mode 0600. Files are put in place whole, a key always before its certificate, so that an interrupted start
/// is made good by the next one. What is there and still good is used; what nears its end is renewed; what does not fit
/// together is refused with an error that names the file. Calls block on the disk, so not for event loops.
public struct TLSDirectory: Sendable {
    /// The folder.
    public let path: String

    public init(path: String) {
        self.path = path
    }

    /// The authority's certificate file, which those who dial need.
    public var authorityFile: String { "\(path)/ca.pem" }
    private var authorityKeyFile: String { "\(path)/ca.key" }

    /// The certificates of those whom this mall trusts: at least one, all of them authorities' and valid now.
    public func authorities(now: Int64) throws(TLSError) -> [Certificate] {
        let certificates = try CredentialFiles.readCertificates(authorityFile)
        for certificate in certificates {
            try CredentialFiles.naming(authorityFile) { () throws(TLSError) in
                guard certificate.isAuthority else {
                    throw TLSError(.configuration, "not an authority's certificate (CA:FALSE)")
                }
                try Self.check(certificate, now: now)
            }
        }
        return certificates
    }

    /// The authority, made on the first call.
    ///
    /// - Parameter trustDomain: for a new one; an existing one keeps its own
    public func authority(trustDomain: String, now: Int64) throws(TLSError) -> CertificateAuthority {
        try CredentialFiles.makeDirectory(path, mode: 0o755)
        if try CredentialFiles.readIfPresent(authorityFile) != nil {
            let certificate = try authorities(now: now)[0]
            let key = try CredentialFiles.readKey(authorityKeyFile)
            return try CredentialFiles.naming(authorityFile) { () throws(TLSError) in
                try CertificateAuthority(certificate: certificate, key: key)
            }
        }
        // A key alone is a first start that was cut short, or a lost ca.pem. With the same key and name, a new
        // certificate vouches for everything that was issued before.
        let oldKey = try CredentialFiles.readIfPresent(authorityKeyFile) != nil
        let key = oldKey ? try CredentialFiles.readKey(authorityKeyFile) : nil
        let authority = try CertificateAuthority.create(trustDomain: trustDomain, now: now, key: key)
        if !oldKey {
            try CredentialFiles.write(authority.key.pem(), to: authorityKeyFile, mode: 0o600, durable: true)
        }
        try CredentialFiles.write(authority.certificate.pem(), to: authorityFile, mode: 0o644, durable: true)
        return authority
    }

    /// The servers' credentials, issued on the first call, when a third of their time is left, or for new hosts.
    ///
    /// - Parameters:
    ///   - name: the service that the certificate names
    ///   - hosts: host names and IP addresses that clients may dial; those of an earlier call are kept
    public func server(
        name: String, hosts: [String], by authority: CertificateAuthority, now: Int64
    ) throws(TLSError) -> TLSCredentials {
        let base = "\(path)/server"
        let old = try issued(base, by: authority)
        let known = old?.certificate.hosts ?? []
        let missing = hosts.filter { !known.contains(Certificate.canonical(host: $0)) }
        if let old, missing.isEmpty, !Self.isNearItsEnd(old.certificate, now: now) { return old }
        let new = try authority.issueServer(name: name, hosts: known + missing, now: now)
        try save(new, base, durable: true)
        return new
    }

    /// A program's credentials, issued on the first call or when a third of their time is left.
    public func service(name: String, by authority: CertificateAuthority, now: Int64) throws(TLSError) -> TLSCredentials
    {
        try checkName(name)
        try CredentialFiles.makeDirectory("\(path)/services", mode: 0o700)
        let base = "\(path)/services/\(name)"
        if let old = try issued(base, by: authority), !Self.isNearItsEnd(old.certificate, now: now) { return old }
        let new = try authority.issueService(name: name, now: now)
        try save(new, base, durable: true)
        return new
    }

    /// Robots' credentials in the order of their ids, issued where there are none or a third of their time is left.
    ///
    /// A thousand new ones take about a second; the disk is waited for once.
    public func bots(
        ids: [String], by authority: CertificateAuthority, now: Int64
    ) throws(TLSError) -> [TLSCredentials] {
        try CredentialFiles.makeDirectory("\(path)/bots", mode: 0o700)
        var all: [TLSCredentials] = []
        var wroteAny = false
        for id in ids {
            try checkName(id)
            let base = "\(path)/bots/\(id)"
            if let old = try issued(base, by: authority), !Self.isNearItsEnd(old.certificate, now: now) {
                all.append(old)
                continue
            }
            let new = try authority.issueBot(id: id, now: now)
            try save(new, base, durable: false)
            wroteAny = true
            all.append(new)
        }
        if wroteAny { CredentialFiles.flushEverything() }
        return all
    }

    /// Reads credentials from any two files, checking that they fit together and are valid now.
    public static func credentials(
        certificateFile: String, keyFile: String, now: Int64
    ) throws(TLSError) -> TLSCredentials {
        let chain = try CredentialFiles.readCertificates(certificateFile)
        try CredentialFiles.naming(certificateFile) { () throws(TLSError) in try check(chain[0], now: now) }
        let key = try CredentialFiles.readKey(keyFile)
        return try CredentialFiles.naming("\(certificateFile), \(keyFile)") { () throws(TLSError) in
            try TLSCredentials(certificate: chain[0], intermediates: Array(chain.dropFirst()), key: key)
        }
    }

    /// What was issued earlier under a name, or nil if there is nothing or the writing of it was cut short.
    private func issued(_ base: String, by authority: CertificateAuthority) throws(TLSError) -> TLSCredentials? {
        let file = "\(base).pem"
        guard try CredentialFiles.readIfPresent(file) != nil else { return nil }
        let certificate = try CredentialFiles.readCertificates(file)[0]
        guard certificate.isSigned(by: authority.certificate) else {
            throw TLSError(
                .configuration, "\(file) was not issued by \(authorityFile); remove it to have a new one issued")
        }
        let key = try CredentialFiles.readKey("\(base).key")
        // A renewal that was cut short leaves the new key beside the old certificate.
        guard certificate.matches(key) else { return nil }
        return try TLSCredentials(certificate: certificate, key: key)
    }

    private func save(_ credentials: TLSCredentials, _ base: String, durable: Bool) throws(TLSError) {
        try CredentialFiles.write(credentials.key.pem(), to: "\(base).key", mode: 0o600, durable: durable)
        try CredentialFiles.write(credentials.certificate.pem(), to: "\(base).pem", mode: 0o644, durable: durable)
    }

    /// An id becomes part of a path here, so it is checked before anything is read.
    private func checkName(_ name: String) throws(TLSError) {
        if let problem = PeerIdentity.problem(inID: Array(name.utf8)[...]) {
            throw TLSError(.configuration, "\"\(name)\": \(problem)")
        }
    }

    static func isNearItsEnd(_ certificate: Certificate, now: Int64) -> Bool {
        guard let validity = certificate.validity else { return true }
        return now >= validity.upperBound - (validity.upperBound - validity.lowerBound) / 3
    }

    private static func check(_ certificate: Certificate, now: Int64) throws(TLSError) {
        guard let validity = certificate.validity else {
            throw TLSError(.configuration, "the certificate's dates make no sense")
        }
        if now > validity.upperBound { throw TLSError(.expired, "expired on \(UnixTime.text(validity.upperBound))") }
        if now < validity.lowerBound {
            throw TLSError(
                .notYetValid, "not valid before \(UnixTime.text(validity.lowerBound)); is this machine's clock wrong?")
        }
    }
}
