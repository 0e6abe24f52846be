import Kernel
import OrderedCollections

@testable import Depot
@testable import Kernel
@testable import Orders
@testable import Payments
@testable import Stores

/// A service whose loop a simulation turns by hand.
protocol TurnedService: AnyObject {
    associatedtype Core: ServiceCore
    var loop: ServiceLoop<Core> { get }
    /// What a core works out besides what a snapshot of it says: the same, however the state came about.
    static func readModels(_ core: Core) -> [String]
}

extension TurnedService {
    static func readModels(_ core: Core) -> [String] { [] }
}

extension DepotService: TurnedService {}
extension StoresService: TurnedService {}

extension OrdersService: TurnedService {
    static func readModels(_ core: OrdersCore) -> [String] {
        core.openCodes.sorted { $0.key < $1.key }.map { "code \($0.key) of \($0.value)" }
            + core.catalog.products.keys.sorted().map { "\(core.unpromised($0)) of \($0) are free" }
            + ["ticket \(core.nextTicket)", "\(core.touched.oldest ?? 0) \(core.placed.oldest ?? 0)"]
    }
}

extension PaymentsService: TurnedService {
    static func readModels(_ core: PaymentsCore) -> [String] {
        core.pendingRequests().map { "\($0)" }.sorted() + ["\(core.asked.earliest ?? 0)"]
    }
}

/// What the process does with each of its services, whichever it is.
protocol ServedService: AnyObject {
    var name: String { get }
    /// Nobody waits for it, and it has seen everything.
    var isIdle: Bool { get }
    func start()
    /// A log has grown, or is another's now.
    func hear(of log: String)
    /// Has it turn soon if there is something to do.
    func look()
    /// What a crash in a flush asked for.
    func dieIfAsked()
    /// It dies alone, and is back after a while.
    func kill()
    /// The process is gone.
    func end()
    func checkFold()
}

/// One service of a process, from one start to the next: the real one on its log, turned by hand.
///
/// Safe because a simulation is one thread.
final class SimService<Service: TurnedService>: ServedService, @unchecked Sendable {
    let name = Service.Core.serviceName
    private let world: World
    private let settings: ServerSettings
    private let disk: InMemoryEventLog
    private let make: (SimLog) throws -> Service
    weak var server: SimServer?
    private(set) var service: Service?
    private var log: SimLog
    /// Rises with each death: what an older life had under way is over.
    private(set) var life = 0
    private var isTurnDue = false
    private var hasNews = true
    private var isDying = false
    private var sources: Set<String> = []
    private var wake: SimLoop.Timer?
    /// Told after each start and each turn.
    var started: (Service) -> Void = { _ in }
    var turned: () -> Void = {}

    init(
        world: World, settings: ServerSettings, disk: InMemoryEventLog, make: @escaping (SimLog) throws -> Service
    ) {
        self.world = world
        self.settings = settings
        self.disk = disk
        self.make = make
        log = SimLog(disk)
    }

    var isIdle: Bool {
        guard let service, !isTurnDue, !hasNews else { return false }
        // It may have something to read again.
        return service.loop.worker.value.subscriptions.allSatisfy { $0.retry == nil }
    }

    func hear(of log: String) {
        if sources.contains(log) { hasNews = true }
    }

    // MARK: Beginning

    func start() {
        guard service == nil else { return }
        world.trace.note("service start", name)
        log = SimLog(disk)
        log.written = { [weak self] in self?.server?.written($0) }
        log.flush = { [weak self] in self?.server?.fate() ?? .crashBefore }
        log.crash = { [weak self] in self?.crashInFlush() }
        do {
            let service = try make(log)
            self.service = service
            // Safe because nobody else turns it.
            sources = Set(service.loop.worker.value.subscriptions.map(\.service))
            hasNews = true
            checkFold()
            started(service)
            server?.hear(of: name)
        } catch { world.auditor.fail("\(name) does not start: \(error)") }
    }

    // MARK: Turns

    func look() {
        if !isTurnDue, let service, hasNews || service.loop.isAsked { due() }
    }

    private func due() {
        isTurnDue = true
        let life = life
        server?.afterDisk { [weak self] in
            if let self, self.life == life { turn() }
        }
    }

    private func turn() {
        isTurnDue = false
        guard let service else { return }
        hasNews = false
        let moreWaits = service.loop.turn()
        server?.finishCrash()
        guard self.service != nil, server?.isDead == false else { return }
        if moreWaits { due() }
        setWake(service)
        turned()
    }

    private func setWake(_ service: Service) {
        wake?.cancel()
        wake = nil
        guard let time = service.loop.nextWake else { return }
        let wait = min(60_000, max(1, time.unixMs - world.clock.now().unixMs))
        wake = world.loop.after(ms: wait) { [weak self] in
            guard let self, self.service === service, !isTurnDue else { return }
            due()
        }
    }

    // MARK: Checks

    /// A process begins with what its log says, whether it read all of it or began with a snapshot; and has it at the end.
    func checkFold() {
        guard let core = service?.loop.core else { return }
        world.auditor.checkFold(core, disk, Service.readModels)
    }

    // MARK: Death

    private func crashInFlush() {
        if settings.diesAlone() { isDying = true } else { server?.die() }
    }

    func dieIfAsked() {
        if isDying { kill() }
    }

    func kill() {
        guard service != nil, let server, !server.isDead else { return }
        world.tally.crashes += 1
        world.trace.note("service crash", name)
        end()
        isTurnDue = false
        world.loop.after(ms: Int64(world.random.between(10, settings.longestDownMs))) { [weak self] in
            guard let self, self.server?.isDead == false else { return }
            start()
        }
    }

    func end() {
        isDying = false
        log.close()
        wake?.cancel()
        service = nil
        life += 1
    }
}
