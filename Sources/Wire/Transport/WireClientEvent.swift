/// What happens to a client's connections, in order, for who counts or shows it; calls learn what they need by themselves.
public enum WireClientEvent: Hashable, Sendable {
    /// It begins to connect.
    case connecting
    /// There is a connection: TCP, TLS and the server's Hello are done.
    case connected(WireClientConnection)
    /// What was connected is lost, or the server has asked to go.
    case disconnected(reason: String)
    /// An attempt to connect has failed; another follows.
    case failed(reason: String)
}

/// What a client knows of a connection once it is there.
public struct WireClientConnection: Hashable, Sendable {
    /// Whether TLS went on with an earlier session instead of certificates and signatures.
    public var isResumed: Bool
    /// What the server's Hello says that it takes.
    package var peer: PeerLimits

    /// How many calls the server takes on it at once.
    public var maxCalls: Int { peer.streams }
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
