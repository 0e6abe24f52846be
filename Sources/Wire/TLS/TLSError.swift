/// Why a TLS connection could not be made or had to end, in words for people and a reason for programs.
public struct TLSError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as failures are counted; the raw value is the metric's label and never changes its meaning.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// The server requires a client certificate and the client sent none.
        case noCertificate = "no_certificate"
        /// The peer's certificate does not lead to an authority that we trust.
        case unknownAuthority = "unknown_authority"
        /// The peer's certificate, or one that vouches for it, is past its last day.
        case expired
        /// The peer's certificate, or one that vouches for it, is before its first day; often a clock is wrong.
        case notYetValid = "not_yet_valid"
        /// The server's certificate is for other names than the one that was dialled.
        case nameMismatch = "name_mismatch"
        /// The certificate is fine but does not name a robot or service as MallBots needs it.
        case badIdentity = "bad_identity"
        /// The peer showed an authority's certificate (CA:TRUE) as its own.
        case authorityAsPeer = "authority_as_peer"
        /// The certificate's extended key usage does not allow this role.
        case wrongPurpose = "wrong_purpose"
        /// The certificate was revoked.
        case revoked
        /// Whether the certificate was revoked cannot be known: a revocation list is missing, or too old.
        case staleRevocations = "stale_revocations"
        /// A key or a signature's hash is too weak to count.
        case weakKey = "weak_key"
        /// The certificate failed verification for another reason, which the message names.
        case badCertificate = "bad_certificate"
        /// The peer speaks only TLS versions before 1.3.
        case oldVersion = "old_version"
        /// The first bytes were an HTTP request.
        case plainHTTP = "plain_http"
        /// The first bytes were neither TLS nor HTTP.
        case notTLS = "not_tls"
        /// The peer did not agree on the application protocol `mallbots/1`.
        case noProtocol = "no_protocol"
        /// No cipher suite, key-exchange group or signature algorithm in common.
        case nothingShared = "nothing_shared"
        /// The handshake took too long.
        case timeout
        /// The peer closed the connection before the handshake was done.
        case closedInHandshake = "closed_in_handshake"
        /// The connection ended without close_notify, so the last data may be missing.
        case truncated
        /// The peer ended the connection with an alert, which the message names.
        case refusedByPeer = "refused_by_peer"
        /// The peer changed its keys more often than allowed.
        case tooManyKeyUpdates = "too_many_key_updates"
        /// The peer sent bytes that are not valid at that point of a TLS connection.
        case protocolViolation = "protocol_violation"
        /// Something on our side is set up wrongly.
        case configuration
    }

    /// What went wrong.
    public let reason: Reason
    /// One sentence for people, in lower case and without a full stop.
    public let message: String

    public init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    public var description: String { message }
}

extension TLSError {
    static let noClientCertificate = TLSError(.noCertificate, "the client sent no certificate")
    static let authorityAsPeer = TLSError(
        .authorityAsPeer, "the certificate is an authority's (CA:TRUE), not a robot's or service's")
    static let plainHTTP = TLSError(.plainHTTP, "this looks like plain HTTP, not TLS")
    static let notTLS = TLSError(.notTLS, "the first bytes are not TLS")
    static let truncated = TLSError(
        .truncated, "the connection ended without close_notify, so the last data may be missing")
    static let closedInHandshake = TLSError(
        .closedInHandshake, "the peer closed the connection before the TLS handshake was done")
}
