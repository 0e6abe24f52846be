import APIs
import Glibc
import Logging
import Messages
import Wire

@testable import Interop

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Who the clients are.
let caller: PeerIdentity = {
    guard let identity = try? PeerIdentity(trustDomain: "test.mall", kind: .bot, id: "b-1") else {
        fatalError("not an identity")
    }
    return identity
}()

/// A server in this process and a target for cases: honest, unless a test changes something.
struct Bench {
    var limits = InteropServer.limits
    var router = InteropServer.router
    var change: (inout InteropTarget) -> Void = { _ in }

    /// In place of the honest service, with the honest one's means.
    static func router(_ service: some InteropAPI) -> WireRouter {
        var router = WireRouter()
        router.allowFaults()
        router.register(interop: service)
        return router
    }

    /// How one case ends over the in-memory transport.
    func run(_ name: String) async throws -> InteropResult.Outcome {
        let transport = InMemoryTransport(router: router, peer: caller, limits: limits, logger: quiet)
        var target = InteropTarget(memory: transport, identity: caller)
        change(&target)
        return try await target.run(name)
    }

    /// Runs `body` with a server over real sockets and mutual TLS.
    func overTLS<R>(_ body: (InteropTarget) async throws -> R) async throws -> R {
        let keys = try Keys()
        var configuration = WireServer.Configuration(host: "127.0.0.1", port: 0, tls: try keys.server())
        configuration.limits = limits
        let server = WireServer(configuration: configuration, router: router, logger: quiet)
        let running = Task { try await server.run() }
        defer { running.cancel() }
        var target = InteropTarget(
            host: "127.0.0.1", port: try await server.boundAddress.port, tls: try keys.client("127.0.0.1"),
            misnamed: try keys.client(InteropTarget.wrongName), identity: caller, logger: quiet)
        change(&target)
        return try await body(target)
    }
}

extension InteropTarget {
    /// How one case ends.
    func run(_ name: String) async throws -> InteropResult.Outcome {
        let cases = InteropCase.all.filter { $0.name == name }
        guard cases.count == 1, let result = try await InteropRunner(self).run(cases).first else {
            throw NoSuchCase(name: name)
        }
        return result.outcome
    }
}

struct NoSuchCase: Error {
    var name: String
}

extension InteropResult.Outcome {
    /// Why the case failed; nil when it did not.
    var failure: String? { if case .failed(let why) = self { why } else { nil } }
}

/// An authority with a server's and a robot's certificate.
struct Keys {
    private let authority: CertificateAuthority
    private let now: Int64

    init() throws {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        now = Int64(time.tv_sec)
        authority = try CertificateAuthority.create(trustDomain: "test.mall", now: now)
    }

    func server() throws -> TLSContext {
        let credentials = try authority.issueServer(name: "interop", hosts: ["127.0.0.1"], now: now)
        return try TLSContext(.server(credentials, clientCA: [authority.certificate]))
    }

    func client(_ serverName: String) throws -> TLSContext {
        let credentials = try authority.issueBot(id: "b-1", now: now)
        return try TLSContext(.client(credentials, serverCA: [authority.certificate], serverName: serverName))
    }
}
