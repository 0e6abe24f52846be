import APIs
import BotGateway
import KioskGateway
import Logging
import Messages
import ServiceLifecycle
import StaffGateway
import Web
import Wire

/// Everything that lets the world in: robots over TLS, tools and services over TLS, kiosks and staff over HTTP.
struct Listeners: Sendable {
    private let bots: WireServer
    private let services: WireServer
    private let kiosk: KioskGateway
    private let staff: StaffGateway
    private let staffService: StaffService
    private let upkeep: TLSUpkeep
    private let health: MallHealth
    private let gateway: BotGateway
    private let isSecure: Bool

    /// - Parameter hangUps: each value has the certificates loaded again
    init(options: ServeOptions, services parts: Services, hangUps: AsyncStream<Void>, logger: Logger) throws {
        try options.https.check(options.kiosk, flag: "--kiosk")
        try options.https.check(options.staff, flag: "--staff")
        let credentials = Credentials(options.data.folders, keyLog: try options.keyLog.open(logger: logger))
        var hosts = [options.bots.host, options.services.host]
        if options.https.https { hosts += [options.kiosk.host, options.staff.host] }
        let ticketKeys = try credentials.ticketKeys()
        let first = try credentials.server(hosts: hosts, ticketKeys: ticketKeys, https: options.https)
        let tls = first.context
        let web = first.web.map { WebTLS($0) }

        isSecure = web != nil
        gateway = parts.gateway
        var botRouter = WireRouter()
        parts.gateway.register(in: &botRouter)

        // A robot's certificate opens the robots' door only.
        var router = WireRouter()
        router.authorize { context in
            guard context.peer?.kind == .service else {
                throw WireStatus(
                    .permissionDenied,
                    "only services and tools may call here, not \(context.peer?.description ?? "anyone")")
            }
        }
        router.register(stores: parts.stores)
        router.register(orders: parts.orders)
        router.register(payments: parts.payments)
        router.register(depot: parts.depot)
        router.register(events: EventsService(stream: parts.stream))
        router.register(staff: parts.staff)

        health = MallHealth(bots: &botRouter, services: &router, of: parts)
        var configuration = WireServer.Configuration(host: options.bots.host, port: options.bots.port, tls: tls)
        configuration.limits = options.robots.wireLimits
        let relays = WireLimits.relays
        configuration.limitsForPeer = { BotGateway.isRelay($0) ? relays : nil }
        bots = WireServer(configuration: configuration, router: botRouter, logger: logger)
        services = WireServer(
            configuration: .init(host: options.services.host, port: options.services.port, tls: tls), router: router,
            logger: logger)

        var kiosks = KioskGateway.Configuration(host: options.kiosk.host, port: options.kiosk.port)
        kiosks.tls = web
        kiosks.pages = options.kioskPages
        kiosk = KioskGateway(
            configuration: kiosks, settings: .simulated,
            services: .init(
                stores: parts.stores, orders: parts.orders, payments: parts.payments, depot: parts.depot,
                robots: LiveRobots(parts.gateway.telemetry)),
            logger: logger)
        staffService = parts.staff
        var page = StaffGateway.Configuration(host: options.staff.host, port: options.staff.port)
        page.tls = web
        var behind = StaffGateway.Services(
            staff: parts.staff, stores: parts.stores, orders: parts.orders, payments: parts.payments,
            depot: parts.depot, events: parts.stream)
        behind.robots = LiveRobots(parts.gateway.telemetry)
        staff = StaffGateway(configuration: page, services: behind, logger: logger)
        upkeep = TLSUpkeep(
            credentials: credentials, hosts: hosts, ticketKeys: ticketKeys, servers: [bots, services], web: web,
            https: options.https, hangUps: hangUps, first: first, logger: logger)
    }

    /// Says that nothing is served any more, to be told before connections are asked to go.
    func announceDrain() async {
        await health.drain()
    }

    /// Runs them all; on graceful shutdown the staff's and the kiosks' doors close first.
    func group(logger: Logger) -> ServiceGroup {
        let doors: [any Service] = [
            Door("--services", services.run), Door("--bots", bots.run),
            // Kiosks last: they may come in when everything behind them is there.
            Door("--kiosk") {
                _ = try? await (bots.boundAddress, services.boundAddress)
                try await kiosk.run()
            },
            Door("--staff") {
                _ = try? await (bots.boundAddress, services.boundAddress)
                try await staff.run()
            },
            ConnectionReports(
                servers: [("bots", bots), ("services", services)], gateway: gateway, logger: logger),
            upkeep,
        ]
        return ServiceGroup(configuration: .init(services: doors.map { .init(service: $0) }, logger: logger))
    }

    /// Where they listen. Waits until all do.
    func addresses(data: String) async throws -> Addresses {
        let staff = try await Self.naming("--staff") { try await self.staff.boundAddress.description }
        let scheme = isSecure ? "https://" : "http://"
        return Addresses(
            bots: try await Self.naming("--bots") { try await bots.boundAddress.description },
            services: try await Self.naming("--services") { try await services.boundAddress.description },
            kiosk: try await Self.naming("--kiosk") { try await kiosk.boundAddress.description }, staff: staff,
            staffSetup: try await staffService.setupToken().map { "\(scheme)\(staff)/#setup=\($0)" },
            https: isSecure ? true : nil, data: data)
    }

    /// Has an error name the flag that says where to listen.
    private static func naming<R: Sendable>(_ flag: String, _ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch let error where !(error is CancellationError) {
            throw Failure("\(flag): \(error)")
        }
    }

    /// A listener whose failure names the flag that says where it listens.
    private struct Door: Service {
        let flag: String
        let work: @Sendable () async throws -> Void

        init(_ flag: String, _ run: @escaping @Sendable () async throws -> Void) {
            self.flag = flag
            work = run
        }

        func run() async throws {
            try await Listeners.naming(flag, work)
        }
    }
}
