import Logging
import Messages

@testable import BotEmulator
@testable import RobotLink
@testable import Wire

/// What everybody in a simulation shares.
final class World {
    let loop: SimLoop
    let random: SimRandom
    let trace: Trace
    let auditor: Auditor
    let provider: SimProvider
    let clock: SimClock
    let mall: DepotV1.Mall
    let map: MallGraph
    let logger: Logger
    let counters = WireCounters()
    let clientSettings = ConnectionSettings(WireLimits(), agent: "sim-robot")
    var weather = Weather()
    let tally = Tally()
    // Set by the simulation.
    var connect: (SimRobot, @escaping (SimLink) -> Void) -> Void = { _, _ in }
    var restart: (SimRobot, _ afterMs: Int64) -> Void = { _, _ in }

    func restart(_ robot: SimRobot, afterMs: Int64) { restart(robot, afterMs) }

    init(seed: UInt64, mall: DepotV1.Mall, print: ((String) -> Void)?) {
        loop = SimLoop()
        random = SimRandom(seed: seed)
        trace = Trace(loop: loop, print: print)
        provider = SimProvider(loop: loop, random: random, trace: trace)
        auditor = Auditor(trace: trace, provider: provider)
        clock = SimClock(loop: loop)
        self.mall = mall
        map = MallGraph(mall)
        logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
    }
}

/// What went on: a run without it proves nothing.
final class Tally {
    var reports = 0
    var picked = 0
    var unavailable = 0
    var deliveries = 0
    var declined = 0
    var abandoned = 0
    var rejected = 0
    var rejectedUnknown = 0
    var crashes = 0
    var robotCrashes = 0
    var cuts = 0
    var stalls = 0
    var takeovers = 0
    var failedFlushes = 0
    var staffCalls = 0
    var completed = 0
    var canceled = 0
    var refused = 0
    var abandonedBaskets = 0
    var lostCalls = 0

    func count(_ report: BotsV1.FromBot.Body) {
        reports += 1
        switch report {
        case .itemPicked: picked += 1
        case .itemUnavailable: unavailable += 1
        case .taskDelivered: deliveries += 1
        case .taskDeclined: declined += 1
        case .taskAbandoned: abandoned += 1
        default: break
        }
    }

    func count(_ end: OrdersHistory.State) {
        switch end {
        case .completed: completed += 1
        case .canceled: canceled += 1
        case .rejected: refused += 1
        default: abandonedBaskets += 1
        }
    }
}
