package import Wire

/// What one client of a web gateway, and all of them together, may use.
public struct WebLimits: Sendable {
    /// Connections at once; more are closed at once.
    public var maxConnections = 4_096
    /// Of those, from one address or one IPv6 network of 64 bits. This machine's own, such as a proxy's, are not counted.
    public var maxConnectionsPerAddress = 1_024
    /// Of those, ones whose first request is not there yet.
    public var maxArriving = 512
    /// How long one of those is safe when there are that many: an older one gives way to a new connection.
    public var arrivalPatience = Duration.seconds(2)
    /// How long a TLS handshake may take.
    public var handshakeTimeout = Duration.seconds(10)
    /// A connection without a request for so long is closed.
    public var idleTimeout = Duration.seconds(60)
    /// A client that takes nothing for so long while something waits for it is cut.
    public var stallTimeout = Duration.seconds(30)
    public var maxBodyBytes = 64 * 1024
    /// How long a body may take to arrive.
    public var bodyTimeout = Duration.seconds(10)
    public var maxHeaderBytes = 16 * 1024
    /// How long a service may take to answer.
    public var callTimeout = Duration.seconds(10)
    /// How often a quiet event stream says that it is alive.
    public var heartbeat = Duration.seconds(15)

    public init() {}

    /// What a call to a service is given.
    package func call() -> CallContext { CallContext(timeout: callTimeout) }
}
