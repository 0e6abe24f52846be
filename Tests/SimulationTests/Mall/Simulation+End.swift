import Messages
import OrderedCollections

@testable import BotEmulator
@testable import Depot
@testable import Kernel
@testable import Payments
@testable import RobotLink

/// How a simulation ends: the trouble does, everything is mended, and all must come to rest.
extension Simulation {
    /// The last customers are asked to come to an end.
    var isClosing: Bool { !isTroubled && world.loop.milliseconds > healedAt + 300_000 }

    func heal() {
        isTroubled = false
        healedAt = world.loop.milliseconds
        world.trace.note("heal")
        world.provider.manners = ProviderManners()
        world.provider.restart(downMs: 0)
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

    private var isQuiet: Bool { unrest == nil }

    /// What is still going on; nil: nothing.
    private var unrest: String? {
        guard let server, let depot = server.depot else { return "the server is down" }
        if !server.isIdle { return "the server is at work" }
        if customers.count < plan.orders { return "not everybody has come" }
        if let customer = customers.first(where: { !$0.isGone }) { return "customer \(customer.number) waits" }
        let orders = world.auditor.orders.orders.filter { !$0.value.state.hasEnded }
        if let id = orders.keys.min() { return "\(id) is \(orders[id]?.state.rawValue ?? "")" }
        if server.payments.service?.loop.core.pendingRequests(limit: 1).isEmpty == false {
            return "the provider is to be asked"
        }
        let core = depot.loop.core
        for list in core.lists.values where !list.hasEnded { return "\(list.id) is \(list.state)" }
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

    func checkEnd() {
        let auditor = world.auditor
        server?.checkFolds()
        auditor.checkShop(world.provider)
        for order in auditor.orders.orders.values { world.tally.count(order.state) }
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
