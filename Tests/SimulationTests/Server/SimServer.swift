import APIs
import Kernel
import Logging
import Messages

@testable import BotGateway
@testable import Depot
@testable import Kernel
@testable import Wire

/// What is on the server's disk: it outlives every process.
final class SimStorage {
    let gateway = InMemoryEventLog(name: "gateway")
    let depot = InMemoryEventLog(name: "depot")
    let orders = InMemoryEventLog(name: "orders")
    let stores = InMemoryEventLog(name: "stores")
}

/// One process with the robots' gateway and the depot, from its start to its death: the real services on their logs, turned
/// by hand.
///
/// Safe because a simulation is one thread.
final class SimServer: @unchecked Sendable {
    private let world: World
    private let settings: ServerSettings
    private let stream = EventStream()
    private let ordersFeed: EventFeed
    private var depotLog: SimLog
    private let gatewayLog: SimLog
    private let storage: SimStorage
    let gateway: BotGateway
    private(set) var depot: DepotService?
    private var router = WireRouter()
    private let wireSettings: ConnectionSettings
    private var isFollowing = false
    /// Told that this process dies now.
    private let died: (SimServer) -> Void
    private(set) var isDead = false
    private var isDepotDying = false
    private var depotLife = 0
    private var isGatewayTurnDue = false
    private var isDepotTurnDue = false
    private var isFollowDue = false
    private var depotWake: SimLoop.Timer?
    private var heads: [UInt64] = [0, 0, 0]
    /// Neither log gets anything to disk before.
    var diskStalledUntil: Int64 = 0

    init(world: World, settings: ServerSettings, storage: SimStorage, died: @escaping (SimServer) -> Void) throws {
        self.world = world
        self.settings = settings
        self.storage = storage
        self.died = died
        ordersFeed = stream.register(SimLog(storage.orders))
        stream.register(SimLog(storage.stores))
        gatewayLog = SimLog(storage.gateway)
        depotLog = SimLog(storage.depot)
        // Its log is there before the gateway looks for it, as in `mallbots serve`.
        depot = try DepotService(
            log: depotLog, stream: stream, clock: world.clock, mall: world.mall, logger: world.logger,
            options: settings.depotOptions)
        gateway = try BotGateway(
            log: gatewayLog, stream: stream, clock: world.clock, limits: settings.limits, logger: world.logger)
        wireSettings = ConnectionSettings(settings.wire, agent: "sim-mall")
        gateway.register(in: &router)
        watch(gatewayLog)
        watch(depotLog)
        checkLoaded()
        begin()
    }

    private func watch(_ log: SimLog) {
        log.written = { [world] in world.auditor.written($0) }
        log.flush = { [weak self] in self?.fate() ?? .crashBefore }
        log.crash = { [weak self] in self?.crashInFlush(log) }
    }

    private func fate() -> SimLog.Flush {
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

    // MARK: Beginning

    /// A process begins with what its log says, whether it read all of it or began with a snapshot.
    private func checkLoaded() {
        if let depot { checkFold(depot.loop.core, storage.depot, "depot") }
        checkFold(gateway.loop.core, storage.gateway, "gateway")
    }

    func checkFold<Core: ServiceCore>(_ core: Core, _ log: InMemoryEventLog, _ name: String) {
        var fold = Core()
        guard let events = try? log.read(after: 0, limit: .max) else { return world.auditor.fail("\(name): no log") }
        for event in events {
            guard let decoded = try? event.decoded(as: Core.Event.self) else { continue }
            fold.evolve(decoded, event.stamp)
        }
        let state = core.snapshot()
        world.auditor.require(state == fold.snapshot(), "\(name): the state is not what its log comes to")
        guard let again = try? Core(snapshot: state) else { return world.auditor.fail("\(name): the snapshot is bad") }
        world.auditor.require(again.snapshot() == state, "\(name): the snapshot of a snapshot is another")
    }

    func checkFolds() {
        if let depot { checkFold(depot.loop.core, storage.depot, "depot") }
        checkFold(gateway.loop.core, storage.gateway, "gateway")
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
        judge(depotLife)
    }

    // MARK: Turns

    /// Has whoever has something to do do it soon. Called after everything that happens.
    func look() {
        if isDead { return }
        if !isGatewayTurnDue, gateway.loop.isAsked {
            isGatewayTurnDue = true
            afterDisk { $0.turnGateway() }
        }
        if !isDepotTurnDue, let depot, depot.loop.isAsked || hasNews() { dueDepot() }
    }

    private func hasNews() -> Bool {
        heads[0] != storage.gateway.head || heads[1] != storage.orders.head || heads[2] != storage.stores.head
    }

    /// Everything in the logs was taken in, and nobody waits for anything.
    var isIdle: Bool {
        !isGatewayTurnDue && !isDepotTurnDue && !hasNews() && isFollowing
            && gateway.follower.position == storage.depot.head
    }

    private func dueDepot() {
        isDepotTurnDue = true
        let life = depotLife
        afterDisk { if $0.depotLife == life { $0.turnDepot() } }
    }

    private func afterDisk(_ work: @escaping (SimServer) -> Void) {
        let (low, high) = (settings.diskMs.lowerBound, settings.diskMs.upperBound)
        let due = world.loop.time + Int64(world.random.between(low, high)) * 1_000_000
        world.loop.at(max(due, diskStalledUntil)) { [weak self] in
            guard let self, !isDead else { return }
            work(self)
        }
    }

    private func turnGateway() {
        isGatewayTurnDue = false
        _ = gateway.loop.turn()
        finishCrash()
        if !isDead, gateway.loop.nextWake != nil, gateway.loop.isAsked { look() }
    }

    private func turnDepot() {
        isDepotTurnDue = false
        guard let depot else { return }
        heads = [storage.gateway.head, storage.orders.head, storage.stores.head]
        let moreWaits = depot.loop.turn()
        finishCrash()
        if isDead || self.depot == nil { return }
        if moreWaits { dueDepot() }
        wakeDepot(depot)
        if !isFollowDue {
            isFollowDue = true
            world.loop.after(ms: Int64(world.random.between(0, 3))) { [weak self] in self?.follow() }
        }
    }

    private func wakeDepot(_ depot: DepotService) {
        depotWake?.cancel()
        depotWake = nil
        guard let wake = depot.loop.nextWake else { return }
        let life = depotLife
        let wait = min(60_000, max(1, wake.unixMs - world.clock.now().unixMs))
        depotWake = world.loop.after(ms: wait) { [weak self] in
            guard let self, !isDead, depotLife == life, !isDepotTurnDue else { return }
            dueDepot()
        }
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

    private func judge(_ life: Int) {
        world.loop.after(ms: 2_000) { [weak self] in
            guard let self, !isDead, depotLife == life else { return }
            depot?.pulse.look()
            judge(life)
        }
    }

    // MARK: From outside

    /// Orders' log has grown.
    func ordersGrew(_ events: [RecordedEvent]) { ordersFeed.publish(events) }

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

    private func crashInFlush(_ log: SimLog) {
        if log === depotLog, settings.depotDiesAlone() { isDepotDying = true } else { isDead = true }
    }

    private func finishCrash() {
        if isDead { return end() }
        if isDepotDying { killDepot() }
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
        depotLog.close()
        depotWake?.cancel()
        depot = nil
        died(self)
    }

    /// The depot alone dies, and is back after a while.
    func killDepot() {
        guard depot != nil, !isDead else { return }
        isDepotDying = false
        world.tally.crashes += 1
        world.trace.note("depot crash")
        depotLog.close()
        depotWake?.cancel()
        depot = nil
        depotLife += 1
        isDepotTurnDue = false
        world.loop.after(ms: Int64(world.random.between(10, settings.longestDownMs))) { [weak self] in
            self?.startDepot()
        }
    }

    private func startDepot() {
        guard !isDead, depot == nil else { return }
        world.trace.note("depot start")
        depotLog = SimLog(storage.depot)
        watch(depotLog)
        do {
            let depot = try DepotService(
                log: depotLog, stream: stream, clock: world.clock, mall: world.mall, logger: world.logger,
                options: settings.depotOptions)
            self.depot = depot
            checkFold(depot.loop.core, storage.depot, "depot")
        } catch { world.auditor.fail("the depot does not start: \(error)") }
        judge(depotLife)
    }
}

/// How a server is run in one simulation.
struct ServerSettings {
    var limits = GatewayLimits()
    var wire = WireLimits()
    var depotOptions = LoopOptions()
    var diskMs = 1...5
    var longestDownMs = 5_000
    var flushFaultPerMille: () -> Int = { 0 }
    var depotDiesAlone: () -> Bool = { false }
}
