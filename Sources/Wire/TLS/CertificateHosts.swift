import COpenSSL

extension Certificate {
    /// The host names and IP addresses that it is for, in their canonical form.
    public var hosts: [String] {
        alternativeNames(ofType: GEN_DNS).map { String(decoding: $0, as: UTF8.self).lowercased() }
            + alternativeNames(ofType: GEN_IPADD).map(Self.text(ofAddress:))
    }

    /// One spelling for each host: names in lower case, IPv6 addresses in full.
    public static func canonical(host: String) -> String {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        guard let address = a2i_IPADDRESS(host) else { return host.lowercased() }
        defer { ASN1_OCTET_STRING_free(address) }
        // Safe because OpenSSL keeps the address's bytes until it is freed, and this copies them.
        return text(
            ofAddress: Array(
                UnsafeBufferPointer(start: ASN1_STRING_get0_data(address), count: Int(ASN1_STRING_length(address)))))
    }

    static func text(ofAddress bytes: [UInt8]) -> String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        return stride(from: 0, to: bytes.count - 1, by: 2)
            .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
            .joined(separator: ":")
    }
}
