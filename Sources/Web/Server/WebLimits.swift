package import Wire

/// What one client of a web gateway, and all of them together, may use.
public struct WebLimits: Sendable {
    /// Connections at once; more wait in the listen queue.
    public var maxConnections = 4_096
    /// A connection without a request for so long is closed.
    public var idleTimeout = Duration.seconds(60)
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
