import COpenSSL

extension CertificateAuthority {
    /// Days until a revocation list has to be replaced; whoever has the authority's key does so when a third is left.
    public static let revocationListDays: Int64 = 365

    /// Signs a list of everything that is revoked.
    ///
    /// - Parameters:
    ///   - number: above that of every list before
    ///   - days: until the next list is due
    public func revocationList(
        _ entries: [RevocationList.Entry], number: UInt64, days: Int64 = revocationListDays, now: Int64
    ) throws(TLSError) -> RevocationList {
        let list = try openSSLPointer("making a revocation list") { X509_CRL_new() }
        var isOurs = true
        defer { if isOurs { X509_CRL_free(list) } }
        // Version 2 is written as 1.
        try openSSLCheck("setting the version") { X509_CRL_set_version(list, 1) }
        try openSSLCheck("setting the issuer") {
            X509_CRL_set_issuer_name(list, X509_get_subject_name(certificate.pointer))
        }
        // An hour early, for clocks that are slow.
        try withTime(now - 3600) { time in X509_CRL_set1_lastUpdate(list, time) }
        try withTime(now + days * 86_400) { time in X509_CRL_set1_nextUpdate(list, time) }
        for entry in entries { try add(entry, to: list) }
        X509_CRL_sort(list)
        try addExtensions(to: list, number: number)
        try openSSLCheck("signing a revocation list") { X509_CRL_sign(list, key.pointer, key.digest) }
        isOurs = false
        return try RevocationList(adopting: list)
    }

    private func withTime(_ seconds: Int64, _ body: (UnsafeMutablePointer<ASN1_TIME>) -> Int32) throws(TLSError) {
        let time = try openSSLPointer("setting a date") { ASN1_TIME_set(nil, time_t(seconds)) }
        defer { ASN1_TIME_free(time) }
        try openSSLCheck("setting a date") { body(time) }
    }

    private func add(_ entry: RevocationList.Entry, to list: OpaquePointer) throws(TLSError) {
        let item = try openSSLPointer("revoking a certificate") { X509_REVOKED_new() }
        var isOurs = true
        defer { if isOurs { X509_REVOKED_free(item) } }
        var serial: OpaquePointer?
        defer { BN_free(serial) }
        try openSSLCheck("reading the serial number \(entry.serial)") { BN_hex2bn(&serial, entry.serial) }
        let number = try openSSLPointer("setting the serial number") { BN_to_ASN1_INTEGER(serial, nil) }
        defer { ASN1_INTEGER_free(number) }
        try openSSLCheck("setting the serial number") { X509_REVOKED_set_serialNumber(item, number) }
        try withTime(entry.since) { time in X509_REVOKED_set_revocationDate(item, time) }
        if entry.reason != .unspecified {
            let code = try openSSLPointer("setting the reason") { ASN1_ENUMERATED_new() }
            defer { ASN1_ENUMERATED_free(code) }
            try openSSLCheck("setting the reason") { ASN1_ENUMERATED_set(code, entry.reason.code) }
            try openSSLCheck("setting the reason") { X509_REVOKED_add1_ext_i2d(item, NID_crl_reason, code, 0, 0) }
        }
        try openSSLCheck("revoking a certificate") { X509_CRL_add0_revoked(list, item) }
        isOurs = false
    }

    private func addExtensions(to list: OpaquePointer, number: UInt64) throws(TLSError) {
        let value = try openSSLPointer("numbering the list") { ASN1_INTEGER_new() }
        defer { ASN1_INTEGER_free(value) }
        try openSSLCheck("numbering the list") { ASN1_INTEGER_set_uint64(value, number) }
        try openSSLCheck("numbering the list") { X509_CRL_add1_ext_i2d(list, NID_crl_number, value, 0, 0) }
        guard let identifier = X509_get0_subject_key_id(certificate.pointer) else { return }
        let authority = try openSSLPointer("naming the authority's key") { AUTHORITY_KEYID_new() }
        defer { AUTHORITY_KEYID_free(authority) }
        authority.pointee.keyid = try openSSLPointer("naming the authority's key") {
            ASN1_OCTET_STRING_dup(identifier)
        }
        try openSSLCheck("naming the authority's key") {
            X509_CRL_add1_ext_i2d(list, NID_authority_key_identifier, authority, 0, 0)
        }
    }
}

extension PrivateKey {
    /// What to hash with before signing; nil: Edwards-curve keys hash by themselves.
    var digest: OpaquePointer? {
        EVP_PKEY_is_a(pointer, "ED25519") == 1 || EVP_PKEY_is_a(pointer, "ED448") == 1 ? nil : EVP_sha256()
    }
}
