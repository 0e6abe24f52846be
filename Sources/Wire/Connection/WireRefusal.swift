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
    /// The peer's certificate was revoked, before it came or while it was here.
    case certificateRevoked = "certificate_revoked"
    /// The authorities or the trust domain that this side accepts changed, and the peer is not among them any more.
    case certificateNotAccepted = "certificate_not_accepted"
    case tooManyStreams = "too_many_streams"
    case tooManyOpens = "too_many_opens"
    case tooManyResets = "too_many_resets"
    case tooManyPings = "too_many_pings"
    /// Frames that carry nothing, or little, faster than anyone needs them.
    case tooManyControlFrames = "too_many_control_frames"
    /// TLS keys changed more often than allowed.
    case tooManyKeyUpdates = "too_many_key_updates"
    /// Metadata too large, or with a key or value that is not allowed.
    case metadata
    /// A message sent without credit, or credit beyond all bounds.
    case credit
    /// The calls of a connection held more unread messages than it may have; the one with the most ended.
    case tooMuchBuffered = "too_much_buffered"
    /// A peer that made us write more than it read.
    case tooMuchUnsent = "too_much_unsent"
    /// A message that is not of its method's type.
    case badMessage = "bad_message"
    /// Nothing heard, not even the answer to a ping.
    case keepaliveTimeout = "keepalive_timeout"
    /// A peer that took nothing of what was written to it.
    case slowReader = "slow_reader"
    /// A connection that had no call for too long.
    case idle
    case tooManyConnections = "too_many_connections"
    case tooManyConnectionsFromAddress = "too_many_connections_from_address"
    case tooManyHandshakes = "too_many_handshakes"
    /// The process or the machine had no descriptor left for a new connection; it was asked to wait.
    case outOfDescriptors = "out_of_descriptors"
}
