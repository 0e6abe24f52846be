// Revoking, and the list that says so.
extension TLSDirectory {
    /// The lists as they are in the file.
    public func revocationLists() throws(TLSError) -> [RevocationList] {
        guard let bytes = try CredentialFiles.readIfPresent(revocationFile, maximumBytes: 1 << 30) else {
            throw TLSError(
                .staleRevocations,
                """
                \(revocationFile) does not exist, so nobody can tell which certificates were revoked: bring it back, or, if \
                none ever was, run `mallbots certs init --new-list`
                """)
        }
        return try CredentialFiles.naming(revocationFile) { () throws(TLSError) in
            try RevocationList.all(pem: bytes)
        }
    }

    /// What is revoked, for those who trust these authorities.
    ///
    /// - Throws: `TLSError` naming the file, if it is missing, damaged, out of date or not of these authorities.
    public func revocations(of authorities: [Certificate], now: Int64) throws(TLSError) -> Revocations {
        let lists = try revocationLists()
        return try CredentialFiles.naming(revocationFile) { () throws(TLSError) in
            try Revocations(lists: lists, authorities: authorities, now: now)
        }
    }

    /// Signs the list anew when a third of its time is left. One that is missing, damaged or past its time is left to a
    /// person to look into.
    public func renewRevocationList(by authority: CertificateAuthority, now: Int64) throws(TLSError) {
        try requireCurrentList(of: authority, now: now)
        try CredentialFiles.locking(directoryOf: revocationFile) { () throws(TLSError) in
            _ = try changeList(by: authority, now: now) { _ in false }
        }
    }

    /// Throws if there is no list of an authority that counts now.
    func requireCurrentList(of authority: CertificateAuthority, now: Int64) throws(TLSError) {
        let own = try revocationLists().filter { $0.isSigned(by: authority.certificate) }
        _ = try CredentialFiles.naming(revocationFile) { () throws(TLSError) in
            try Revocations(lists: own, authorities: [authority.certificate], now: now)
        }
    }

    /// Signs the list anew although it is missing or past its time: for a person who knows that nothing is lost by it.
    ///
    /// - Returns: whether there was anything to do
    public func completeRevocationList(by authority: CertificateAuthority, now: Int64) throws(TLSError) -> Bool {
        try CredentialFiles.locking(directoryOf: revocationFile) { () throws(TLSError) in
            if try CredentialFiles.readIfPresent(revocationFile, maximumBytes: 1 << 30) == nil {
                // A number above that of any list that was lost.
                let list = try authority.revocationList([], number: UInt64(now), now: now)
                try CredentialFiles.write(list.pem(), to: revocationFile, mode: 0o644, durable: true)
                return true
            }
            let lists = try revocationLists()
            guard let own = lists.first(where: { $0.isSigned(by: authority.certificate) }) else {
                throw TLSError(
                    .unknownAuthority,
                    "\(revocationFile) has no list that \(authorityFile) signed; move it out of the way first")
            }
            guard now > own.validity.upperBound else { return false }
            _ = try changeList(by: authority, now: now) { _ in true }
            return true
        }
    }

    /// Writes this authority's list anew, if `change` says so or its time is nearly over. Others in the file stay. Only for
    /// who has the folder's lock.
    func changeList(
        by authority: CertificateAuthority, now: Int64, _ change: (inout [RevocationList.Entry]) -> Bool
    ) throws(TLSError) -> RevocationList {
        let lists = try revocationLists()
        let own = lists.filter { $0.isSigned(by: authority.certificate) }
        guard let last = own.max(by: { ($0.number ?? 0) < ($1.number ?? 0) }) else {
            throw TLSError(.unknownAuthority, "\(revocationFile) has no list that \(authorityFile) signed")
        }
        var entries = last.entries
        let isChanged = change(&entries)
        guard isChanged || IssuedCertificate.isNearItsEnd(last.validity, now: now) else { return last }
        let new = try authority.revocationList(entries, number: (last.number ?? UInt64(now)) + 1, now: now)
        var pem = try new.pem()
        for list in lists where !list.isSigned(by: authority.certificate) { pem += try list.pem() }
        try CredentialFiles.write(pem, to: revocationFile, mode: 0o644, durable: true)
        return new
    }
}
