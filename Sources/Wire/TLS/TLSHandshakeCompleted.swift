/// Fired through the pipeline, once, when a connection's TLS handshake is done; before it no data is passed on.
public struct TLSHandshakeCompleted: Hashable, Sendable {
    /// Who the peer is. On a server that requires certificates: always set. On a client: what the server's certificate
    /// names, if it names a service; the server's host name was verified in any case.
    public let peer: PeerIdentity?
    /// The application protocol, agreed on or taken for granted: see `TLSApplication`.
    public let alpn: String
    /// The TLS version as OpenSSL names it: `TLSv1.3`.
    public let version: String
    /// Whether the peer came back with a ticket instead of a full handshake.
    public let isResumed: Bool
}
