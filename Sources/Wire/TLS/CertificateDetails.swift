import COpenSSL

/// What a certificate says, in the words that OpenSSL's own tools use.
public struct CertificateDetails: Hashable, Sendable {
    /// As in `O = MallBots, CN = b-7`; control characters are escaped.
    public let subject: String
    /// Who signed it, in the same form.
    public let issuer: String
    /// Its names that count, as in `URI:spiffe://mallbots.local/bot/b-7`, `DNS:localhost`, `IP:127.0.0.1`; what is not
    /// printable ASCII is escaped.
    public let names: [String]
    /// As in `EC prime256v1, 256 bits`.
    public let key: String
    /// As in `ecdsa-with-SHA256`.
    public let signature: String
    /// What it may be used for, as in `digitalSignature`, `clientAuth`; empty: it does not say.
    public let usages: [String]
    /// The names of its key and of its authority's key.
    public let keyID: String?
    public let authorityKeyID: String?
    /// SHA-256 of the whole certificate, in the form of `openssl x509 -fingerprint`.
    public let fingerprint: String
}

extension Certificate {
    /// What it says, for people to read.
    public var details: CertificateDetails {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        return CertificateDetails(
            subject: Self.text(ofName: X509_get_subject_name(pointer)),
            issuer: Self.text(ofName: X509_get_issuer_name(pointer)),
            names: alternativeNames(ofType: GEN_URI).map { "URI:" + Self.printable($0) }
                + alternativeNames(ofType: GEN_DNS).map { "DNS:" + Self.printable($0) }
                + alternativeNames(ofType: GEN_IPADD).map { "IP:" + Self.text(ofAddress: $0) },
            key: keyText, signature: String(cString: OBJ_nid2ln(X509_get_signature_nid(pointer))), usages: usages,
            keyID: Self.text(ofKeyID: X509_get0_subject_key_id(pointer)),
            authorityKeyID: Self.text(ofKeyID: X509_get0_authority_key_id(pointer)), fingerprint: fingerprint)
    }

    /// SHA-256 of the whole certificate, in the form of `openssl x509 -fingerprint`.
    public var fingerprint: String {
        var digest = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        guard X509_digest(pointer, EVP_sha256(), &digest, &count) == 1 else { return "" }
        return Self.text(ofBytes: digest)
    }

    private var keyText: String {
        guard let key = X509_get0_pubkey(pointer) else { return "a key of an unknown kind" }
        let kind = EVP_PKEY_get0_type_name(key).map { String(cString: $0) } ?? "unknown"
        var name = [CChar](repeating: 0, count: 64)
        var count = 0
        let isNamed = EVP_PKEY_get_group_name(key, &name, name.count, &count) == 1
        let group =
            isNamed ? " " + String(decoding: name.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
        return "\(kind)\(group), \(EVP_PKEY_get_bits(key)) bits"
    }

    /// RFC 5280, sections 4.2.1.3 and 4.2.1.12.
    private var usages: [String] {
        let bits = X509_get_key_usage(pointer)
        let extended = X509_get_extended_key_usage(pointer)
        var found: [String] = []
        // All bits: there is no such extension.
        if bits != .max {
            let names = [
                (KU_DIGITAL_SIGNATURE, "digitalSignature"), (KU_NON_REPUDIATION, "nonRepudiation"),
                (KU_KEY_ENCIPHERMENT, "keyEncipherment"), (KU_DATA_ENCIPHERMENT, "dataEncipherment"),
                (KU_KEY_AGREEMENT, "keyAgreement"), (KU_KEY_CERT_SIGN, "keyCertSign"), (KU_CRL_SIGN, "cRLSign"),
            ]
            found += names.filter { bits & UInt32($0.0) != 0 }.map(\.1)
        }
        if extended != .max {
            let names = [(XKU_SSL_SERVER, "serverAuth"), (XKU_SSL_CLIENT, "clientAuth"), (XKU_ANYEKU, "any")]
            found += names.filter { extended & UInt32($0.0) != 0 }.map(\.1)
        }
        return found
    }

    private static func text(ofName name: OpaquePointer?) -> String {
        guard let bio = try? MemoryBIO(), shim_X509_NAME_print_oneline(bio.bio, name) >= 0 else { return "" }
        return String(decoding: bio.bytes(), as: UTF8.self)
    }

    private static func text(ofKeyID identifier: UnsafePointer<ASN1_OCTET_STRING>?) -> String? {
        guard let identifier else { return nil }
        // Safe because the certificate keeps the bytes as long as it lives, and this copies them.
        return text(
            ofBytes: Array(
                UnsafeBufferPointer(
                    start: ASN1_STRING_get0_data(identifier), count: Int(ASN1_STRING_length(identifier)))))
    }

    private static func text(ofBytes bytes: [UInt8]) -> String {
        bytes.map { [$0].hexadecimal.uppercased() }.joined(separator: ":")
    }

    /// ASCII as it is; what a terminal might act upon, and the rest, as `\xNN`.
    private static func printable(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\\")
                ? String(UnicodeScalar(byte)) : "\\x" + [byte].hexadecimal
        }.joined()
    }
}
