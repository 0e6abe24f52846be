public import APIs
import Glibc
public import Logging
public import Messages
public import Wire

/// Where a mall's gateway is, and who the robot is to it.
///
/// The files are what `mallbots certs issue bot ID --out FOLDER` writes: `ca.pem`, whom the robot trusts; `ID.pem` and
/// `ID.key`, by which it is known. They are read once, when this is made.
public struct Gateway: Sendable {
    public let host: String
    public let port: Int
    private let tls: TLSContext

    /// - Parameters:
    ///   - host: a name or an address that the server's certificate is for.
    ///   - certificates: the folder with the three files.
    /// - Throws: `TLSError` that names the file and what is wrong with it.
    public init(host: String, port: Int = 7443, botID: String, certificates folder: String) throws {
        try self.init(
            host: host, port: port, authority: "\(folder)/ca.pem", certificate: "\(folder)/\(botID).pem",
            key: "\(folder)/\(botID).key")
    }

    /// The same with files that are elsewhere.
    public init(host: String, port: Int, authority: String, certificate: String, key: String) throws {
        let credentials = try TLSDirectory.credentials(
            certificateFile: certificate, keyFile: key, now: Int64(time(nil)))
        let configuration = TLSConfiguration.client(
            credentials, serverCA: try Certificate.all(file: authority), serverName: host)
        self.init(host: host, port: port, tls: try TLSContext(configuration))
    }

    /// The same with TLS set up by the caller.
    public init(host: String, port: Int, tls: TLSContext) {
        self.host = host
        self.port = port
        self.tls = tls
    }

    /// The mall's floors, ways, docks and depot, for a robot that has no map of its own. Waits until the gateway is there.
    ///
    /// - Throws: `WireStatus`, or `CancellationError`.
    public func map(logger: Logger = Logger(label: "robot")) async throws -> DepotV1.Mall {
        try await withConnection(logger: logger) { bots in
            try await bots.getMap(BotsV1.GetMapRequest(), context: CallContext(waitForReady: true)).mall
                ?? DepotV1.Mall()
        }
    }

    /// A connection for as long as `body` lasts. It is made anew when it breaks.
    public func withConnection<R: Sendable>(
        logger: Logger, _ body: @Sendable @escaping (BotClient) async throws -> R
    ) async throws -> R {
        var configuration = WireClient.Configuration(host: host, port: port, tls: tls)
        // A mall's map is longer than what robots usually hear.
        configuration.limits.maxFrameBytes = 16 << 20
        configuration.answers = DecodingLimits(fields: 1 << 20, memory: 256 << 20)
        let wire = WireClient(configuration: configuration, logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await wire.run() }
            defer { group.cancelAll() }
            return try await body(BotClient(wire))
        }
    }
}
