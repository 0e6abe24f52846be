public import Wire

/// The gateway under load, and how robots reach it.
public struct LoadTarget: Sendable {
    /// How a connection's TLS handshake is to be.
    public enum Handshake: Hashable, Sendable {
        /// With certificates and signatures.
        case full
        /// With a ticket of an earlier session, if there is one.
        case resumed
    }

    /// As it is dialled.
    public var host: String
    public var port: Int
    /// The robots' names, by number from 0.
    public var botIDs: [String]
    /// What the robots say that they run.
    public var software: String
    /// How connection number `connection`, from 0, is made. Called for each one, on event loops: it must not block.
    public var configuration: @Sendable (_ connection: Int, _ handshake: Handshake) -> WireClient.Configuration

    public init(
        host: String, port: Int, botIDs: [String], software: String,
        configuration: @escaping @Sendable (_ connection: Int, _ handshake: Handshake) -> WireClient.Configuration
    ) {
        self.host = host
        self.port = port
        self.botIDs = botIDs
        self.software = software
        self.configuration = configuration
    }
}
