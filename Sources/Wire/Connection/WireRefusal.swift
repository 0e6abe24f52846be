/// Why this side refused something that a peer did, or gave up on it. Each is counted, see `WireCounters`.
public enum WireRefusal: String, Hashable, Sendable, CaseIterable {
    /// Bytes that are no frame, or a frame of length 0.
    case badFrame = "bad_frame"
    /// A frame over the limit.
    case frameTooLong = "frame_too_long"
    /// A frame that makes no sense where it came.
    case protocolViolation = "protocol_violation"
    /// No version in common.
    case version
    /// No `Hello` in time.
    case handshakeTimeout = "handshake_timeout"
    /// TLS failed, or the peer's certificate was not good enough.
    case tls
    case tooManyStreams = "too_many_streams"
    case tooManyOpens = "too_many_opens"
    case tooManyResets = "too_many_resets"
    case tooManyPings = "too_many_pings"
    /// Metadata too large, or with a key or value that is not allowed.
    case metadata
    /// A message sent without credit, or credit beyond all bounds.
    case credit
    /// A message that is not of its method's type.
    case badMessage = "bad_message"
    /// Nothing heard, not even the answer to a ping.
    case keepaliveTimeout = "keepalive_timeout"
    /// A peer that took nothing of what was written to it.
    case slowReader = "slow_reader"
    case tooManyConnections = "too_many_connections"
    case tooManyConnectionsFromAddress = "too_many_connections_from_address"
    case tooManyHandshakes = "too_many_handshakes"
}
