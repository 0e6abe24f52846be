import ArgumentParser
import Foundation
import Interop
import Logging
import Wire

/// Who the cases' client is: a tool of a mall on this machine, or whoever three files say.
struct InteropCredentials: ParsableArguments {
    @Option(help: ArgumentHelp("The data directory of the server's mall. Default: data.", valueName: "dir"))
    var data: String?

    @Option(help: ArgumentHelp("Instead of --data: the authorities of the server, as PEM.", valueName: "file"))
    var ca: String?

    @Option(help: ArgumentHelp("With --ca: the client's certificate, as PEM.", valueName: "file"))
    var cert: String?

    @Option(help: ArgumentHelp("With --cert: its private key, as PEM.", valueName: "file"))
    var key: String?

    @OptionGroup var keyLog: KeyLogOption

    func validate() throws {
        if data != nil, ca != nil { throw ValidationError("--data and --ca exclude each other") }
        if (cert == nil) != (key == nil) { throw ValidationError("--cert and --key go together") }
        if cert != nil, ca == nil { throw ValidationError("--cert needs --ca, the authorities of the server") }
    }

    /// The server at `address`, with clients that are whom the options say. Reads files.
    func target(_ address: HostPort, logger: Logger) throws -> InteropTarget {
        do {
            let keyLog = try keyLog.open(logger: logger)
            let side = try ca.map { try files($0, keyLog) } ?? mall(keyLog)
            return InteropTarget(
                host: address.host, port: address.port, tls: try side.context(address.host),
                misnamed: try side.context(InteropTarget.wrongName), identity: side.identity, logger: logger)
        } catch let error as Failure {
            throw error
        } catch {
            throw Failure("\(error)")
        }
    }

    /// What a client's side of TLS is made of.
    private struct Side {
        var identity: PeerIdentity?
        /// For the name that the server's certificate must be for.
        var context: (_ serverName: String) throws -> TLSContext
    }

    private func mall(_ keyLog: TLSKeyLog?) throws -> Side {
        let credentials = Credentials(Folders(data ?? "data"), keyLog: keyLog)
        return Side(identity: try credentials.toolIdentity()) { try credentials.tool(dialling: $0) }
    }

    private func files(_ ca: String, _ keyLog: TLSKeyLog?) throws -> Side {
        let authorities: [Certificate]
        do {
            authorities = try Certificate.all(pem: Array(Data(contentsOf: URL(fileURLWithPath: ca))))
        } catch {
            throw Failure("--ca \(ca): \((error as? TLSError)?.message ?? error.localizedDescription)")
        }
        var credentials: TLSCredentials?
        if let cert, let key {
            credentials = try TLSDirectory.credentials(
                certificateFile: cert, keyFile: key, now: Int64(Date().timeIntervalSince1970))
        }
        return Side(identity: try credentials?.certificate.identity()) { [credentials] name in
            var configuration = TLSConfiguration.client(credentials, serverCA: authorities, serverName: name)
            configuration.keyLog = keyLog
            return try TLSContext(configuration)
        }
    }
}
