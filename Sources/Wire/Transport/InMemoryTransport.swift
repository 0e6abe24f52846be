public import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Joins a router and clients without sockets, through the same machines and bytes.
///
/// Both ends of a connection share one event loop, so what happens on it happens in one order.
public final class InMemoryTransport: Sendable {
    let eventLoop: any EventLoop
    private let router: WireRouter
    private let peer: PeerIdentity?
    private let limits: WireLimits
    private let logger: Logger
    private let servers = Mutex<[WireConnection]>([])
    /// How often what was refused, on the router's side.
    public let counters = WireCounters()

    /// - Parameter peer: who the clients are to the router's handlers.
    public convenience init(
        router: WireRouter, peer: PeerIdentity? = nil, limits: WireLimits = WireLimits(), logger: Logger
    ) {
        self.init(
            router: router, peer: peer, limits: limits, logger: logger,
            eventLoop: MultiThreadedEventLoopGroup.singleton.next())
    }

    init(router: WireRouter, peer: PeerIdentity?, limits: WireLimits, logger: Logger, eventLoop: any EventLoop) {
        self.router = router
        self.peer = peer
        self.limits = limits
        self.logger = logger
        self.eventLoop = eventLoop
    }

    /// A client joined to the router; run its `run()`.
    public func makeClient(limits: WireLimits? = nil, backoff: WireBackoff = WireBackoff()) -> WireClient {
        makeClient {
            $0.limits = limits ?? self.limits
            $0.backoff = backoff
        }
    }

    package func makeClient(configure: (inout WireClient.Configuration) -> Void) -> WireClient {
        var configuration = WireClient.Configuration(plaintextHost: "memory", port: 0)
        configure(&configuration)
        return WireClient(memory: self, configuration: configuration, logger: logger)
    }

    /// Cuts every connection, as a network failure would. Clients reconnect.
    public func disconnect() {
        eventLoop.execute {
            for server in self.takeServers() { server.close("the connection was cut") }
        }
    }

    /// Tells every client to go, as a server does that shuts down.
    public func drain(grace: Duration, reconnectAfter: Duration = .zero) {
        eventLoop.execute {
            for server in self.takeServers() {
                server.drain("the server is shutting down", reconnectAfter: reconnectAfter, grace: grace)
            }
        }
    }

    private func takeServers() -> [WireConnection] {
        servers.withLock { servers in
            defer { servers = [] }
            return servers
        }
    }

    /// On the event loop.
    func connect(_ client: WireConnection) {
        let server = WireConnection(
            role: .server, eventLoop: eventLoop, settings: ConnectionSettings(limits, agent: "in-memory"),
            router: router,
            counters: counters, logger: logger)
        servers.withLock { $0.append(server) }
        server.events.closed = { [weak self, unowned server] _ in
            self?.servers.withLock { $0.removeAll { $0 === server } }
        }
        MemoryLink.join(client: client, server: server, peer: peer)
    }
}
