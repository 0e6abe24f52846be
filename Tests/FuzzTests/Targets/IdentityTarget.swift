import COpenSSL
import Messages

@testable import Wire

/// The reader of certificates' identities, on URIs, on whole certificates, and on the extension that holds the names.
enum IdentityTarget {
    static func run(_ input: UnsafeRawBufferPointer) throws {
        var reader = FuzzReader(input)
        switch reader.below(3) {
        case 0: try uri(Array(reader.all()))
        case 1: try certificate(reader.all())
        default: try names(reader.all())
        }
    }

    private static let inDomain = "abcdefghijklmnopqrstuvwxyz0123456789.-_"
    private static let inID = inDomain + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

    /// What is accepted is exactly what the identity says of itself, and in the standard's characters.
    private static func uri(_ bytes: [UInt8]) throws {
        guard let identity = try? PeerIdentity(uriBytes: bytes) else { return }
        try always(Array(identity.uri.utf8) == bytes, "\(bytes) was read as \(identity.uri)")
        try always(bytes.count < 512, "an identity of \(bytes.count) bytes")
        let parts = identity.uri.split(separator: "/", omittingEmptySubsequences: false)
        try always(parts.count == 5 && parts[0] == "spiffe:" && parts[1].isEmpty, "\(identity.uri)")
        let (domain, kind, id) = (parts[2], parts[3], parts[4])
        try always(kind == "bot" || kind == "service", "kind \(kind)")
        try always(!domain.isEmpty && domain.allSatisfy(inDomain.contains), "domain \(domain)")
        try always(
            !id.isEmpty && id != "." && id != ".." && id.utf8.count <= 128 && id.allSatisfy(inID.contains), "id \(id)")
        let again = try? PeerIdentity(trustDomain: identity.trustDomain, kind: identity.kind, id: identity.id)
        try always(again == identity, "\(identity.uri) cannot be made of its parts")
    }

    private static func certificate(_ der: UnsafeRawBufferPointer) throws {
        var next = der.baseAddress?.assumingMemoryBound(to: UInt8.self)
        defer { OpenSSLErrors.clear() }
        guard let pointer = d2i_X509(nil, &next, der.count) else { return }
        try inspect(Certificate(adopting: pointer))
    }

    /// A certificate with nothing but this extension.
    private static func names(_ contents: UnsafeRawBufferPointer) throws {
        defer { OpenSSLErrors.clear() }
        guard let pointer = X509_new(), let data = ASN1_OCTET_STRING_new() else { return }
        let certificate = Certificate(adopting: pointer)
        defer { ASN1_OCTET_STRING_free(data) }
        ASN1_OCTET_STRING_set(data, contents.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(contents.count))
        guard let names = X509_EXTENSION_create_by_NID(nil, NID_subject_alt_name, 0, data) else { return }
        defer { X509_EXTENSION_free(names) }
        X509_add_ext(pointer, names, -1)
        try inspect(certificate)
    }

    private static func inspect(_ certificate: Certificate) throws {
        _ = certificate.validity
        _ = certificate.serial
        guard let identity = try? certificate.identity() else { return }
        let names = certificate.alternativeNames(ofType: GEN_URI)
        try always(names == [Array(identity.uri.utf8)], "\(identity.uri) of the names \(names)")
        try always(!certificate.isAuthority, "an authority passes as \(identity.uri)")
    }
}
