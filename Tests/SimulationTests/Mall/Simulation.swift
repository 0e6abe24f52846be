import Kernel
import Messages
import OrderedCollections

@testable import BotEmulator
@testable import BotGateway
@testable import Depot
@testable import Kernel
@testable import RobotLink
@testable import Wire

/// A whole mall on one thread, from one seed: the real gateway, depot, robots and connections; time, network and disks are
/// simulated. First there is trouble; then it ends, and everything must come to its end.
///
/// Safe because a simulation is one thread.
final class Simulation: @unchecked Sendable {
    let seed: UInt64
    let plan: Plan
    let world: World
    private let storage = SimStorage()
    private let ordersLog: SimLog
    private(set) var server: SimServer?
    private(set) var robots: [SimRobot] = []
    private var takeovers: [SimRobot] = []
    private var links: [SimLink] = []
    private var connections = 0
    private var placed = 0
    var isTroubled = true
    private var isFinished = false
    private(set) var healedAt: Int64 = 0
    /// How long after the last trouble everything must have ended.
    private static let patienceMs: Int64 = 7_200_000

    init(seed: UInt64, print: ((String) -> Void)? = nil) {
        self.seed = seed
        // The plan has chance of its own: another kind of trouble changes nothing of the others.
        plan = Plan(SimRandom(seed: seed ^ 0x5EED))
        world = World(seed: seed, mall: plan.mall, print: print)
        world.weather = plan.weather
        let troubles = plan.troubles
        world.auditor.depot.isPunctual =
            troubles.diskStall + troubles.clockJump + troubles.flushFault + troubles.takeover == 0
        ordersLog = SimLog(storage.orders)
        ordersLog.written = { [world] in world.auditor.written($0) }
        world.connect = { [unowned self] in connect($0, $1) }
        world.restart = { [unowned self] robot, ms in
            world.loop.after(ms: ms) { robot.start() }
            _ = self
        }
    }

    /// Runs to the end; what was wrong, or nil.
    func run() -> String? {
        openStores()
        startServer()
        for number in 0..<plan.robots { add(name: "b-\(number)", botID: "b-\(number)", number: number) }
        for number in 0..<plan.orders { planOrder(number) }
        trouble()
        world.loop.after(ms: Int64(plan.troubleSeconds) * 1_000) { [self] in heal() }
        while !isFinished, world.auditor.failure == nil, world.loop.step() { server?.look() }
        if !isFinished, world.auditor.failure == nil { world.auditor.fail("time stands still") }
        if world.auditor.failure == nil { checkEnd() }
        let failure = world.auditor.failure
        tearDown()
        return failure
    }

    /// Everything refers to everything: let go.
    private func tearDown() {
        server?.crash()
        for robot in robots + takeovers { robot.crash() }
        world.loop.clear()
        world.connect = { _, _ in }
        world.restart = { _, _ in }
    }

    // MARK: Server

    private func startServer() {
        guard server == nil else { return }
        world.trace.note("server start")
        var settings = plan.server
        settings.flushFaultPerMille = { [unowned self] in isTroubled ? plan.troubles.flushFault : 0 }
        settings.depotDiesAlone = { [unowned self] in world.random.chance(500) }
        do {
            server = try SimServer(world: world, settings: settings, storage: storage) { [unowned self] in died($0) }
        } catch { world.auditor.fail("the server does not start: \(error)") }
    }

    private func died(_ dead: SimServer) {
        server = nil
        for link in links { link.died(.server) }
        links.removeAll { $0.isOver }
        world.loop.after(ms: Int64(world.random.between(10, plan.server.longestDownMs))) { [self] in startServer() }
    }

    // MARK: Robots

    @discardableResult
    private func add(name: String, botID: String, number: Int) -> SimRobot {
        var body = plan.body
        body.capacityUnits = UInt32(8 + 4 * (number % 3))
        let robot = SimRobot(
            botID: botID, name: name, number: number, world: world, pace: Int64(world.random.between(900, 1_100)),
            parameters: body)
        robot.diskMs = plan.robotDiskMs
        robot.declinePerMille = plan.declinePerMille
        robot.repeatPerMille = plan.repeatPerMille
        robot.journalLimit = plan.journalLimit
        if name == botID { robots.append(robot) } else { takeovers.append(robot) }
        world.loop.after(ms: Int64(world.random.between(0, 5_000))) { robot.start() }
        return robot
    }

    func addTakeover(of robot: SimRobot) {
        let other = add(name: "\(robot.name)x\(takeovers.count)", botID: robot.botID, number: robot.number)
        world.loop.after(ms: Int64(world.random.between(6_000, 60_000))) {
            other.isGoneForGood = true
            other.crash()
        }
    }

    /// A robot calls: its connection comes to the server after a while, if there is one then.
    private func connect(_ robot: SimRobot, _ connected: @escaping (SimLink) -> Void) {
        connections += 1
        let monitor = LinkMonitor(
            name: "\(robot.name)#\(connections)", botID: robot.botID, disk: robot.disk, auditor: world.auditor,
            trace: world.trace)
        let link = SimLink(loop: world.loop, random: world.random, weather: world.weather, monitor: monitor)
        world.loop.at(world.loop.time + world.weather.latency(world.random)) { [self] in
            if let server {
                links.removeAll { $0.isOver }
                links.append(link)
                server.accept(link, botID: robot.botID)
            } else {
                link.died(.server)
            }
            connected(link)
        }
    }

    // MARK: Orders

    private func openStores() {
        for store in 0..<plan.stores {
            let node = plan.mall.nodes[(store * 2 + 1) % plan.mall.nodes.count]
            let created = StoresV1.StoreCreated(
                store: .init(storeID: "s-\(store)", name: "Store \(store)", node: node.id, place: node.place))
            record(StoresV1.Event(kind: .storeCreated(created)), "store/s-\(store)", storage.stores)
        }
    }

    @discardableResult
    private func record(_ event: some EventMessage, _ stream: String, _ log: InMemoryEventLog) -> [RecordedEvent] {
        var batch = LogBatch(time: world.clock.now())
        batch.events = [.init(stream: stream, type: event.typeName, payload: event.protobuf())]
        return (try? log.commit(batch)) ?? []
    }

    private func order(_ kind: OrdersV1.Event.Kind, _ id: String) {
        let recorded = record(OrdersV1.Event(kind: kind), "order/\(id)", storage.orders)
        server?.ordersGrew(recorded)
        world.trace.note("order", id, 0, "\(kind)")
    }

    private func planOrder(_ number: Int) {
        let (random, id) = (world.random, "o-\(number)")
        let placedMs = Int64(random.between(0, plan.troubleSeconds * 1_000))
        world.loop.after(ms: placedMs) { [self] in
            placed += 1
            order(.orderPlaced(.init(orderID: id, lines: lines())), id)
            world.loop.after(ms: Int64(random.between(0, 3_000))) { [self] in
                if random.chance(50) {
                    order(.orderRejected(.init(orderID: id, reason: "no money")), id)
                } else {
                    order(.orderApproved(.init(orderID: id)), id)
                }
            }
        }
        guard random.chance(plan.troubles.cancel * 20) else { return }
        world.loop.after(ms: min(placedMs + Int64(random.between(0, 200_000)), Int64(plan.troubleSeconds) * 1_000)) {
            [self] in
            order(.orderCancelRequested(.init(orderID: id, reason: "changed my mind")), id)
        }
    }

    private func lines() -> [OrdersV1.Line] {
        let random = world.random
        return (0..<random.between(1, 4)).map { _ in
            let (store, product) = (random.below(plan.stores), random.below(3))
            return OrdersV1.Line(
                storeID: "s-\(store)", productID: "p-\(store)-\(product)", quantity: UInt32(random.between(1, 4)),
                sizeUnits: UInt32(product + 1))
        }
    }

    // MARK: The end

    private func heal() {
        isTroubled = false
        healedAt = world.loop.milliseconds
        world.trace.note("heal")
        for robot in takeovers {
            robot.isGoneForGood = true
            robot.crash()
        }
        for robot in robots { (robot.slowMs, robot.declinePerMille) = (0, 0) }
        if robots.count > 1, world.random.chance(200) { bury(robots.remove(at: world.random.below(robots.count))) }
        mend(0)
        watch()
    }

    /// One robot never comes back. Its tasks are for the others; what only it could carry, once staff say that it is lost.
    private func bury(_ robot: SimRobot) {
        world.trace.note("bury", robot.name)
        robot.isGoneForGood = true
        robot.crash()
        takeovers.append(robot)
        let id = robot.botID
        func giveUp() {
            server?.staff { core, now in try core.declareLost(.init(botID: id), now: now) }
            if !isFinished { world.loop.after(ms: 60_000) { giveUp() } }
        }
        world.loop.after(ms: 900_000) { giveUp() }
    }

    /// Staff see to it that every robot can work, until all do.
    private func mend(_ times: Int) {
        for robot in robots {
            robot.start()
            let id = robot.botID
            if times == 0 || server?.depot?.loop.core.bots[id]?.needsHelp == true { robot.feelBetter() }
            server?.staff { core, _ in try core.register(.init(botID: id)) }
            // It may stand still though another device with its name said that it goes on.
            if times > 0, robot.mind?.body.isPaused == true {
                server?.staff { core, _ in try core.pause(.init(botID: id)) }
            }
            server?.staff { core, _ in try core.resume(.init(botID: id)) }
        }
        if times < 20 { world.loop.after(ms: 30_000) { [self] in mend(times + 1) } }
    }

    private func watch() {
        world.loop.after(ms: 5_000) { [self] in
            if isQuiet {
                isFinished = true
            } else if world.loop.milliseconds - healedAt > Self.patienceMs {
                world.auditor.fail("not at rest two hours after the last trouble: \(unrest ?? "")")
            } else {
                watch()
            }
        }
    }

    private var isQuiet: Bool { placed == plan.orders && unrest == nil }

    /// What is still going on; nil: nothing.
    private var unrest: String? {
        guard let server, let depot = server.depot else { return "the server is down" }
        if !server.isIdle { return "the server is at work" }
        let core = depot.loop.core
        for list in core.lists.values where !list.hasEnded && list.state != .created {
            return "\(list.id) is \(list.state)"
        }
        for robot in robots {
            guard let client = robot.client, let mind = robot.mind else { return "\(robot.name) is down" }
            if !client.counters.isConnected { return "\(robot.name) is not connected" }
            if let task = mind.body.taskID { return "\(robot.name) is at work on \(task)" }
            if client.counters.unacknowledged > 0 { return "\(robot.name) has reports that are not acknowledged" }
            if robot.disk.lastReport > world.auditor.reports.lastReport(of: robot.disk.journal) {
                return "\(robot.name) has reports that are not in the log"
            }
            guard let bot = core.bots[robot.botID] else { return "\(robot.name) is not known" }
            if bot.state != .waiting && bot.state != .idle { return "\(robot.name) is \(bot.state)" }
            if !bot.taskID.isEmpty || !bot.custodyTaskID.isEmpty { return "\(robot.name) has a task, for Depot" }
            let issued = world.auditor.depot.directives[robot.botID]?.count ?? 0
            if let missing = world.auditor.directives.firstMissing(of: issued, to: robot.botID) {
                return "\(robot.name) does not have directive \(missing)"
            }
        }
        return nil
    }

    private func checkEnd() {
        let auditor = world.auditor
        server?.checkFolds()
        let forgotten = auditor.depot.forgotten
        auditor.require(forgotten.isEmpty, "reports at \(forgotten.prefix(3)) of the gateway's log came to nothing")
        for (list, wanted) in auditor.depot.wanted.sorted(by: { $0.key < $1.key }) {
            let end = auditor.depot.listEnds[list]
            let isApproved = auditor.depot.approved.contains(list)
            if auditor.depot.cancelAsked.contains(list) {
                auditor.require(end == "canceled", "\(list) was to be cancelled and is \(end ?? "open")")
            } else if isApproved {
                auditor.require(end == "ready", "\(list) is \(end ?? "not delivered")")
                auditor.require(auditor.depot.ended[list] == wanted, "\(list): not every unit has ended")
            }
        }
        for robot in robots {
            let made = auditor.reports.madeCount(of: robot.disk.journal)
            let known = auditor.reports.lastReport(of: robot.disk.journal)
            // It may be on its way still.
            if let last = auditor.depot.rejections[robot.disk.journal], last.time > robot.sessionBegan + 1_000,
                last.time < world.loop.milliseconds - 2_000
            {
                auditor.require(
                    robot.lastRejected == last.report,
                    "\(robot.name) was not told that report \(last.report) was rejected")
            }
            auditor.require(made == known, "\(robot.name) made \(made) reports, and the log has \(known)")
        }
    }
}
