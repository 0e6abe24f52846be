public import Logging
import Messages
import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization

/// A server: it listens, and answers calls with a router's handlers, which run on their connection's event loop.
///
/// A handler must not block its thread: other connections share it.
public final class WireServer: Service {
    /// Where to listen, and how.
    public struct Configuration: Sendable {
        public var host: String
        /// 0: a free port, see `boundAddress`.
        public var port: Int
        public var limits = WireLimits()
        /// Other limits for peers of some identities, from when they have proved it: on calls, on what comes in a second, on
        /// what is buffered, on silence. What is settled before that is as in `limits`: sizes of frames and of the first
        /// credit, water marks, handshakes, numbers of connections. nil: as in `limits`.
        public var limitsForPeer: (@Sendable (PeerIdentity) -> WireLimits?)?
        public var backlog = 1_024
        /// How long calls may go on after a graceful shutdown began.
        public var drainGrace = Duration.seconds(10)
        /// Clients told to go are asked to come back after a time spread at random over this window.
        public var reconnectWindow = Duration.seconds(5)
        public var agent = "mallbots/1.0"
        /// nil, plaintext, is for tests within this module.
        var tls: TLSContext?

        /// - Parameter tls: a server's context.
        public init(host: String, port: Int, tls: TLSContext) {
            self.host = host
            self.port = port
            self.tls = tls
        }

        init(plaintextHost host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    private let configuration: Configuration
    private let router: WireRouter
    private let logger: Logger
    private let group: MultiThreadedEventLoopGroup
    private let bound: EventLoopPromise<WireAddress>
    private let registry: ConnectionRegistry
    private let settings: ConnectionSettings
    private let lags = LoopLags()
    /// What new connections are set up with.
    private let tls: Mutex<TLSContext?>
    /// How often what was refused.
    public let counters = WireCounters()

    public init(configuration: Configuration, router: WireRouter, logger: Logger) {
        self.configuration = configuration
        self.router = router
        self.logger = logger
        tls = Mutex(configuration.tls)
        group = .singleton
        bound = group.next().makePromise()
        registry = ConnectionRegistry(limits: configuration.limits)
        settings = ConnectionSettings(configuration.limits, agent: configuration.agent)
    }

    deinit {
        // Only the first result counts; a promise that never gets one is a fault.
        bound.fail(WireStatus(.unavailable, "the server was never run"))
    }

    /// Where the server listens. Waits until it does.
    /// - Throws: `WireBindError` when it cannot.
    public var boundAddress: WireAddress {
        get async throws { try await bound.futureResult.get() }
    }

    /// How many connections there are.
    public var connectionCount: Int { registry.count }

    /// How many of them have not said hello yet.
    public var handshakeCount: Int { registry.handshakes }

    /// Listens until a graceful shutdown, then drains: clients are told to go, calls may finish until the grace ends.
    /// Cancellation ends everything at once.
    /// - Throws: `WireBindError` when it cannot listen.
    public func run() async throws {
        let listener = try await listen()
        lags.measure(group)
        defer { lags.stop() }
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                try? await listener.closeFuture.get()
            } onGracefulShutdown: {
                listener.close(promise: nil)
            }
        } onCancel: {
            listener.close(promise: nil)
        }
        await drain(grace: Task.isCancelled ? .zero : configuration.drainGrace)
    }

    /// Uses other certificates, authorities and revocation lists from now on. Connections stay, on what they were made
    /// with, but each peer is checked again: one that was revoked, or is not trusted any more, is told to go and cut off.
    ///
    /// - Parameter tls: a server's context
    /// - Returns: how many connections were ended; those that still shake hands are checked, but not counted
    @discardableResult
    public func reload(tls: TLSContext) async -> Int {
        self.tls.withLock { $0 = tls }
        // A connection that is not among these takes its context after the line above.
        var ended = 0
        for connection in registry.connections {
            // One after the other, so that the event loops get on with their work in between.
            let stays = try? await connection.eventLoop.submit { connection.recheck(against: tls) }.get()
            if stays == false { ended += 1 }
        }
        return ended
    }

    private func listen() async throws -> any Channel {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Int32(clamping: configuration.backlog))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { [counters, logger] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptTrouble(counters: counters, logger: logger))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.tcpUserTimeout, value: configuration.limits.tcpUserTimeout)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: WireConnection.receiveBuffers)
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(
                    low: configuration.limits.writeHighWaterBytes / 2, high: configuration.limits.writeHighWaterBytes)
            )
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try accept(channel) }
            }
        do {
            let listener = try await bootstrap.bind(host: configuration.host, port: configuration.port).get()
            let port = listener.localAddress?.port ?? configuration.port
            let address = WireAddress(host: listener.localAddress?.ipAddress ?? configuration.host, port: port)
            logger.debug("wire.listening", metadata: ["address": "\(address)"])
            bound.succeed(address)
            return listener
        } catch {
            let error = WireBindError(
                address: WireAddress(host: configuration.host, port: configuration.port), cause: error)
            bound.fail(error)
            throw error
        }
    }

    private func accept(_ channel: any Channel) throws {
        let address = ConnectionRegistry.key(channel.remoteAddress)
        let ticket: ConnectionRegistry.Ticket
        do {
            let now = MonotonicTime(nanoseconds: Int64(channel.eventLoop.now.uptimeNanoseconds))
            ticket = try registry.admit(address: address, now: now).get()
        } catch {
            counters.count(error.reason)
            logger.debug("wire.refused", metadata: ["reason": "\(error.reason.rawValue)", "address": "\(address)"])
            throw ChannelError.ioOnClosedChannel
        }
        if let displaced = ticket.displaced {
            displaced.eventLoop.execute { displaced.giveWay() }
        }
        let connection = WireConnection(
            role: .server, eventLoop: channel.eventLoop, settings: settings, router: router, counters: counters,
            logger: logger)
        registry.add(connection, ticket)
        let registry = registry
        connection.limitsForPeer = configuration.limitsForPeer
        connection.loopLag = lags.lag(of: channel.eventLoop)
        connection.events.ready = { registry.handshakeDone(ticket) }
        connection.events.closed = { [unowned connection] _ in registry.remove(connection, ticket) }
        do {
            let tls = self.tls.withLock { $0 }
            if let tls {
                let handler = try TLSHandler(
                    context: tls, handshakeTimeout: TimeAmount(configuration.limits.handshakeTimeout), logger: logger)
                connection.tls = handler
                try channel.pipeline.syncOperations.addHandler(handler)
            }
            try channel.pipeline.syncOperations.addHandler(
                WireChannelHandler(connection, waitsForTLS: tls != nil))
        } catch {
            connection.lost("the connection could not be set up: \(error)")
            throw error
        }
    }

    private func drain(grace: Duration) async {
        let empty = group.next().makePromise(of: Void.self)
        let connections = registry.drain { empty.succeed() }
        for connection in connections {
            let after = configuration.reconnectWindow * Double.random(in: 0...1)
            connection.eventLoop.execute {
                connection.drain("the server is shutting down", reconnectAfter: after, grace: grace)
            }
        }
        // What has not ended by itself then is closed; handlers that ignore their cancellation do not keep us.
        let end = group.next().scheduleTask(in: TimeAmount(grace) + .seconds(1)) { [registry] in
            for connection in registry.connections {
                connection.eventLoop.execute { connection.close("the server has shut down") }
            }
            empty.succeed()
        }
        try? await empty.futureResult.get()
        end.cancel()
    }
}

/// Why a server cannot listen.
public struct WireBindError: Error, CustomStringConvertible {
    public let address: WireAddress
    public let cause: any Error

    public var description: String {
        if let cause = cause as? IOError {
            switch cause.errnoCode {
            case EADDRINUSE: return "\(address) is in use by another process; stop it or choose another port"
            case EACCES: return "\(address) may not be used by this user; choose a port above 1023"
            case EADDRNOTAVAIL: return "\(address): no interface of this machine has this address"
            default: break
            }
        }
        return "cannot listen at \(address): \(cause)"
    }
}
