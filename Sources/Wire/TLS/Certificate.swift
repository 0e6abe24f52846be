import COpenSSL

/// An X.509 certificate, read-only.
public final class Certificate: @unchecked Sendable {
    // Safe because nothing here changes the certificate; what OpenSSL caches in it, it guards with its own lock, and it
    // counts references atomically.
    let pointer: OpaquePointer

    /// Takes over the caller's reference.
    init(adopting pointer: OpaquePointer) {
        self.pointer = pointer
    }

    /// Takes a reference of its own.
    init(retaining pointer: OpaquePointer) {
        X509_up_ref(pointer)
        self.pointer = pointer
    }

    deinit { X509_free(pointer) }

    /// Reads one certificate in DER; nil when the bytes are not exactly that.
    convenience init?(der: [UInt8]) {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        let read = der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var next = bytes.baseAddress
            guard let read = d2i_X509(nil, &next, bytes.count) else { return nil }
            if next == bytes.baseAddress.map({ $0 + bytes.count }) { return read }
            X509_free(read)
            return nil
        }
        guard let read else { return nil }
        self.init(adopting: read)
    }

    /// Reads the first certificate of some PEM text.
    public convenience init(pem: [UInt8]) throws(TLSError) {
        let first = try Self.all(pem: pem)[0]
        self.init(retaining: first.pointer)
    }

    /// Reads every certificate of some PEM text, in order; what else the text holds is skipped. Never empty.
    public static func all(pem: [UInt8]) throws(TLSError) -> [Certificate] {
        let bio = try MemoryBIO(pem)
        var found: [Certificate] = []
        while true {
            OpenSSLErrors.clear()
            if let next = PEM_read_bio_X509(bio.bio, nil, nil, nil) {
                found.append(Certificate(adopting: next))
                continue
            }
            let entries = OpenSSLErrors.drain()
            // "No start line" is how the end of the text is told; anything else is a damaged certificate.
            let atEnd = entries.contains { $0.library == ERR_LIB_PEM && $0.reason == PEM_R_NO_START_LINE }
            if atEnd && !found.isEmpty { return found }
            throw TLSError(
                .configuration,
                atEnd ? "no certificate in PEM form" : "certificate \(found.count + 1) is damaged")
        }
    }

    /// The certificate as PEM text.
    public func pem() throws(TLSError) -> [UInt8] {
        let bio = try MemoryBIO()
        let target = bio.bio
        try openSSLCheck("writing a certificate") { PEM_write_bio_X509(target, pointer) }
        return bio.bytes()
    }

    /// The first and last second at which it is valid, in seconds since 1970.
    public var validity: ClosedRange<Int64>? {
        guard let from = Self.seconds(X509_get0_notBefore(pointer)), let to = Self.seconds(X509_get0_notAfter(pointer)),
            from <= to
        else { return nil }
        return from...to
    }

    /// Whether it says of itself that it may vouch for others (CA:TRUE).
    public var isAuthority: Bool { X509_get_extension_flags(pointer) & UInt32(EXFLAG_CA) != 0 }

    /// Its serial number in lower-case hexadecimal.
    public var serial: String {
        Self.hexadecimal(X509_get0_serialNumber(pointer))
    }

    /// The name of the authority that signed it, as DER.
    var issuerName: [UInt8] { Self.bytes(ofName: X509_get_issuer_name(pointer)) }

    /// Its own name, as DER.
    var subjectName: [UInt8] { Self.bytes(ofName: X509_get_subject_name(pointer)) }

    /// The whole certificate, as DER.
    var der: [UInt8] {
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = i2d_X509(pointer, &bytes)
        guard count > 0, let bytes else { return [] }
        defer { CRYPTO_free(bytes, #file, #line) }
        // Safe because OpenSSL allocated `count` bytes there, which this copies.
        return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }

    /// Whether this is the public half of that key.
    public func matches(_ key: PrivateKey) -> Bool {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        return X509_check_private_key(pointer, key.pointer) == 1
    }

    /// Whether it carries that authority's signature. Dates and extensions are not looked at.
    public func isSigned(by authority: Certificate) -> Bool {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        guard let key = X509_get0_pubkey(authority.pointer) else { return false }
        return X509_verify(pointer, key) == 1
    }

    /// The names of one kind among its subject's alternative names, as raw bytes, which may hold anything.
    func alternativeNames(ofType type: Int32) -> [[UInt8]] {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        guard let raw = X509_get_ext_d2i(pointer, NID_subject_alt_name, nil, nil) else { return [] }
        let names = OpaquePointer(raw)
        defer { GENERAL_NAMES_free(names) }
        return (0..<shim_sk_GENERAL_NAME_num(names)).compactMap { index in
            guard let name = shim_sk_GENERAL_NAME_value(names, index), name.pointee.type == type,
                let string = shim_GENERAL_NAME_string(name)
            else { return nil }
            // Safe because OpenSSL keeps `length` bytes at `data` until the names are freed, and this copies them.
            return Array(
                UnsafeBufferPointer(start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string))))
        }
    }

    private static func bytes(ofName name: OpaquePointer?) -> [UInt8] {
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        guard X509_NAME_get0_der(name, &bytes, &count) == 1 else { return [] }
        // Safe because the name keeps its encoding as long as its certificate lives, and this copies it.
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    static func hexadecimal(_ number: UnsafePointer<ASN1_INTEGER>?) -> String {
        guard let number = ASN1_INTEGER_to_BN(number, nil) else { return "" }
        defer { BN_free(number) }
        guard let text = BN_bn2hex(number) else { return "" }
        defer { CRYPTO_free(text, #file, #line) }
        return String(cString: text).lowercased()
    }

    static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        guard let time, let epoch = ASN1_TIME_set(nil, 0) else { return nil }
        defer { ASN1_TIME_free(epoch) }
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
        return Int64(days) * 86_400 + Int64(seconds)
    }
}
