public import Logging
public import ServiceLifecycle

/// A server: it listens, and answers calls with a router's handlers.
public final class WireServer: Service {
    /// Where to listen, and how.
    public struct Configuration: Sendable {
        public var host: String
        /// 0: a free port, see `boundAddress`.
        public var port: Int
        public var limits = WireLimits()
        public var backlog = 1_024
        /// How long calls may go on after a graceful shutdown began.
        public var drainGrace = Duration.seconds(10)
        /// Clients told to go are asked to come back after a time spread at random over this window.
        public var reconnectWindow = Duration.seconds(5)
        public var agent = "mallbots/1.0"

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    public init(configuration: Configuration, router: WireRouter, logger: Logger) {}

    /// Where the server listens. Waits until it does.
    /// - Throws: why it cannot.
    public var boundAddress: WireAddress { get async throws { WireAddress(host: "", port: 0) } }

    /// Listens until a graceful shutdown, then drains: existing calls may finish until the grace ends.
    public func run() async throws {}
}
