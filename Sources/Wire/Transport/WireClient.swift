public import Logging
public import ServiceLifecycle

/// A client of one server: it connects, reconnects, and makes calls.
///
/// Calls may be made while `run()` runs, from any task; those made before it starts, or while it connects for the first
/// time, wait for it.
public final class WireClient: Service {
    /// Where and how to connect.
    public struct Configuration: Sendable {
        public var host: String
        public var port: Int
        public var limits = WireLimits()
        public var backoff = WireBackoff()
        /// What this client calls itself, for the server's logs.
        public var agent = "mallbots/1.0"

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    public init(configuration: Configuration, logger: Logger) {}

    /// Connects and stays connected until `close()`, a graceful shutdown or cancellation.
    public func run() async throws {}

    /// Ends every call and the connection; `run()` returns.
    public func close() {}

    func makeStream(context: CallContext) -> CallStream { CallStream(isServer: false) }

    nonisolated(nonsending) func open(
        _ stream: CallStream, sink: MessageSink, method: String, context: CallContext
    ) async throws {}
}
