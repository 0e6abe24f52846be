public import Logging

/// Joins a router and a client without sockets, through the same machines and bytes.
public final class InMemoryTransport: Sendable {
    /// - Parameter peer: who the client is to the router's handlers.
    public init(router: WireRouter, peer: PeerIdentity? = nil, limits: WireLimits = WireLimits(), logger: Logger) {}

    /// A client joined to the router; run its `run()`.
    public func makeClient() -> WireClient {
        WireClient(configuration: .init(host: "", port: 0), logger: Logger(label: ""))
    }
}
