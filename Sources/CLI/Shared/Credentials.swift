import Foundation
import Wire

/// Certificates and keys in a data directory, made where they are missing.
///
/// Whoever can read `tls/ca.key` is the mall's authority: it issues certificates to this machine's server, tools and
/// emulated robots. Blocks on the disk.
struct Credentials: Sendable {
    static let trustDomain = "mallbots.local"
    /// The service that a server's certificate names.
    static let serverName = "mall"
    /// The service that the command line is.
    static let toolName = "tools"
    /// By these a server's own machine dials it.
    static let localHosts = ["localhost", "127.0.0.1", "::1"]

    private let directory: TLSDirectory
    private let keyLog: TLSKeyLog?

    /// - Parameter keyLog: where connections' secrets are written, for debugging
    init(_ folders: Folders, keyLog: TLSKeyLog? = nil) {
        directory = TLSDirectory(path: folders.tls)
        self.keyLog = keyLog
    }

    private var now: Int64 { Int64(Date().timeIntervalSince1970) }

    /// A server's side of mutual TLS, for listeners on these hosts, as the files are now. What nears its end is renewed.
    ///
    /// - Parameter https: how browsers are served; nil: there are none
    /// - Throws: an error that names the file and what is wrong with it.
    func server(hosts: [String], ticketKeys: TLSTicketKeys, https: HTTPSOptions? = nil) throws -> ServerTLS {
        let authority = try authority()
        try directory.renewRevocationList(by: authority, now: now)
        let names =
            Self.localHosts
            + (hosts + (https?.httpsName ?? [])).filter { !["0.0.0.0", "::", "localhost"].contains($0) }
        let credentials = try directory.server(name: Self.serverName, hosts: names, by: authority, now: now)
        let authorities = try directory.authorities(now: now)
        let revocations = try directory.revocations(of: authorities, now: now)
        var configuration = TLSConfiguration.server(credentials, clientCA: authorities)
        configuration.trustDomain = authority.trustDomain
        configuration.revocations = revocations
        configuration.ticketKeys = ticketKeys
        var validUntil = min(credentials.certificate.validity?.upperBound ?? 0, revocations.validUntil)
        var web: TLSContext?
        if let https, https.https {
            let credentials = try https.files.map(own) ?? credentials
            validUntil = min(validUntil, credentials.certificate.validity?.upperBound ?? 0)
            web = try context(.webServer(credentials))
        }
        return ServerTLS(
            context: try context(configuration), web: web, serial: credentials.certificate.serial,
            validUntil: validUntil, revoked: revocations.count)
    }

    /// A certificate that someone else has issued.
    private func own(certificateFile: String, keyFile: String) throws -> TLSCredentials {
        try TLSDirectory.credentials(certificateFile: certificateFile, keyFile: keyFile, now: now)
    }

    /// The keys of session tickets, made on the first call; they need an authority's folder.
    func ticketKeys() throws -> TLSTicketKeys {
        _ = try authority()
        return try TLSTicketKeys(path: directory.ticketKeyFile, now: now)
    }

    /// The command line's side when it dials a server of this mall.
    func tool(dialling host: String) throws -> TLSContext {
        try service(Self.toolName, dialling: host)
    }

    /// The side of a relay that carries the robots of a load test.
    func relay(dialling host: String) throws -> TLSContext {
        try service("relay-load", dialling: host)
    }

    private func service(_ name: String, dialling host: String) throws -> TLSContext {
        try requireAuthority()
        let credentials = try directory.service(name: name, by: authority(), now: now)
        let authorities = try directory.authorities(now: now)
        var configuration = TLSConfiguration.client(credentials, serverCA: authorities, serverName: host)
        configuration.revocations = try directory.revocations(of: authorities, now: now)
        return try context(configuration)
    }

    /// What the certificate of `tool` says.
    func toolIdentity() throws -> PeerIdentity {
        try requireAuthority()
        return try directory.service(name: Self.toolName, by: authority(), now: now).certificate.identity()
    }

    /// Robots' sides, in the order of their ids.
    ///
    /// - Parameters:
    ///   - resuming: whether they come back with tickets
    ///   - skew: how far their clocks are ahead
    func bots(
        ids: [String], dialling host: String, resuming: Bool = true, clockSkew skew: Duration = .zero
    ) throws -> [TLSContext] {
        try requireAuthority()
        let authorities = try directory.authorities(now: now)
        let revocations = try directory.revocations(of: authorities, now: now)
        return try directory.bots(ids: ids, by: authority(), now: now).map {
            var configuration = TLSConfiguration.client($0, serverCA: authorities, serverName: host)
            configuration.revocations = revocations
            configuration.resumesSessions = resuming
            configuration.clockSkewSeconds = skew.components.seconds
            return try context(configuration)
        }
    }

    /// Only a server makes an authority: one made by a caller would be a stranger to the server it calls.
    private func requireAuthority() throws {
        guard FileManager.default.fileExists(atPath: directory.authorityFile) else {
            throw Failure(
                "\(directory.authorityFile) does not exist: name the data directory of the mall to call with --data")
        }
    }

    private func context(_ configuration: TLSConfiguration) throws -> TLSContext {
        var configuration = configuration
        configuration.keyLog = keyLog
        return try TLSContext(configuration)
    }

    private func authority() throws -> CertificateAuthority {
        try directory.authority(trustDomain: Self.trustDomain, now: now)
    }
}

/// What a server's listeners use, and what there is to say about it.
struct ServerTLS: Sendable {
    let context: TLSContext
    /// What the listeners for browsers use; nil: plain HTTP.
    let web: TLSContext?
    /// The server certificate's serial number.
    let serial: String
    /// When the first of certificates and revocation list ends, in seconds since 1970.
    let validUntil: Int64
    /// How many certificates are revoked.
    let revoked: Int
}
