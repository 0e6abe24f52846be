/// One interoperability case. docs/interop.md has what the client does in it and what must be seen.
public struct InteropCase: Sendable {
    /// What a case cannot do without.
    public enum Need: Hashable, Sendable {
        /// A server, whatever it serves.
        case server
        /// `mallbots.interop.v1.InteropService`: a server without it fails the case.
        case service
        case fault(InteropFault)
        /// A server that takes frames of so many bytes.
        case frames(Int)
        case tls
        /// A certificate of the client's own.
        case certificate
    }

    /// As it is called on the command line.
    public let name: String
    /// What it shows, in a few words.
    public let shows: String
    public let needs: [Need]
    /// A case that has not ended by then has failed.
    public let limit: Duration
    let run: @Sendable (InteropRun) async throws -> Void

    init(
        _ name: String, _ shows: String, needs: [Need] = [.service], limit: Duration = .seconds(30),
        run: @escaping @Sendable (InteropRun) async throws -> Void
    ) {
        self.name = name
        self.shows = shows
        self.needs = needs
        self.limit = limit
        self.run = run
    }

    /// A case that needs a server that does wrong on request.
    init(
        _ name: String, _ shows: String, fault: InteropFault, run: @escaping @Sendable (InteropRun) async throws -> Void
    ) {
        self.init(name, shows, needs: [.service, .fault(fault)], run: run)
    }

    /// Every case, in the order of docs/interop.md.
    public static let all =
        calls + metadata + statuses + cancellation + deadlines + manyCalls + pushback + connections + resets
        + dialling

    /// Whether it is run against a server at all.
    public var needsServer: Bool { needs.contains(.server) || needs.contains(.service) }
}
