/// What one side of TLS connections is set up with; `TLSContext` is what OpenSSL makes of it.
public struct TLSConfiguration: Sendable {
    /// Which end of the connection this is, and what that end needs.
    enum Role: Sendable {
        /// Accepts connections. With authorities given, a client must show a certificate from one of them.
        case server(credentials: TLSCredentials, clientAuthorities: [Certificate])
        /// Dials. The server must show a certificate from one of the authorities, for the name dialled.
        case client(credentials: TLSCredentials?, serverAuthorities: [Certificate], serverName: String)
    }

    let role: Role
    /// What is spoken over the connections.
    let application: TLSApplication
    /// The realm a client must be of, besides having a certificate from a trusted authority; nil: any.
    public var trustDomain: String?
    /// What is known of revoked certificates; nil: peers' certificates are not looked up. Those who are checked against it
    /// must have their certificates directly from one of its authorities.
    public var revocations: Revocations?
    /// A server: the keys for session tickets, with which clients come back without a full handshake; nil, the default:
    /// there are no tickets. A peer that resumes is checked again as if it had come anew.
    public var ticketKeys: TLSTicketKeys?
    /// A client: whether it comes back with the newest ticket that a server gave it. Each is used once.
    public var resumesSessions = true
    /// A client: how far its clock is ahead, in seconds, when it judges certificates, as it is when the context is made. For
    /// emulating one whose clock is wrong.
    public var clockSkewSeconds: Int64 = 0
    /// How many key updates a peer may send in any minute; each costs us as much as a handshake's key exchange.
    public var keyUpdatesPerMinute = 16
    /// Where connections' secrets are written, for debugging; nil, the default: nowhere.
    public var keyLog: TLSKeyLog?

    /// A server's side.
    ///
    /// - Parameters:
    ///   - credentials: the server's certificate and key
    ///   - clientCA: the authorities whose clients are let in; every client then needs a certificate that names a robot
    ///     or service. Empty: clients are anonymous.
    public static func server(_ credentials: TLSCredentials, clientCA: [Certificate]) -> TLSConfiguration {
        TLSConfiguration(role: .server(credentials: credentials, clientAuthorities: clientCA))
    }

    /// The side of a server for browsers and other clients of HTTP, who are anonymous.
    public static func webServer(_ credentials: TLSCredentials) -> TLSConfiguration {
        TLSConfiguration(role: .server(credentials: credentials, clientAuthorities: []), application: .http)
    }

    /// A client's side.
    ///
    /// - Parameters:
    ///   - credentials: the client's certificate and key, if the server asks for them
    ///   - serverCA: the authorities that may vouch for the server; at least one
    ///   - serverName: the host name or IP address that the server's certificate must be for
    public static func client(
        _ credentials: TLSCredentials?, serverCA: [Certificate], serverName: String
    ) -> TLSConfiguration {
        TLSConfiguration(
            role: .client(credentials: credentials, serverAuthorities: serverCA, serverName: serverName))
    }

    private init(role: Role, application: TLSApplication = .wire) {
        self.role = role
        self.application = application
    }
}
