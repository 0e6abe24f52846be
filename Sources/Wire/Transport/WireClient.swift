import DequeModule
public import Logging
public import Messages
import NIOCore
import NIOPosix
public import ServiceLifecycle

/// A client of one server: it connects, reconnects, and makes calls.
///
/// Calls may be made while `run()` runs, from any task; those made before it starts, or while it connects for the first
/// time, wait for it. While it waits to connect again, calls fail at once with `.unavailable`, unless their context says
/// `waitForReady`.
///
/// Safe because what changes is used on the client's event loop only.
public final class WireClient: Service, @unchecked Sendable {
    /// Where and how to connect.
    public struct Configuration: Sendable {
        public var host: String
        public var port: Int
        /// The address of this machine to connect from; nil: the system's choice. One address has some 28,000 ports towards
        /// one server, so a program with more connections needs several.
        public var sourceAddress: String?
        public var limits = WireLimits()
        public var backoff = WireBackoff()
        /// For TCP to connect; TLS and Hello have `limits.handshakeTimeout`.
        public var connectTimeout = Duration.seconds(20)
        /// How long calls may go on after a graceful shutdown began.
        public var drainGrace = Duration.seconds(5)
        /// What this client calls itself, for the server's logs.
        public var agent = "mallbots/1.0"
        /// What decoding one message from the server may cost; one that costs more ends its call.
        public var answers = DecodingLimits.default
        /// Told what happens to the connections, on the client's event loop: it must not block.
        public var observer: (@Sendable (WireClientEvent) -> Void)?
        /// nil, plaintext, is for tests within this module.
        var tls: TLSContext?

        /// - Parameter tls: a client's context.
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

    enum State {
        case connecting
        case connected(WireConnection)
        /// Waiting to connect again.
        case failed(String)
        case closed
    }

    /// How an attempt to have a connection ended.
    private struct Outcome: Sendable {
        var reason: String
        var wasReady: Bool
        /// What the server asked for.
        var reconnectAfter: Duration?
    }

    let eventLoop: any EventLoop
    let configuration: Configuration
    private let settings: ConnectionSettings
    private let memory: InMemoryTransport?
    let logger: Logger
    /// How often what was refused that a server did.
    public let counters = WireCounters()
    /// How many bytes were sent and received.
    public let traffic = WireTraffic()

    // On the event loop only.
    var state = State.connecting
    var waiting = Deque<PendingCall>()
    private var connections: [WireConnection] = []
    private var sleeping: EventLoopPromise<Void>?
    private var attempt: EventLoopPromise<Outcome>?
    private weak var attempted: WireConnection?

    /// - Parameter loop: the thread to work on; nil: one of the process's, in turn.
    public convenience init(configuration: Configuration, on loop: WireLoop? = nil, logger: Logger) {
        self.init(
            configuration, memory: nil,
            eventLoop: loop?.eventLoop ?? MultiThreadedEventLoopGroup.singleton.next(), logger: logger)
    }

    convenience init(memory: InMemoryTransport, configuration: Configuration, logger: Logger) {
        self.init(configuration, memory: memory, eventLoop: memory.eventLoop, logger: logger)
    }

    private init(_ configuration: Configuration, memory: InMemoryTransport?, eventLoop: any EventLoop, logger: Logger) {
        self.configuration = configuration
        settings = ConnectionSettings(configuration.limits, agent: configuration.agent)
        self.memory = memory
        self.eventLoop = eventLoop
        self.logger = logger
    }

    // MARK: Running

    /// Connects and stays connected until `close()`, a graceful shutdown (calls may finish) or cancellation.
    public func run() async throws {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await stayConnected()
            } onGracefulShutdown: {
                self.stop(grace: self.configuration.drainGrace)
            }
        } onCancel: {
            close()
        }
    }

    /// Ends every call and the connection; `run()` returns.
    public func close() {
        stop(grace: nil)
    }

    private func stayConnected() async {
        var failures = 0
        while true {
            guard let outcome = await haveConnection() else { break }
            failures = outcome.wasReady ? 1 : failures + 1
            var delay = configuration.backoff.delay(attempt: failures, random: Double.random(in: -1...1))
            if let asked = outcome.reconnectAfter {
                delay = asked
            } else if outcome.wasReady {
                // All clients of a server that died come back: spread them.
                delay = delay * Double.random(in: 0...1)
            }
            logger.debug("wire.reconnect", metadata: ["reason": "\(outcome.reason)", "after": "\(delay)"])
            guard await sleep(delay, because: outcome.reason) else { break }
        }
    }

    /// Has one connection until it is lost or going away; nil when the client is closed.
    private func haveConnection() async -> Outcome? {
        let result = try? await eventLoop.flatSubmit { () -> EventLoopFuture<Outcome?> in
            if case .closed = self.state { return self.eventLoop.makeSucceededFuture(nil) }
            self.state = .connecting
            let attempt = self.eventLoop.makePromise(of: Outcome.self)
            self.attempt = attempt
            self.connect()
            return attempt.futureResult.map { $0 }
        }.get()
        return result ?? nil
    }

    /// False when the client is closed.
    private func sleep(_ delay: Duration, because reason: String) async -> Bool {
        _ = try? await eventLoop.flatSubmit { () -> EventLoopFuture<Void> in
            if case .closed = self.state { return self.eventLoop.makeSucceededVoidFuture() }
            self.fail(reason)
            let promise = self.eventLoop.makePromise(of: Void.self)
            self.sleeping = promise
            self.eventLoop.scheduleTask(in: TimeAmount(delay)) { self.wakeUp() }
            return promise.futureResult
        }.get()
        return (try? await eventLoop.submit { if case .closed = self.state { false } else { true } }.get()) ?? false
    }

    private func wakeUp() {
        let promise = sleeping
        sleeping = nil
        promise?.succeed()
    }

    private func endAttempt(_ outcome: Outcome) {
        let promise = attempt
        attempt = nil
        promise?.succeed(outcome)
    }

    private func connect() {
        let connection = WireConnection(
            role: .client, eventLoop: eventLoop, settings: settings, router: nil, counters: counters, logger: logger)
        connection.traffic = traffic
        connections.append(connection)
        attempted = connection
        configuration.observer?(.connecting)
        connection.events = .init(
            ready: { [unowned self, unowned connection] in self.ready(connection) },
            goingAway: { [unowned self, unowned connection] after, why in
                self.ended(connection, Outcome(reason: why, wasReady: true, reconnectAfter: after))
            },
            roomForCalls: { [unowned self] in self.openWaiting() },
            closed: { [unowned self, unowned connection] why in
                self.connections.removeAll { $0 === connection }
                self.ended(connection, Outcome(reason: why, wasReady: connection.isReady, reconnectAfter: nil))
                self.closedOne()
            })
        if let memory { return memory.connect(connection) }
        dial(connection)
    }

    private func ready(_ connection: WireConnection) {
        if case .closed = state { return connection.close("the client is closed") }
        state = .connected(connection)
        configuration.observer?(
            .connected(
                WireClientConnection(isResumed: connection.isResumed, peer: connection.machine.peerLimits)))
        openWaiting()
    }

    private func ended(_ connection: WireConnection, _ outcome: Outcome) {
        switch state {
        case .connected(let current) where current === connection:
            configuration.observer?(.disconnected(reason: outcome.reason))
        case .connecting where attempted === connection:
            configuration.observer?(.failed(reason: outcome.reason))
        default: return
        }
        state = .failed(outcome.reason)
        endAttempt(outcome)
    }

    private func closedOne() {
        if case .closed = state, connections.isEmpty { endAttempt(Outcome(reason: "closed", wasReady: false)) }
    }

    /// nil: at once.
    private func stop(grace: Duration?) {
        eventLoop.execute {
            self.state = .closed
            for call in self.waiting { self.fail(call, WireStatus(.unavailable, "the client is closed")) }
            self.waiting.removeAll()
            self.wakeUp()
            for connection in self.connections {
                if let grace {
                    connection.drain("the client is closing", reconnectAfter: .zero, grace: grace)
                } else {
                    connection.close("the client is closed")
                }
            }
            self.closedOne()
        }
    }
}
