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
    private(set) var server: SimServer?
    var robots: [SimRobot] = []
    var takeovers: [SimRobot] = []
    private var links: [SimLink] = []
    private var connections = 0
    var customers: [SimCustomer] = []
    /// What the staff's calls are numbered by.
    var products = 0
    var isTroubled = true
    var isFinished = false
    var healedAt: Int64 = 0
    /// How long after the last trouble everything must have ended.
    static let patienceMs: Int64 = 7_200_000

    init(seed: UInt64, print: ((String) -> Void)? = nil) {
        self.seed = seed
        // The plan has chance of its own: another kind of trouble changes nothing of the others.
        plan = Plan(SimRandom(seed: seed ^ 0x5EED))
        world = World(seed: seed, mall: plan.mall, print: print)
        world.weather = plan.weather
        let troubles = plan.troubles
        world.auditor.depot.isPunctual =
            troubles.diskStall + troubles.clockJump + troubles.flushFault + troubles.takeover == 0
        world.provider.manners = plan.provider
        world.connect = { [unowned self] in connect($0, $1) }
        world.restart = { [unowned self] robot, ms in
            world.loop.after(ms: ms) { robot.start() }
            _ = self
        }
    }

    /// Runs to the end; what was wrong, or nil.
    func run() -> String? {
        startServer()
        openStores()
        for number in 0..<plan.robots { add(name: "b-\(number)", botID: "b-\(number)", number: number) }
        for number in 0..<plan.orders { planCustomer(number) }
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
        settings.diesAlone = { [unowned self] in world.random.chance(500) }
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
}
