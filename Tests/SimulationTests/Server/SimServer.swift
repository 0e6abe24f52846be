import APIs
import Kernel
import Logging
import Messages

@testable import BotGateway
@testable import Depot
@testable import Kernel
@testable import Orders
@testable import Payments
@testable import Stores
@testable import Wire

/// What is on the server's disk: it outlives every process.
final class SimStorage {
    let gateway = InMemoryEventLog(name: "gateway")
    let depot = InMemoryEventLog(name: "depot")
    let orders = InMemoryEventLog(name: "orders")
    let payments = InMemoryEventLog(name: "payments")
    let stores = InMemoryEventLog(name: "stores")
}

/// One process with the robots' gateway and the four services, from its start to its death: the real ones on their logs,
/// turned by hand.
///
/// Safe because a simulation is one thread.
final class SimServer: @unchecked Sendable {
    private let world: World
    private let settings: ServerSettings
    private let stream = EventStream()
    private let gatewayLog: SimLog
    private let storage: SimStorage
    let gateway: BotGateway
    let stores: SimService<StoresService>
    let orders: SimService<OrdersService>
    let payments: SimService<PaymentsService>
    let depotHost: SimService<DepotService>
    let services: [any ServedService]
    private var desk: SimDesk?
    private var router = WireRouter()
    private let wireSettings: ConnectionSettings
    private var isFollowing = false
    /// Told that this process dies now.
    private let died: (SimServer) -> Void
    private(set) var isDead = false
    private var isGatewayTurnDue = false
    private var isFollowDue = false
    /// No log gets anything to disk before.
    var diskStalledUntil: Int64 = 0

    var depot: DepotService? { depotHost.service }

    init(world: World, settings: ServerSettings, storage: SimStorage, died: @escaping (SimServer) -> Void) throws {
        self.world = world
        self.settings = settings
        self.storage = storage
        self.died = died
        let stream = stream
        let options = settings.options
        stores = SimService(world: world, settings: settings, disk: storage.stores) {
            try StoresService(log: $0, stream: stream, clock: world.clock, logger: world.logger, options: options)
        }
        orders = SimService(world: world, settings: settings, disk: storage.orders) {
            try OrdersService(log: $0, stream: stream, clock: world.clock, logger: world.logger, options: options)
        }
        payments = SimService(world: world, settings: settings, disk: storage.payments) {
            try PaymentsService(log: $0, stream: stream, clock: world.clock, logger: world.logger, options: options)
        }
        depotHost = SimService(world: world, settings: settings, disk: storage.depot) {
            try DepotService(
                log: $0, stream: stream, clock: world.clock, mall: world.mall, logger: world.logger, options: options)
        }
        services = [stores, orders, payments, depotHost]
        gatewayLog = SimLog(storage.gateway)
        // Its log is there before the gateway looks for it, as in `mallbots serve`.
        depotHost.start()
        gateway = try BotGateway(
            log: gatewayLog, stream: stream, clock: world.clock, limits: settings.limits, logger: world.logger)
        wireSettings = ConnectionSettings(settings.wire, agent: "sim-mall")
        gateway.register(in: &router)
        gatewayLog.written = { [weak self] in self?.written($0) }
        gatewayLog.flush = { [weak self] in self?.fate() ?? .crashBefore }
        gatewayLog.crash = { [weak self] in self?.die() }
        stores.server = self
        orders.server = self
        payments.server = self
        depotHost.server = self
        payments.started = { [weak self] in self?.openDesk($0) }
        depotHost.turned = { [weak self] in self?.dueFollow() }
        depotHost.started = { [weak self] in self?.judge($0) }
        for service in services { service.start() }
        if let depot { judge(depot) }
        world.auditor.checkFold(gateway.loop.core, storage.gateway)
        begin()
    }

    /// What becomes of a flush.
    func fate() -> SimLog.Flush {
        let random = world.random
        guard settings.flushFaultPerMille() > 0, random.chance(settings.flushFaultPerMille()) else { return .well }
        world.tally.failedFlushes += 1
        return switch random.below(6) {
        case 0, 1: .fails
        case 2: .failsWritten
        case 3, 4: .crashBefore
        default: .crashAfter
        }
    }

    func checkFolds() {
        for service in services { service.checkFold() }
        world.auditor.checkFold(gateway.loop.core, storage.gateway)
    }

    private func begin() {
        gateway.loop.submit { core, _ in
            Decision(core.start()) { $0 }
        } completion: { [weak self] (result: Result<GatewayCore, any Error>) in
            guard let self, !isDead else { return }
            switch result {
            case .success(let core):
                do {
                    try gateway.begin(core)
                } catch {
                    world.auditor.fail("\(error)")
                }
                isFollowing = true
                world.loop.next { [weak self] in self?.follow() }
            // The process ends, and is started anew.
            case .failure: world.loop.next { [weak self] in self?.crash() }
            }
        }
        sayWhoIsAlive()
    }

    private func openDesk(_ payments: PaymentsService) {
        desk = SimDesk(payments, world: world)
    }

    // MARK: Turns

    /// Has whoever has something to do do it soon. Called after everything that happens.
    func look() {
        if isDead { return }
        if !isGatewayTurnDue, gateway.loop.isAsked {
            isGatewayTurnDue = true
            afterDisk { [weak self] in self?.turnGateway() }
        }
        for service in services { service.look() }
    }

    /// Events are on disk: whoever reads that log has something to do.
    func written(_ events: [RecordedEvent]) {
        world.auditor.written(events)
        if let log = events.first?.service { hear(of: log) }
    }

    /// A log has grown, or has come back.
    func hear(of log: String) {
        for service in services { service.hear(of: log) }
    }

    /// Everything in the logs was taken in, and nobody waits for anything.
    var isIdle: Bool {
        !isGatewayTurnDue && isFollowing && gateway.follower.position == storage.depot.head
            && services.allSatisfy { $0.isIdle }
    }

    func afterDisk(_ work: @escaping () -> Void) {
        let (low, high) = (settings.diskMs.lowerBound, settings.diskMs.upperBound)
        let due = world.loop.time + Int64(world.random.between(low, high)) * 1_000_000
        world.loop.at(max(due, diskStalledUntil)) { [weak self] in
            guard let self, !isDead else { return }
            work()
        }
    }

    private func turnGateway() {
        isGatewayTurnDue = false
        _ = gateway.loop.turn()
        finishCrash()
        if !isDead, gateway.loop.nextWake != nil, gateway.loop.isAsked { look() }
    }

    private func dueFollow() {
        if isFollowDue { return }
        isFollowDue = true
        world.loop.after(ms: Int64(world.random.between(0, 3))) { [weak self] in self?.follow() }
    }

    /// The gateway reads what is new in Depot's log.
    private func follow() {
        isFollowDue = false
        guard !isDead, isFollowing, let feed = stream.feed(of: "depot") else { return }
        // An error: Depot is down. It is read again after its next turn.
        while let events = try? feed.read(after: gateway.follower.position, limit: 256), !events.isEmpty {
            for event in events {
                do { try gateway.take(event) } catch { world.auditor.fail("\(error)") }
                // Often, since a restart begins with it.
                if event.position.isMultiple(of: 64) { gateway.follower.store() }
            }
        }
    }

    // MARK: Life signs

    private func sayWhoIsAlive() {
        world.loop.after(ms: 5_000) { [weak self] in
            guard let self, !isDead else { return }
            let alive = gateway.takeAlive()
            if !alive.isEmpty { depot?.pulse.heard(alive) }
            sayWhoIsAlive()
        }
    }

    private func judge(_ depot: DepotService) {
        world.loop.after(ms: 2_000) { [weak self] in
            guard let self, !isDead, self.depot === depot else { return }
            depot.pulse.look()
            judge(depot)
        }
    }

    // MARK: From outside

    /// What staff ask of the depot; whether it was possible comes back later.
    func staff(_ command: @escaping @Sendable (DepotCore, Int64) throws -> [DepotV1.Event.Kind]) {
        world.tally.staffCalls += 1
        depot?.loop.submit { core, now in
            Decision(try command(core, now.unixMs).map(\.new))
        } completion: { (_: Result<Void, any Error>) in
        }
    }

    /// A robot's connection has come.
    func accept(_ link: SimLink, botID: String) {
        let connection = WireConnection(
            role: .server, eventLoop: world.loop, settings: wireSettings, router: router, counters: world.counters,
            logger: world.logger)
        guard link.attach(connection, at: .server) else { return }
        let peer = try? PeerIdentity(trustDomain: "sim", kind: .bot, id: botID)
        connection.start(peer: peer, remoteAddress: botID)
    }

    // MARK: Death

    /// In the middle of a turn: it ends when the turn does.
    func die() { isDead = true }

    func finishCrash() {
        if isDead { return end() }
        for service in services { service.dieIfAsked() }
    }

    /// The process is gone: nothing that it had under way happens any more.
    func crash() {
        guard !isDead else { return }
        isDead = true
        end()
    }

    private func end() {
        world.tally.crashes += 1
        world.trace.note("server crash")
        gatewayLog.close()
        for service in services { service.end() }
        desk = nil
        died(self)
    }
}

/// How a server is run in one simulation.
struct ServerSettings {
    var limits = GatewayLimits()
    var wire = WireLimits()
    /// Of each service.
    var options = LoopOptions()
    var diskMs = 1...5
    var longestDownMs = 5_000
    var flushFaultPerMille: () -> Int = { 0 }
    /// Whether a crash in a flush takes only its service.
    var diesAlone: () -> Bool = { false }
}
