// The authority: read, or made where there is none.
extension TLSDirectory {
    /// The certificates of those whom this mall trusts, the authority that issues first. Dates are not looked at.
    public func authorityCertificates() throws(TLSError) -> [Certificate] {
        let certificates = try CredentialFiles.readCertificates(authorityFile)
        for certificate in certificates where !certificate.isAuthority {
            throw TLSError(.configuration, "\(authorityFile): not an authority's certificate (CA:FALSE)")
        }
        return certificates
    }

    /// The certificates of those whom this mall trusts: at least one, all of them authorities' and valid now.
    public func authorities(now: Int64) throws(TLSError) -> [Certificate] {
        let certificates = try authorityCertificates()
        for certificate in certificates {
            try CredentialFiles.naming(authorityFile) { () throws(TLSError) in try Self.check(certificate, now: now) }
        }
        return certificates
    }

    /// The authority, made on the first call, with an empty revocation list.
    ///
    /// - Parameters:
    ///   - trustDomain: for a new one; an existing one keeps its own
    ///   - days: how long a new one's certificate lasts
    public func authority(
        trustDomain: String, days: Int64 = CertificateAuthority.lifetimeDays, now: Int64
    ) throws(TLSError) -> CertificateAuthority {
        try CredentialFiles.makeDirectory(path, mode: 0o700)
        if let known = try knownAuthority(now: now) { return known }
        return try CredentialFiles.locking(directoryOf: authorityFile) { () throws(TLSError) in
            // Another process may have made it meanwhile.
            if let known = try knownAuthority(now: now) { return known }
            return try makeAuthority(trustDomain: trustDomain, days: days, now: now)
        }
    }

    /// The authority, or nil if there is none yet.
    public func knownAuthority(now: Int64) throws(TLSError) -> CertificateAuthority? {
        guard try CredentialFiles.readIfPresent(authorityFile) != nil else { return nil }
        let certificate = try authorities(now: now)[0]
        let key = try CredentialFiles.readKey(authorityKeyFile)
        return try CredentialFiles.naming("\(authorityFile), \(authorityKeyFile)") { () throws(TLSError) in
            try CertificateAuthority(certificate: certificate, key: key)
        }
    }

    private func makeAuthority(trustDomain: String, days: Int64, now: Int64) throws(TLSError) -> CertificateAuthority {
        // A key alone is a first start that was cut short, or a lost ca.pem. With the same key and name, a new
        // certificate vouches for everything that was issued before.
        let oldKey = try CredentialFiles.readIfPresent(authorityKeyFile) != nil
        let oldList = try CredentialFiles.readIfPresent(revocationFile, maximumBytes: 1 << 30) != nil
        guard oldKey || !oldList else {
            throw TLSError(
                .configuration,
                """
                \(revocationFile) is of an authority whose certificate and key, \(authorityFile) and \(authorityKeyFile), \
                are gone: bring them back, or move \(path) away to begin anew
                """)
        }
        let key = oldKey ? try CredentialFiles.readKey(authorityKeyFile) : nil
        let authority = try CertificateAuthority.create(trustDomain: trustDomain, days: days, now: now, key: key)
        if oldList, try !revocationLists().contains(where: { $0.isSigned(by: authority.certificate) }) {
            throw TLSError(
                .configuration,
                """
                \(authorityFile) is gone, and an authority of \(trustDomain) with the key \(authorityKeyFile) would not be \
                the one that signed \(revocationFile): was its trust domain another? `mallbots certs init --trust-domain` \
                makes it again
                """)
        }
        if !oldKey {
            try CredentialFiles.write(authority.key.pem(), to: authorityKeyFile, mode: 0o600, durable: true)
        }
        // The list comes before the authority, so that one that is missing was lost and is not mistaken for an empty one.
        if !oldList {
            let list = try authority.revocationList([], number: oldKey ? UInt64(now) : 1, now: now)
            try CredentialFiles.write(list.pem(), to: revocationFile, mode: 0o644, durable: true)
        }
        try CredentialFiles.write(authority.certificate.pem(), to: authorityFile, mode: 0o644, durable: true)
        return authority
    }
}
