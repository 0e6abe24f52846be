import COpenSSL

// Whom a certificate names. The decision is a pure function on the certificate's URI names.

extension PeerIdentity {
    /// The identity among a certificate's URI names: there must be exactly one, and it must be a well-formed identity.
    ///
    /// - Parameter names: each name's bytes as found
    static func only(ofURINames names: [[UInt8]]) throws(TLSError) -> PeerIdentity {
        guard let name = names.first else {
            throw TLSError(.badIdentity, "the certificate names no identity (no URI among its alternative names)")
        }
        guard names.count == 1 else {
            throw TLSError(.badIdentity, "the certificate has \(names.count) URI names; exactly one is allowed")
        }
        do {
            return try PeerIdentity(uriBytes: name)
        } catch {
            throw TLSError(.badIdentity, "the certificate's identity is not usable: \(error)")
        }
    }
}

extension Certificate {
    /// The robot or service that this certificate names; an authority's own certificate is refused.
    public func identity() throws(TLSError) -> PeerIdentity {
        guard !isAuthority else { throw .authorityAsPeer }
        return try PeerIdentity.only(ofURINames: alternativeNames(ofType: GEN_URI))
    }
}
