import COpenSSL

/// What a certificate is to say, before it is signed.
struct CertificateTemplate {
    var commonName: String
    /// URI names, as bytes: nothing here checks them.
    var uris: [[UInt8]] = []
    /// Host names and IP addresses that a server answers to.
    var hosts: [String] = []
    /// First and last second of validity, in seconds since 1970.
    var validity: ClosedRange<Int64>
    var isAuthority = false
    /// OpenSSL's numbers (NID) of the extended key usages; empty: the extension is left out.
    var usages: [Int32] = []

    static let serverUsage = NID_server_auth
    static let clientUsage = NID_client_auth

    /// Makes the certificate for a key's public half.
    ///
    /// - Parameter issuer: who signs; nil: the key itself
    func signed(
        for key: PrivateKey, by issuer: (certificate: Certificate, key: PrivateKey)?
    ) throws(TLSError) -> Certificate {
        try signed(publicKey: key.pointer, by: issuer?.key ?? key, issuer: issuer?.certificate)
    }

    /// Makes the certificate for the key of a request; of its names nothing is taken over.
    func signed(
        for request: CertificateRequest, by issuer: (certificate: Certificate, key: PrivateKey)
    ) throws(TLSError) -> Certificate {
        try signed(publicKey: request.publicKey(), by: issuer.key, issuer: issuer.certificate)
    }

    private func signed(
        publicKey: OpaquePointer, by signer: PrivateKey, issuer: Certificate?
    ) throws(TLSError) -> Certificate {
        let x509 = try openSSLPointer("making a certificate") { X509_new() }
        let certificate = Certificate(adopting: x509)
        try openSSLCheck("setting the version") { X509_set_version(x509, 2) }
        try setSerial(x509)
        try openSSLCheck("setting the key") { X509_set_pubkey(x509, publicKey) }
        _ = try openSSLPointer("setting the first day") {
            ASN1_TIME_set(X509_getm_notBefore(x509), time_t(validity.lowerBound))
        }
        _ = try openSSLPointer("setting the last day") {
            ASN1_TIME_set(X509_getm_notAfter(x509), time_t(validity.upperBound))
        }
        let subject = X509_get_subject_name(x509)
        try add("MallBots", NID_organizationName, to: subject)
        // X.520 allows 64 characters; the identity that counts is in the URI.
        try add(String(commonName.prefix(64)), NID_commonName, to: subject)
        try openSSLCheck("setting the issuer") {
            X509_set_issuer_name(x509, issuer.map { X509_get_subject_name($0.pointer) } ?? subject)
        }
        try addExtensions(x509, issuer: issuer)
        try openSSLCheck("signing a certificate") { X509_sign(x509, signer.pointer, signer.digest) }
        return certificate
    }

    /// 127 random bits, so that serial numbers need no counter on disk and tell nothing.
    private func setSerial(_ x509: OpaquePointer) throws(TLSError) {
        var bytes = [UInt8](repeating: 0, count: 16)
        try openSSLCheck("drawing a serial number") { RAND_bytes(&bytes, 16) }
        bytes[0] &= 0x7F
        let number = try openSSLPointer("drawing a serial number") { BN_bin2bn(bytes, 16, nil) }
        defer { BN_free(number) }
        _ = try openSSLPointer("setting the serial number") {
            BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509))
        }
    }

    private func add(_ text: String, _ field: Int32, to name: OpaquePointer?) throws(TLSError) {
        let bytes = Array(text.utf8)
        try openSSLCheck("naming the subject") {
            X509_NAME_add_entry_by_NID(name, field, MBSTRING_FLAG | 0x1000, bytes, Int32(bytes.count), -1, 0)
        }
    }

    private func addExtensions(_ x509: OpaquePointer, issuer: Certificate?) throws(TLSError) {
        try addBasicConstraints(x509)
        try addKeyUsage(x509)
        try addExtendedKeyUsage(x509)
        try addKeyIdentifiers(x509, issuer: issuer)
        try addAlternativeNames(x509)
    }

    private func addBasicConstraints(_ x509: OpaquePointer) throws(TLSError) {
        let constraints = try openSSLPointer("making basicConstraints") { BASIC_CONSTRAINTS_new() }
        defer { BASIC_CONSTRAINTS_free(constraints) }
        if isAuthority {
            constraints.pointee.ca = 0xFF
            // It signs robots' and services' certificates directly, never another authority's.
            let length = try openSSLPointer("making basicConstraints") { ASN1_INTEGER_new() }
            constraints.pointee.pathlen = length
            try openSSLCheck("making basicConstraints") { ASN1_INTEGER_set(length, 0) }
        }
        try openSSLCheck("adding basicConstraints") {
            X509_add1_ext_i2d(x509, NID_basic_constraints, constraints, 1, 0)
        }
    }

    private func addKeyUsage(_ x509: OpaquePointer) throws(TLSError) {
        let bits = try openSSLPointer("making keyUsage") { ASN1_BIT_STRING_new() }
        defer { ASN1_BIT_STRING_free(bits) }
        // RFC 5280, 4.2.1.3: digitalSignature is bit 0, keyCertSign 5, cRLSign 6.
        for bit: Int32 in isAuthority ? [5, 6] : [0] {
            try openSSLCheck("making keyUsage") { ASN1_BIT_STRING_set_bit(bits, bit, 1) }
        }
        try openSSLCheck("adding keyUsage") { X509_add1_ext_i2d(x509, NID_key_usage, bits, 1, 0) }
    }

    private func addExtendedKeyUsage(_ x509: OpaquePointer) throws(TLSError) {
        guard !usages.isEmpty else { return }
        let list = try openSSLPointer("making extendedKeyUsage") { shim_sk_ASN1_OBJECT_new_null() }
        defer { EXTENDED_KEY_USAGE_free(list) }
        for usage in usages {
            try openSSLCheck("making extendedKeyUsage") { shim_sk_ASN1_OBJECT_push(list, OBJ_nid2obj(usage)) }
        }
        try openSSLCheck("adding extendedKeyUsage") {
            X509_add1_ext_i2d(x509, NID_ext_key_usage, UnsafeMutableRawPointer(list), 0, 0)
        }
    }

    private func addKeyIdentifiers(_ x509: OpaquePointer, issuer: Certificate?) throws(TLSError) {
        // RFC 5280, 4.2.1.2, method 1: the public key's SHA-1, as a name and not for security.
        var digest = [UInt8](repeating: 0, count: 20)
        var count: UInt32 = 0
        try openSSLCheck("hashing the key") { X509_pubkey_digest(x509, EVP_sha1(), &digest, &count) }
        let own = try openSSLPointer("making subjectKeyIdentifier") { ASN1_OCTET_STRING_new() }
        defer { ASN1_OCTET_STRING_free(own) }
        try openSSLCheck("making subjectKeyIdentifier") { ASN1_OCTET_STRING_set(own, digest, Int32(count)) }
        try openSSLCheck("adding subjectKeyIdentifier") {
            X509_add1_ext_i2d(x509, NID_subject_key_identifier, own, 0, 0)
        }
        // An issuer without an identifier of its own is found by its name alone.
        let issuerID = issuer.map { X509_get0_subject_key_id($0.pointer) } ?? UnsafePointer(own)
        guard let issuerID else { return }
        let authority = try openSSLPointer("making authorityKeyIdentifier") { AUTHORITY_KEYID_new() }
        defer { AUTHORITY_KEYID_free(authority) }
        authority.pointee.keyid = try openSSLPointer("making authorityKeyIdentifier") {
            ASN1_OCTET_STRING_dup(issuerID)
        }
        try openSSLCheck("adding authorityKeyIdentifier") {
            X509_add1_ext_i2d(x509, NID_authority_key_identifier, authority, 0, 0)
        }
    }

    private func addAlternativeNames(_ x509: OpaquePointer) throws(TLSError) {
        guard !uris.isEmpty || !hosts.isEmpty else { return }
        let names = try openSSLPointer("making subjectAltName") { shim_sk_GENERAL_NAME_new_null() }
        defer { GENERAL_NAMES_free(names) }
        for uri in uris { try add(uri, GEN_URI, to: names) }
        for host in hosts {
            if let address = a2i_IPADDRESS(host) {
                try add(address, GEN_IPADD, to: names)
            } else {
                try add(Array(host.utf8), GEN_DNS, to: names)
            }
        }
        OpenSSLErrors.clear()
        try openSSLCheck("adding subjectAltName") {
            X509_add1_ext_i2d(x509, NID_subject_alt_name, UnsafeMutableRawPointer(names), 0, 0)
        }
    }

    private func add(_ text: [UInt8], _ type: Int32, to names: OpaquePointer) throws(TLSError) {
        let string = try openSSLPointer("making a name") { ASN1_STRING_type_new(V_ASN1_IA5STRING) }
        guard ASN1_STRING_set(string, text, Int32(text.count)) == 1 else {
            ASN1_STRING_free(string)
            throw TLSError(.configuration, "making a name: \(OpenSSLErrors.drainedText())")
        }
        try add(string, type, to: names)
    }

    /// Takes over the string.
    private func add(_ string: UnsafeMutablePointer<ASN1_STRING>, _ type: Int32, to names: OpaquePointer)
        throws(TLSError)
    {
        guard let name = GENERAL_NAME_new() else {
            ASN1_STRING_free(string)
            throw TLSError(.configuration, "making a name: no memory")
        }
        GENERAL_NAME_set0_value(name, type, string)
        guard shim_sk_GENERAL_NAME_push(names, name) > 0 else {
            GENERAL_NAME_free(name)
            throw TLSError(.configuration, "making a name: no memory")
        }
    }
}
