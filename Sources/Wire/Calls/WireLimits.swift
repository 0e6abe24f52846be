/// Every limit of a connection and of a server, each with its default. What a peer can use of this side is bounded by
/// these, whatever it does; each refusal is counted under a `WireRefusal`.
public struct WireLimits: Hashable, Sendable {
    /// The largest frame taken, in bytes without its length prefix. At least 65,536, which every peer may send.
    public var maxFrameBytes = 65_536
    /// The credit that the peer has on each new stream, in bytes. At least 65,536, which every peer may use.
    public var initialCreditBytes = 65_536
    /// How many calls the peer may have open on a connection at once.
    public var maxStreams = 100
    /// The metadata of one frame: its keys and values together, in bytes.
    public var maxMetadataBytes = 8_192
    /// Pings taken in a minute.
    public var maxPingsPerMinute = 120
    /// Calls opened by a peer in a second.
    public var maxOpensPerSecond = 50_000
    /// Calls abandoned by a peer in a second (an `Open` and its `Reset` cost the peer nothing and us a task).
    public var maxResetsPerSecond = 500
    /// From the connection to the peer's `Hello`, the TLS handshake included.
    public var handshakeTimeout = Duration.seconds(10)
    /// Silence from the peer after which this side pings. Zero: never.
    public var keepalive = Duration.seconds(30)
    /// From that ping until the connection is given up, when nothing at all arrives.
    public var keepaliveTimeout = Duration.seconds(20)
    /// How long a server keeps a connection without calls. Zero: for ever.
    public var idleTimeout = Duration.seconds(900)
    /// How long a peer may take nothing of what is written to it before the connection ends.
    public var stalledWriteTimeout = Duration.seconds(30)
    /// Bytes written and not yet taken by the socket above which writers wait; they go on below half of it.
    public var writeHighWaterBytes = 131_072
    /// Connections of a server, in all.
    public var maxConnections = 50_000
    /// Connections of a server from one address.
    public var maxConnectionsPerAddress = 50_000
    /// Connections of a server that have not yet sent their `Hello`.
    public var maxHandshakesInFlight = 2_000

    public init() {}
}
