/// What becomes of a client's connections, in order, for who tries a client or a server out.
package enum WireClientEvent: Hashable, Sendable {
    /// It begins to connect.
    case attempt
    /// The server has said hello.
    case ready(PeerLimits)
    /// It takes no more calls, or never took any; another attempt follows.
    case ended(why: String)
}

/// What a peer's `Hello` says that it takes, the defaults filled in.
package struct PeerLimits: Hashable, Sendable {
    package var frameBytes: Int
    package var creditBytes: Int
    package var streams: Int
    /// Silence after which the peer pings, in milliseconds; 0: never.
    package var keepaliveMs: Int
}

extension ConnectionMachine {
    /// What the peer takes; the defaults before its `Hello`.
    var peerLimits: PeerLimits {
        PeerLimits(
            frameBytes: peerFrameBytes, creditBytes: peerCredit, streams: peerStreams,
            keepaliveMs: Int(peerKeepaliveMs))
    }
}
