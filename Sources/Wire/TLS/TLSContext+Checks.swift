import COpenSSL
import Glibc

// What a side decides about a peer's certificate by itself: during the handshake besides OpenSSL's own checks, and again
// when a session is resumed and after a reload, when OpenSSL makes none.

extension TLSContext {
    /// The time as certificates count it; OpenSSL reads the same clock when it checks their dates.
    static var now: Int64 { Int64(time(nil)) }

    /// Whom the certificate names, if that is someone of the right trust domain who has not been revoked.
    func identity(of certificate: Certificate) throws(TLSError) -> PeerIdentity {
        let identity = try certificate.identity()
        if let expected = trustDomain, expected != identity.trustDomain {
            throw TLSError(.badIdentity, "the certificate is of trust domain \(identity.trustDomain), not \(expected)")
        }
        try checkNotRevoked(certificate, depth: 0)
        return identity
    }

    /// - Parameter depth: 0 for the peer's own certificate, more for those that vouch for it
    func checkNotRevoked(_ certificate: Certificate, depth: Int32) throws(TLSError) {
        guard let revocations else { return }
        let issuer = certificate.issuerName
        // An authority at the top is not revoked by itself, but by no longer being trusted.
        if depth > 0 && issuer == certificate.subjectName { return }
        let peer = isServer ? "client" : "server"
        let verdict = revocations.verdict(issuer: issuer, serial: certificate.serial, now: Self.now + clockSkewSeconds)
        if let error = TLSError(
            verdict, whose: depth == 0 ? "the \(peer)'s certificate" : "a certificate above the \(peer)'s")
        {
            throw error
        }
    }

    /// Checks a certificate that was accepted before: its signature and those above it, its use, who it names and that
    /// none of them has been revoked.
    ///
    /// - Parameters:
    ///   - chain: what the peer sent along with it (OpenSSL's stack), if that is known
    ///   - dates: whether the dates count; they do not for connections that were made while they were good
    func verify(_ certificate: Certificate, chain: OpaquePointer?, dates: Bool) throws(TLSError) {
        // The cheap question first.
        try checkNotRevoked(certificate, depth: 0)
        let check = try openSSLPointer("checking a certificate") { X509_STORE_CTX_new() }
        defer { X509_STORE_CTX_free(check) }
        try openSSLCheck("checking a certificate") {
            X509_STORE_CTX_init(check, SSL_CTX_get_cert_store(pointer), certificate.pointer, chain)
        }
        try openSSLCheck("checking a certificate") {
            X509_STORE_CTX_set_default(check, isServer ? "ssl_client" : "ssl_server")
        }
        let parameters = X509_STORE_CTX_get0_param(check)
        try openSSLCheck("checking a certificate") {
            X509_VERIFY_PARAM_set1(parameters, SSL_CTX_get0_param(pointer))
        }
        X509_VERIFY_PARAM_set_auth_level(parameters, SSL_CTX_get_security_level(pointer))
        if !dates { X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_NO_CHECK_TIME)) }
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        guard X509_verify_cert(check) == 1 else {
            let depth = X509_STORE_CTX_get_error_depth(check)
            let culprit = X509_STORE_CTX_get_current_cert(check).map { Certificate(retaining: $0) }
            throw TLSError.verification(
                code: X509_STORE_CTX_get_error(check), depth: depth, isServer: isServer, dates: culprit?.validity)
        }
        guard revocations != nil, let path = X509_STORE_CTX_get0_chain(check) else { return }
        for depth in 1..<max(1, shim_sk_X509_num(path)) {
            guard let above = shim_sk_X509_value(path, depth) else { continue }
            try checkNotRevoked(Certificate(retaining: above), depth: depth)
        }
    }
}

extension TLSConnection {
    /// Checks the peer of an established connection against what another context trusts.
    func recheck(against other: TLSContext) throws(TLSError) {
        guard other.requiresIdentity else { return }
        guard let peer = peerCertificates, let certificate = Certificate(der: peer.own) else {
            throw .noClientCertificate
        }
        _ = try other.identity(of: certificate)
        // Signatures take far longer to check than everything else, and change only with the authorities.
        if context.authorities.isSubset(of: other.authorities), context.requiresIdentity { return }
        let others = peer.others.compactMap { Certificate(der: $0) }
        let chain = shim_sk_X509_new_null()
        // The stack has no references of its own to what is in it.
        defer { shim_sk_X509_free(chain) }
        for other in others { _ = shim_sk_X509_push(chain, other.pointer) }
        try withExtendedLifetime(others) { () throws(TLSError) in
            try other.verify(certificate, chain: chain, dates: false)
        }
    }
}
