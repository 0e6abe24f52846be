/// Whom a certificate of a `TLSDirectory` is for.
public enum CertificateHolder: Hashable, Sendable, CustomStringConvertible {
    /// The mall's servers, which share one.
    case server
    /// A robot, by its id.
    case bot(String)
    /// A program that only dials, by its name.
    case service(String)

    /// `server`, `bot/ID` or `service/NAME`.
    public var description: String {
        switch self {
        case .server: "server"
        case .bot(let id): "bot/\(id)"
        case .service(let name): "service/\(name)"
        }
    }

    /// Reads what `description` writes.
    ///
    /// - Throws: `TLSError` saying what is wrong with the name.
    public init(_ text: some StringProtocol) throws(TLSError) {
        if text == "server" {
            self = .server
            return
        }
        let parts = String(text).split(separator: "/" as Character, maxSplits: 1, omittingEmptySubsequences: false)
            .map { String($0) }
        guard parts.count == 2, let kind = PeerIdentity.Kind(rawValue: parts[0]) else {
            throw TLSError(
                .configuration, "\"\(text)\" names no certificate: write server, bot/ID or service/NAME, as in bot/b-7")
        }
        self = kind == .bot ? .bot(parts[1]) : .service(parts[1])
        try checkName()
    }

    /// A name becomes part of a path, so it is checked before anything is read.
    func checkName() throws(TLSError) {
        switch self {
        case .server: return
        case .bot(let name), .service(let name):
            if let problem = PeerIdentity.problem(inID: Array(name.utf8)[...]) {
                throw TLSError(.configuration, "\"\(name)\": \(problem)")
            }
        }
    }

    /// Where its files are in the folder, without the endings `.pem` and `.key`.
    var file: String {
        switch self {
        case .server: "server"
        case .bot(let id): "bots/\(id)"
        case .service(let name): "services/\(name)"
        }
    }
}
