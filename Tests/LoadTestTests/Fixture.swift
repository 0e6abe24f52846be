import APIs
import BotGateway
import Foundation
import Kernel
import Logging
import Messages
import Synchronization
import Testing

@testable import LoadTest
@testable import Wire

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A gateway that does what a test wants of it.
final class ScriptedGateway: BotAPI {
    /// What becomes of one robot's call; it gets the Hello and everything after it.
    typealias Script =
        @Sendable (
            _ hello: BotsV1.Hello, _ inbound: WireInbound<BotsV1.FromBot>, _ outbound: WireOutbound<BotsV1.ToBot>
        ) async throws -> Void

    private let script: Script
    let hellos = Mutex<[String]>([])

    init(_ script: @escaping Script) { self.script = script }

    /// Acknowledges each report, after `before` has returned.
    static func acknowledging(_ before: @escaping @Sendable (UInt64) async throws -> Void = { _ in }) -> ScriptedGateway
    {
        ScriptedGateway { _, inbound, outbound in
            try await outbound.send(BotsV1.ToBot(body: .welcome(BotsV1.Welcome(session: 1))))
            for try await message in inbound where message.report > 0 {
                try await before(message.report)
                try await outbound.send(BotsV1.ToBot(reportAck: message.report))
            }
        }
    }

    func connect(
        _ inbound: WireInbound<BotsV1.FromBot>, _ outbound: WireOutbound<BotsV1.ToBot>, context: CallContext
    ) async throws {
        guard case .hello(let hello)? = try await inbound.next()?.body else { return }
        hellos.withLock { $0.append(hello.botID) }
        try await script(hello, inbound, outbound)
    }

    func getMap(_ request: BotsV1.GetMapRequest, context: CallContext) async throws -> BotsV1.GetMapResponse { .init() }
}

/// A server for load tests, over TLS as in a mall.
struct LoadRig {
    let authority: CertificateAuthority
    let now = Int64(Date().timeIntervalSince1970)
    var limits = WireLimits()

    init() throws { authority = try CertificateAuthority.create(trustDomain: "test.mall", now: now) }

    private func serverContext() throws -> TLSContext {
        let credentials = try authority.issueServer(name: "gateway", hosts: ["127.0.0.1"], now: now)
        var configuration = TLSConfiguration.server(credentials, clientCA: [authority.certificate])
        configuration.ticketKeys = try TLSTicketKeys(now: now)
        return try TLSContext(configuration)
    }

    func client(_ credentials: TLSCredentials, resuming: Bool = true) throws -> TLSContext {
        var configuration = TLSConfiguration.client(
            credentials, serverCA: [authority.certificate], serverName: "127.0.0.1")
        configuration.resumesSessions = resuming
        return try TLSContext(configuration)
    }

    /// Runs a plan against a gateway.
    func run(
        _ plan: LoadPlan, against gateway: some BotAPI, limits maxima: LoadLimits = LoadLimits(), threads: Int = 1,
        meanwhile: @escaping @Sendable (LoadTest) async throws -> Void = { _ in }
    ) async throws -> LoadResult {
        var router = WireRouter()
        router.register(bot: gateway)
        return try await run(plan, against: router, limits: maxima, threads: threads, meanwhile: meanwhile)
    }

    /// Runs a plan against a server with these calls.
    func run(
        _ plan: LoadPlan, against router: WireRouter, limits maxima: LoadLimits = LoadLimits(), threads: Int = 1,
        meanwhile: @escaping @Sendable (LoadTest) async throws -> Void = { _ in }
    ) async throws -> LoadResult {
        var configuration = WireServer.Configuration(host: "127.0.0.1", port: 0, tls: try serverContext())
        configuration.limits = limits
        configuration.drainGrace = .zero
        let server = WireServer(configuration: configuration, router: router, logger: quiet)
        let running = Task { try await server.run() }
        defer { running.cancel() }
        return try await run(plan, port: try await server.boundAddress.port, maxima, threads, meanwhile)
    }

    func run(
        _ plan: LoadPlan, port: Int, _ maxima: LoadLimits = LoadLimits(), _ threads: Int = 1,
        _ meanwhile: @escaping @Sendable (LoadTest) async throws -> Void = { _ in }
    ) async throws -> LoadResult {
        let ids = (0..<plan.streams).map { "b-\($0)" }
        var (resuming, full): ([TLSContext], [TLSContext]) = ([], [])
        if plan.hasRelays {
            let relay = try client(try authority.issueService(name: "relay-load", now: now))
            resuming = Array(repeating: relay, count: plan.connections)
        } else {
            for id in ids {
                let credentials = try authority.issueBot(id: id, now: now)
                resuming.append(try client(credentials))
                full.append(try client(credentials, resuming: false))
            }
        }
        let (resumingContexts, fullContexts) = (resuming, full)
        let target = LoadTarget(host: "127.0.0.1", port: port, botIDs: ids, software: "test") { connection, handshake in
            WireClient.Configuration(
                host: "127.0.0.1", port: port,
                tls: handshake == .full ? fullContexts[connection] : resumingContexts[connection])
        }
        let test = try LoadTest(
            plan: plan, target: target, limits: maxima, threads: threads, openFiles: OpenFiles(limit: 10_000),
            server: .own, logger: quiet)
        async let beside: Void = meanwhile(test)
        let result = try await test.run()
        try await beside
        return result
    }
}

/// A plan that is over soon.
func plan(
    _ profile: LoadProfile, streams: Int, connections: Int? = nil, rate: Double = 20, seconds: Double = 1
) -> LoadPlan {
    var plan = LoadPlan(
        profile: profile, streams: streams, connections: connections, rate: rate, duration: .seconds(seconds),
        ramp: .milliseconds(100))
    plan.grace = .seconds(5)
    plan.patience = .seconds(10)
    return plan
}
