public import Logging
public import Wire

/// The server that cases are run against, and who its clients are.
public struct InteropTarget: Sendable {
    /// Makes a client, set up by `configure` on top of what the target itself needs.
    typealias Make = @Sendable (_ configure: @escaping (inout WireClient.Configuration) -> Void) -> WireClient

    /// Dials the server.
    var client: Make
    /// Dials the server, and expects a certificate for `wrongName`; nil: there is no TLS.
    var misnamed: Make?
    /// Dials a port of this machine; nil: there are no sockets.
    var local: (@Sendable (_ port: Int) -> Make)?
    /// What the clients' certificate says; nil: they have none.
    var identity: PeerIdentity?

    /// A name that no server has: `.invalid` is reserved for that (RFC 6761).
    public static let wrongName = "wrong-name.invalid"

    /// A server somewhere.
    ///
    /// - Parameters:
    ///   - tls: a client's context for `host`
    ///   - misnamed: one that expects a certificate for `wrongName`
    ///   - identity: what the clients' certificate says, if they have one
    public init(
        host: String, port: Int, tls: TLSContext, misnamed: TLSContext, identity: PeerIdentity?, logger: Logger
    ) {
        @Sendable func make(_ host: String, _ port: Int, _ tls: TLSContext) -> Make {
            { configure in
                var configuration = WireClient.Configuration(host: host, port: port, tls: tls)
                configure(&configuration)
                return WireClient(configuration: configuration, logger: logger)
            }
        }
        client = make(host, port, tls)
        self.misnamed = make(host, port, misnamed)
        local = { make("127.0.0.1", $0, tls) }
        self.identity = identity
    }

    /// A server in this process.
    public init(memory: InMemoryTransport, identity: PeerIdentity? = nil) {
        client = { memory.makeClient(configure: $0) }
        self.identity = identity
    }
}
