import COpenSSL

/// A list of the certificates that one authority has revoked, with its signature (a CRL, RFC 5280, section 5).
public final class RevocationList: @unchecked Sendable {
    // Safe because the list is never changed after init, and OpenSSL counts references to it atomically.
    let pointer: OpaquePointer

    /// One certificate that does not count any more.
    public struct Entry: Hashable, Sendable {
        /// As `Certificate.serial`.
        public let serial: String
        /// When it was revoked, in seconds since 1970.
        public let since: Int64
        public let reason: RevocationReason

        public init(serial: String, since: Int64, reason: RevocationReason) {
            self.serial = serial
            self.since = since
            self.reason = reason
        }
    }

    /// What it revokes, in no particular order.
    public let entries: [Entry]
    /// Rises from list to list; nil if it has none, or one beyond 64 bits.
    public let number: UInt64?
    /// From when it counts, and when another is to take its place, in seconds since 1970.
    public let validity: ClosedRange<Int64>

    /// Takes over the caller's reference.
    init(adopting pointer: OpaquePointer) throws(TLSError) {
        self.pointer = pointer
        // From here on deinit frees the list, whatever throws; so everything is set first.
        let from = Certificate.seconds(X509_CRL_get0_lastUpdate(pointer))
        let to = Certificate.seconds(X509_CRL_get0_nextUpdate(pointer))
        validity = (from ?? 0)...max(from ?? 0, to ?? 0)
        number = Self.number(of: pointer)
        let found = Self.entries(of: pointer)
        entries = found ?? []
        guard let from, let to, from <= to else {
            throw TLSError(.configuration, "the revocation list's dates make no sense, or it does not say when it ends")
        }
        // Such extensions narrow down what a list is about: one that is not understood may revoke something else.
        guard X509_CRL_get_ext_by_critical(pointer, 1, -1) < 0, found != nil else {
            throw TLSError(
                .configuration,
                "the revocation list has a critical extension (partial, delta and indirect lists will not do)")
        }
    }

    deinit { X509_CRL_free(pointer) }

    /// Reads every list of some PEM text, in order; what else the text holds is skipped. Never empty.
    public static func all(pem: [UInt8]) throws(TLSError) -> [RevocationList] {
        let bio = try MemoryBIO(pem)
        var found: [RevocationList] = []
        while true {
            OpenSSLErrors.clear()
            if let next = PEM_read_bio_X509_CRL(bio.bio, nil, nil, nil) {
                found.append(try RevocationList(adopting: next))
                continue
            }
            let entries = OpenSSLErrors.drain()
            let atEnd = entries.contains { $0.library == ERR_LIB_PEM && $0.reason == PEM_R_NO_START_LINE }
            if atEnd && !found.isEmpty { return found }
            throw TLSError(
                .configuration,
                atEnd ? "no revocation list in PEM form" : "revocation list \(found.count + 1) is damaged")
        }
    }

    /// The list as PEM text.
    public func pem() throws(TLSError) -> [UInt8] {
        let bio = try MemoryBIO()
        let target = bio.bio
        try openSSLCheck("writing a revocation list") { PEM_write_bio_X509_CRL(target, pointer) }
        return bio.bytes()
    }

    /// Whether it carries that authority's name and signature. Dates are not looked at.
    public func isSigned(by authority: Certificate) -> Bool {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        guard X509_NAME_cmp(X509_CRL_get_issuer(pointer), X509_get_subject_name(authority.pointer)) == 0,
            let key = X509_get0_pubkey(authority.pointer)
        else { return false }
        return X509_CRL_verify(pointer, key) == 1
    }

    private static func number(of list: OpaquePointer) -> UInt64? {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        guard let raw = X509_CRL_get_ext_d2i(list, NID_crl_number, nil, nil) else { return nil }
        let number = raw.assumingMemoryBound(to: ASN1_INTEGER.self)
        defer { ASN1_INTEGER_free(number) }
        var value: UInt64 = 0
        return ASN1_INTEGER_get_uint64(&value, number) == 1 ? value : nil
    }

    /// nil if an entry has a critical extension, such as another authority's name.
    private static func entries(of list: OpaquePointer) -> [Entry]? {
        guard let revoked = X509_CRL_get_REVOKED(list) else { return [] }
        var found: [Entry] = []
        for index in 0..<max(0, shim_sk_X509_REVOKED_num(revoked)) {
            guard let item = shim_sk_X509_REVOKED_value(revoked, index) else { continue }
            if X509_REVOKED_get_ext_by_critical(item, 1, -1) >= 0 { return nil }
            found.append(
                Entry(
                    serial: Certificate.hexadecimal(X509_REVOKED_get0_serialNumber(item)),
                    since: Certificate.seconds(X509_REVOKED_get0_revocationDate(item)) ?? 0, reason: reason(of: item)))
        }
        return found
    }

    private static func reason(of item: OpaquePointer) -> RevocationReason {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        guard let raw = X509_REVOKED_get_ext_d2i(item, NID_crl_reason, nil, nil) else { return .unspecified }
        let code = raw.assumingMemoryBound(to: ASN1_ENUMERATED.self)
        defer { ASN1_ENUMERATED_free(code) }
        return RevocationReason(code: ASN1_ENUMERATED_get(code))
    }
}
