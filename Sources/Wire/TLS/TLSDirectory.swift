/// The folder in which a mall keeps its authority, its servers' and its robots' credentials:
///
///     ca.pem  ca.key              the authority; ca.key is needed only where certificates are issued
///     crl.pem                     what it has revoked
///     issued.txt                  what it has issued: a line for each certificate
///     server.pem  server.key      the servers' own
///     bots/ID.pem  bots/ID.key    each robot's
///     services/NAME.pem  .key     programs that only dial, such as the command line
///     tickets.key                 the keys of session tickets, see `TLSTicketKeys`
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
    /// The authority's private key.
    public var authorityKeyFile: String { "\(path)/ca.key" }
    /// The revocation list, or several of them.
    public var revocationFile: String { "\(path)/crl.pem" }
    /// The keys of session tickets.
    public var ticketKeyFile: String { "\(path)/tickets.key" }
    /// What was issued, a line each.
    public var ledgerFile: String { "\(path)/issued.txt" }

    /// A holder's certificate and key.
    public func files(of holder: CertificateHolder) -> Files {
        Files(certificate: "\(path)/\(holder.file).pem", key: "\(path)/\(holder.file).key")
    }

    /// The servers' credentials, issued on the first call, when a third of their time is left, or for new hosts.
    ///
    /// - Parameters:
    ///   - name: the service that the certificate names
    ///   - hosts: host names and IP addresses that clients may dial; those of an earlier call are kept
    /// - Throws: `TLSError`, also if the certificate was revoked: only a person may then issue another.
    public func server(
        name: String, hosts: [String], by authority: CertificateAuthority, now: Int64
    ) throws(TLSError) -> TLSCredentials {
        let old = try issued(.server, by: authority)
        let known = old?.certificate.hosts ?? []
        let missing = hosts.filter { !known.contains(Certificate.canonical(host: $0)) }
        let ledger = try ledger()
        try refuseIfShutOut(.server, ledger)
        if let old, missing.isEmpty, !Self.isNearItsEnd(old.certificate, now: now) { return old }
        let new = try authority.issueServer(name: name, hosts: known + missing, now: now)
        try save(new, .server, durable: true)
        return new
    }

    /// A program's credentials, issued on the first call or when a third of their time is left.
    public func service(name: String, by authority: CertificateAuthority, now: Int64) throws(TLSError) -> TLSCredentials
    {
        let holder = CertificateHolder.service(name)
        try holder.checkName()
        var ledger: TLSLedger?
        if let old = try current(holder, by: authority, &ledger, now: now) { return old }
        let new = try authority.issueService(name: name, now: now)
        try save(new, holder, durable: true)
        return new
    }

    /// Robots' credentials in the order of their ids, issued where there are none or a third of their time is left. One
    /// whose certificate was revoked keeps it, for the server to refuse.
    ///
    /// A thousand new ones take about a second; the disk is waited for once.
    public func bots(
        ids: [String], by authority: CertificateAuthority, now: Int64
    ) throws(TLSError) -> [TLSCredentials] {
        var all: [TLSCredentials] = []
        var ledger: TLSLedger?
        var wroteAny = false
        for id in ids {
            try CertificateHolder.bot(id).checkName()
            if let old = try current(.bot(id), by: authority, &ledger, now: now) {
                all.append(old)
                continue
            }
            let new = try authority.issueBot(id: id, now: now)
            try save(new, .bot(id), durable: false)
            wroteAny = true
            all.append(new)
        }
        if wroteAny { CredentialFiles.flushEverything() }
        return all
    }

    /// What a holder is to use now; nil if it is to be issued.
    private func current(
        _ holder: CertificateHolder, by authority: CertificateAuthority, _ known: inout TLSLedger?, now: Int64
    ) throws(TLSError) -> TLSCredentials? {
        let old = try issued(holder, by: authority)
        if let old, !Self.isNearItsEnd(old.certificate, now: now) { return old }
        let ledger = if let known { known } else { try self.ledger() }
        known = ledger
        // A revoked certificate is not replaced behind the back of who revoked it.
        if let old, ledger.revoked[old.certificate.serial] != nil { return old }
        try refuseIfShutOut(holder, ledger)
        return nil
    }

    private func refuseIfShutOut(_ holder: CertificateHolder, _ ledger: TLSLedger) throws(TLSError) {
        guard let entry = ledger.isShutOut(holder) else { return }
        throw TLSError(
            .revoked,
            """
            the last certificate of \(holder) was revoked on \(UnixTime.text(entry.since)); if it is to have another, run \
            `mallbots certs issue \(holder) --force`
            """)
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

    /// What was issued earlier to a holder, or nil if there is nothing or the writing of it was cut short.
    func issued(_ holder: CertificateHolder, by authority: CertificateAuthority) throws(TLSError) -> TLSCredentials? {
        let file = files(of: holder)
        guard try CredentialFiles.readIfPresent(file.certificate) != nil else { return nil }
        let certificate = try CredentialFiles.readCertificates(file.certificate)[0]
        guard certificate.isSigned(by: authority.certificate) else {
            throw TLSError(
                .configuration,
                "\(file.certificate) was not issued by \(authorityFile); remove it to have a new one issued")
        }
        let key = try CredentialFiles.readKey(file.key)
        // A renewal that was cut short leaves the new key beside the old certificate.
        guard certificate.matches(key) else { return nil }
        return try TLSCredentials(certificate: certificate, key: key)
    }

    /// Puts a new certificate in its place, after noting that it exists. Others who do so for the same holder wait, so that
    /// a certificate and a key that lie side by side belong together.
    func save(_ credentials: TLSCredentials, _ holder: CertificateHolder, durable: Bool) throws(TLSError) {
        try CredentialFiles.locking(directoryOf: authorityFile) { () throws(TLSError) in
            try note([IssuedCertificate(credentials.certificate, holder)], durable: durable)
            try makeFolder(of: holder)
            try Self.write(credentials.key, credentials.certificate, to: files(of: holder), durable: durable)
        }
    }

    func makeFolder(of holder: CertificateHolder) throws(TLSError) {
        guard holder != .server else { return }
        let folder = holder.file.prefix { $0 != "/" }
        try CredentialFiles.makeDirectory("\(path)/\(folder)", mode: 0o700)
    }

    /// The key first: without its certificate it is nothing, and the next start makes both anew.
    static func write(
        _ key: PrivateKey?, _ certificate: Certificate, to files: Files, durable: Bool
    ) throws(TLSError) {
        if let key { try CredentialFiles.write(key.pem(), to: files.key, mode: 0o600, durable: durable) }
        try CredentialFiles.write(certificate.pem(), to: files.certificate, mode: 0o644, durable: durable)
    }

    static func isNearItsEnd(_ certificate: Certificate, now: Int64) -> Bool {
        guard let validity = certificate.validity else { return true }
        return IssuedCertificate.isNearItsEnd(validity, now: now)
    }

    static func check(_ certificate: Certificate, now: Int64) throws(TLSError) {
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
