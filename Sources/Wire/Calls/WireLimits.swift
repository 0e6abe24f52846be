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
    /// The entries in the metadata of one frame: a short entry takes more memory than its bytes.
    public var maxMetadataEntries = 128
    /// A server: messages of all of a connection's calls that their handlers have not taken yet, in bytes as they came,
    /// each at least 32. Beyond it the call that holds the most ends, so that one that is kept up with never suffers.
    public var maxBufferedBytes = 1_048_576
    /// Pings taken in a minute.
    public var maxPingsPerMinute = 120
    /// Calls opened by a peer in a second.
    public var maxOpensPerSecond = 50_000
    /// Calls abandoned by a peer in a second (an `Open` and its `Reset` cost the peer nothing and us a task).
    public var maxResetsPerSecond = 500
    /// Frames in a second that carry neither a message nor a call's beginning or end: credit, answers to pings, frames of
    /// unknown kinds, frames for calls that are over.
    public var maxControlFramesPerSecond = 20_000
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
    /// Bytes written and not yet taken by the socket above which the connection ends. Messages wait at the high-water mark;
    /// only what a peer makes us answer (statuses, pings, credit) while it reads nothing comes this far.
    public var maxUnsentBytes = 1_048_576
    /// Connections of a server, in all.
    public var maxConnections = 50_000
    /// Connections of a server from one address, or from one IPv6 network of 64 bits. A fleet may share one address.
    public var maxConnectionsPerAddress = 50_000
    /// Connections of a server that have not yet sent their `Hello`.
    public var maxHandshakesInFlight = 2_000
    /// How long a handshake is safe when there are that many: an older one gives way to a new connection.
    public var handshakePatience = Duration.seconds(2)

    public init() {}

    /// The most memory that a connection may take of a server, whatever its peer does, in bytes. What handlers keep for
    /// themselves is not in it. docs/protocol.md explains the terms, and a test measures them.
    public var maxConnectionBytes: Int {
        // The socket, TLS and the objects: 18 to 25 KiB measured, and one TLS record each way.
        let idle = 65_536 + 2 * 16_384
        // A frame that is not whole and what one read brings, in a buffer that grows by doubling; and the answers to one
        // read, at most 16 bytes for each byte.
        let reading = 2 * (maxFrameBytes + 65_536) + 16 * 65_536
        // The smallest messages, counted as 32 bytes, take 72, in a queue that grows by doubling.
        let unread = 4 * maxBufferedBytes
        // Handlers that have not returned, those of calls that are over included: a task and the call's metadata.
        let handlers = 2 * maxStreams * (16_384 + 2 * maxMetadataBytes + 160 * maxMetadataEntries)
        // A handler on another thread may be 64 KiB ahead of its credit, with one message more waiting and a live one.
        let ahead = maxStreams * (65_536 + 2 * maxFrameBytes)
        // As plaintext and as ciphertext.
        let unsent = 2 * (maxUnsentBytes + writeHighWaterBytes)
        return idle + reading + unread + handlers + ahead + unsent
    }
}
