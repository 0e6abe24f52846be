import Messages
import OrderedCollections

@testable import Depot
@testable import Kernel

/// What goes wrong, drawn once in each second for each kind of trouble.
extension Simulation {
    func trouble() {
        guard isTroubled else { return }
        strike()
        world.loop.after(ms: 1_000) { [self] in trouble() }
    }

    private func strike() {
        let (random, troubles) = (world.random, plan.troubles)
        func strikes(_ perMille: Int) -> Bool { perMille > 0 && random.chance(perMille) }
        if strikes(troubles.serverCrash) { server?.crash() }
        if strikes(troubles.depotCrash) { server?.depotHost.kill() }
        if strikes(troubles.shopCrash), let server { random.pick(server.services)?.kill() }
        if strikes(troubles.manager) { manage() }
        if strikes(troubles.providerDown) {
            world.provider.restart(downMs: Int64(random.between(1_000, 120_000)))
        }
        if strikes(troubles.diskStall) {
            server?.diskStalledUntil = world.loop.time + Int64(random.between(100, 20_000)) * 1_000_000
        }
        if strikes(troubles.clockJump) {
            world.clock.wrongByMs += Int64(random.between(-120_000, 120_000))
            world.trace.note("clock", "", Int(world.clock.wrongByMs))
        }
        for robot in robots { strike(robot, troubles) }
        if strikes(troubles.staff), let robot = random.pick(robots) { staffAct(on: robot.botID) }
        if strikes(troubles.takeover), let robot = random.pick(robots) { takeOver(robot) }
    }

    private func strike(_ robot: SimRobot, _ troubles: Plan.Troubles) {
        let random = world.random
        func strikes(_ perMille: Int) -> Bool { perMille > 0 && random.chance(perMille) }
        if strikes(troubles.robotDiskFault) { robot.disk.next = .fails }
        if strikes(troubles.robotCrash) {
            world.tally.robotCrashes += 1
            robot.crash(forget: random.chance(troubles.forgetting * 10))
            // Longer than a lease, now and then.
            let downMs = random.chance(200) ? random.between(50_000, 150_000) : random.between(50, 10_000)
            world.restart(robot, afterMs: Int64(downMs))
        }
        if strikes(troubles.cut) {
            world.tally.cuts += 1
            robot.cut()
        }
        if strikes(troubles.stall) {
            world.tally.stalls += 1
            robot.stall(ms: Int64(random.between(100, 10_000)))
        }
        if strikes(troubles.longStall) {
            world.tally.stalls += 1
            robot.stall(ms: Int64(random.between(20_000, 120_000)))
        }
        if strikes(troubles.giveUp) { robot.giveUp(returned: random.chance(500)) }
        if strikes(troubles.complaint) {
            if random.chance(500) {
                robot.feelBetter()
            } else {
                let isLoud = plan.isChatty && random.chance(500)
                robot.complain(
                    times: isLoud ? 16 : 1, bytes: isLoud ? 8_000 : 10, needsHelp: random.chance(300))
            }
        }
        if plan.isChatty, random.chance(20) { robot.slowMs = random.chance(500) ? 0 : Int64(random.between(1, 500)) }
    }

    /// Another device with the robot's name, for a while.
    private func takeOver(_ robot: SimRobot) {
        world.tally.takeovers += 1
        addTakeover(of: robot)
    }

    /// Staff do something to a robot or its task, whether that is possible or not.
    private func staffAct(on id: String) {
        guard let server, let depot = server.depot else { return }
        let random = world.random
        let core = depot.loop.core
        let task = core.bots[id]?.taskID ?? ""
        let other = random.pick(robots)?.botID ?? id
        let queued = core.queued.names.first { _ in true } ?? ""
        let what = random.below(13)
        world.trace.note("staff", id, what)
        switch what {
        case 0: server.staff { core, now in try core.retire(.init(botID: id), now: now) }
        case 1: server.staff { core, now in try core.retire(.init(botID: id, atOnce: true), now: now) }
        case 2: server.staff { core, now in try core.declareLost(.init(botID: id), now: now) }
        case 3, 4: server.staff { core, _ in try core.register(.init(botID: id)) }
        case 5: server.staff { core, _ in try core.pause(.init(botID: id)) }
        case 6, 7: server.staff { core, _ in try core.resume(.init(botID: id)) }
        case 8: server.staff { core, now in try core.reassign(.init(taskID: task), now: now).events }
        case 9: server.staff { core, now in try core.reassign(.init(taskID: task, botID: other), now: now).events }
        case 10: server.staff { core, _ in try core.sendToDock(.init(botID: id)) }
        case 11: server.staff { core, _ in try core.identify(.init(botID: id)) }
        default: server.staff { core, _ in try core.assign(.init(taskID: queued, botID: id)) }
        }
    }
}
