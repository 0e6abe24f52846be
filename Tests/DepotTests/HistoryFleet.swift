import Kernel
import Messages
import OrderedCollections

@testable import Depot

/// A whole fleet and its orders against the core, from one seed: robots that decline, abandon, find shelves empty, fall
/// silent and work on unheard, forget everything, and say things again; customers who cancel; a depot that restarts from
/// its snapshot at any moment.
struct HistoryFleet {
    var depot = TestDepot(mall: TestMall.grid(7, 7))
    var random: SeededGenerator
    private(set) var robots: OrderedDictionary<String, HistoryRobot> = [:]
    private var read = 0
    private var sessions: UInt64 = 0
    private(set) var placed: [String: [(store: Int, quantity: UInt32)]] = [:]
    private var names: [String] = []
    private(set) var cancelAsked: Set<String> = []
    /// Whether things still go wrong.
    var faulty = true

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        for index in 0..<Int.random(in: 2...6, using: &random) {
            let capacity = index == 0 ? 12 : UInt32.random(in: 3...12, using: &random)
            robots["b-\(index)"] = HistoryRobot(id: "b-\(index)", capacity: capacity)
            open("b-\(index)")
        }
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private mutating func pick<C: RandomAccessCollection>(_ all: C) -> C.Element? { all.randomElement(using: &random) }

    mutating func step() {
        pass(Int64.random(in: 1...2_000, using: &random))
        if faulty {
            misfortune()
            if chance(1) { for _ in 0..<Int.random(in: 10...100, using: &random) { pass(9_000) } }
        }
        for id in robots.keys.shuffled(using: &random).prefix(2) { act(id) }
        depot.dispatch()
        deliverDirectives()
    }

    /// Time passes; whoever can be heard is.
    private mutating func pass(_ milliseconds: Int64) {
        depot.now += milliseconds
        depot.liveness.advance(to: depot.now)
        for robot in robots.values where robot.isReachable { depot.liveness.heard(robot.id) }
        depot.record(depot.core.judge(depot.liveness, now: depot.now))
        depot.dispatch()
    }

    mutating func order() {
        let id = "o-\(placed.count)"
        var lines: [(store: Int, quantity: UInt32)] = []
        for store in 0..<Int.random(in: 1...5, using: &random) {
            lines.append((store, UInt32.random(in: 1...6, using: &random)))
        }
        placed[id] = lines
        names.append(id)
        depot.place(id, lines)
        if !chance(10) { depot.take(.orderApproved(.init(orderID: id))) }
    }

    /// The faults stop: what was placed and not approved yet is approved, and every robot can be heard.
    mutating func heal() {
        faulty = false
        for id in names { depot.take(.orderApproved(.init(orderID: id))) }
        for id in Array(robots.keys) {
            robots[id]?.isMute = false
            if robots[id]?.online == false { open(id) }
            depot.staff { core, _ in try core.register(.init(botID: id)) }
            depot.staff { core, _ in try core.resume(.init(botID: id)) }
        }
    }

    /// What is not over yet, in a few words: the lists with their tasks, and what the robots are at.
    var unfinished: [String] {
        let core = depot.core
        let lists = core.lists.values.filter { !$0.hasEnded }.map { list in
            let tasks = list.taskIDs.compactMap { core.tasks[$0] }.filter { !$0.hasEnded }
            return "\(list.id) \(list.state): "
                + tasks.map { "\($0.id) \($0.state.word) of \($0.sizeUnits) units" }.joined(separator: ", ")
        }
        if lists.isEmpty { return [] }
        return lists
            + core.bots.values.map { bot in
                "\(bot.id) \(bot.state.word), \(bot.capacityUnits) units, \(bot.batteryPercent) %, \(bot.dockID)"
            }
    }

    /// How many products of a list are in several of its tasks.
    var sharedProducts: Int {
        depot.core.lists.values.reduce(0) { total, list in
            var tasks: [String: Int] = [:]
            for id in list.taskIDs {
                let items = depot.core.tasks[id]?.stops.flatMap(\.wanted.items) ?? []
                for product in Set(items.map(\.productID)) { tasks[product, default: 0] += 1 }
            }
            return total + tasks.values.count { $0 > 1 }
        }
    }

    // MARK: What goes wrong

    private mutating func misfortune() {
        if chance(3), names.count < 60 { order() }
        if chance(1), let id = pick(names) {
            cancelAsked.insert(id)
            depot.take(.orderCancelRequested(.init(orderID: id, reason: "test")))
        }
        if chance(2), let id = pick(robots.keys) { close(id) }
        if chance(10), let id = pick(robots.keys), robots[id]?.online == false { open(id) }
        // Connected, and not a word of it comes through.
        if chance(2), let id = pick(robots.keys) { robots[id]?.isMute = true }
        if chance(8), let id = pick(robots.keys) { robots[id]?.isMute = false }
        if chance(1) {
            depot.take(.gatewayStarted(.init(life: 2)))
            for id in Array(robots.keys) { robots[id]?.online = false }
        }
        // A report that came twice under two numbers, or of a task that is over.
        if chance(3), let id = pick(robots.keys), let last = robots[id]?.last { depot.report(id, last) }
        if chance(1), let id = pick(robots.keys) { robots[id]?.forget() }
        if chance(2) { restart() }
        if chance(4), let id = pick(robots.keys) { staffAct(on: id) }
    }

    /// Staff do something to a robot or its task, whether that is possible or not.
    private mutating func staffAct(on id: String) {
        let (task, other) = (depot.core.bots[id]?.taskID ?? "", pick(robots.keys) ?? id)
        let queued = depot.core.queued.names.first { _ in true } ?? ""
        switch Int.random(in: 0..<12, using: &random) {
        case 0: depot.staff { core, now in try core.retire(.init(botID: id), now: now) }
        case 1: depot.staff { core, now in try core.retire(.init(botID: id, atOnce: true), now: now) }
        case 2: depot.staff { core, now in try core.declareLost(.init(botID: id), now: now) }
        case 3, 4, 5: depot.staff { core, _ in try core.register(.init(botID: id)) }
        case 6: depot.staff { core, _ in try core.pause(.init(botID: id)) }
        case 7, 8: depot.staff { core, _ in try core.resume(.init(botID: id)) }
        case 9: depot.staff { core, now in try core.reassign(.init(taskID: task), now: now).events }
        case 10: depot.staff { core, now in try core.reassign(.init(taskID: task, botID: other), now: now).events }
        default: depot.staff { core, _ in try core.assign(.init(taskID: queued, botID: id)) }
        }
    }

    private mutating func restart() {
        depot.core = DepotCore(depot.core.record)
        depot.liveness = Liveness(now: depot.now)
        depot.record(depot.core.renewCustody())
    }

    private mutating func open(_ id: String) {
        sessions += 1
        robots[id]?.online = true
        depot.connect(id, session: sessions, capacity: robots[id]?.capacity ?? 1)
    }

    private mutating func close(_ id: String) {
        guard robots[id]?.online == true, let session = depot.core.bots[id]?.session else { return }
        robots[id]?.online = false
        depot.take(.sessionClosed(.init(botID: id, session: session, why: "test")))
    }

    // MARK: Robots

    private mutating func deliverDirectives() {
        while read < depot.log.count {
            if case .directiveIssued(let issued) = depot.log[read].event, let message = issued.message {
                robots[issued.botID]?.directives.append(message)
            }
            read += 1
        }
    }

    /// A robot does its next thing. One that cannot be reached works on, and says it later.
    private mutating func act(_ id: String) {
        guard var robot = robots[id] else { return }
        if robot.isReachable {
            for body in robot.takeUnsaid() { say(body, &robot) }
            if robot.isAmnesic { robot.remind(depot.core.bots[id]?.taskID ?? "") }
            if !robot.directives.isEmpty {
                let directive = robot.directives.removeFirst()
                for body in robot.follow(directive, faulty: faulty, &random) { say(body, &robot) }
                robots[id] = robot
                return
            }
        }
        if let body = robot.work(faulty: faulty, &random) {
            if robot.isReachable { say(body, &robot) } else { robot.unsaid.append(body) }
        }
        robots[id] = robot
    }

    private mutating func say(_ body: BotsV1.FromBot.Body, _ robot: inout HistoryRobot) {
        robot.last = body
        if let rejection = depot.report(robot.id, body).rejection { robot.rejected(body, rejection) }
    }
}
