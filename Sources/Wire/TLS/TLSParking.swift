import COpenSSL
import Synchronization

// What an established connection of a server keeps of its handshake. OpenSSL would keep the session with the peer's
// certificate, parsed into some 200 small pieces, as long as the connection lives: ten KiB for nothing, times a fleet. We
// need the certificate again only after a reload, and keep it as its bytes.

/// The peer's certificates, as DER: its own, and what it sent along with it.
struct PeerCertificates: Sendable {
    var own: [UInt8]
    var others: [[UInt8]]
}

extension TLSConnection {
    /// A server, once the handshake is complete and its outcome known: lets go of what only it needed.
    func park() {
        guard context.isServer else { return }
        if let peer = SSL_get0_peer_certificate(ssl) {
            let chain = SSL_get_peer_cert_chain(ssl)
            let others = (0..<max(0, shim_sk_X509_num(chain))).compactMap { index in
                shim_sk_X509_value(chain, index).map { Certificate(retaining: $0) }
            }
            // One that vouches for itself is trusted or not, whoever sends it.
            peerCertificates = PeerCertificates(
                own: Certificate(retaining: peer).der,
                others: others.filter { $0.issuerName != $0.subjectName }.map(\.der))
        }
        // OpenSSL gives up a session only if the connection's context has the connection's method, which the handshake
        // has narrowed from "any TLS" to "TLS 1.3"; otherwise it would begin anew. So the connection moves to a context
        // that has it, and that is all it is for. TLS 1.3 uses neither after a handshake: not for data, alerts or keys.
        guard let method = SSL_get_ssl_method(ssl), let lot = TLSParkingLot.context(of: method),
            SSL_CTX_get_ssl_method(lot) == method, SSL_set_SSL_CTX(ssl, lot) == lot
        else { return OpenSSLErrors.clear() }
        SSL_set_session(ssl, nil)
        OpenSSLErrors.clear()
    }
}

/// The context that parked connections share; one for the process, since OpenSSL has one method for TLS 1.3 servers.
///
/// Safe because it is made once under the lock and never changed or freed after; OpenSSL counts references atomically.
private enum TLSParkingLot {
    // As a number, because a pointer is not Sendable.
    private static let made = Mutex<UInt>(0)

    static func context(of method: OpaquePointer) -> OpaquePointer? {
        OpaquePointer(
            bitPattern: made.withLock { made in
                if made == 0 { made = UInt(bitPattern: SSL_CTX_new(method)) }
                return made
            })
    }
}
