import Kernel
import Messages
import OrderedCollections

@testable import Depot

/// A whole fleet and its orders against the core, from one seed: robots that decline, abandon, find shelves empty, keep
/// silent, drop their connection and say things again; customers who cancel; a depot that restarts from its snapshot.
struct HistoryFleet {
    var depot = TestDepot(mall: TestMall.grid(7, 7))
    private var random: SeededGenerator
    private var robots: OrderedDictionary<String, Robot> = [:]
    private var read = 0
    private var sessions: UInt64 = 0
    private(set) var placed: [String: [(store: Int, quantity: UInt32)]] = [:]
    private var names: [String] = []
    private(set) var cancelAsked: Set<String> = []
    /// Whether things still go wrong.
    var faulty = true

    struct Robot {
        var id: String
        var capacity: UInt32
        var online = true
        var asked = false
        var battery: UInt32 = 100
        var directives: [BotsV1.ToBot] = []
        var task: BotsV1.AssignTask?
        /// What it will say of its task, in order.
        var script: [BotsV1.FromBot.Body] = []
        /// What it said last, to say again.
        var last: BotsV1.FromBot.Body?
    }

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        for index in 0..<Int.random(in: 2...6, using: &random) {
            let capacity = index == 0 ? 12 : UInt32.random(in: 3...12, using: &random)
            robots["b-\(index)"] = Robot(id: "b-\(index)", capacity: capacity)
            open("b-\(index)")
        }
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private mutating func pick<C: RandomAccessCollection>(_ all: C) -> C.Element? { all.randomElement(using: &random) }

    mutating func step() {
        depot.now += Int64.random(in: 1...2_000, using: &random)
        if faulty { misfortune() }
        for id in robots.keys.shuffled(using: &random).prefix(2) { act(id) }
        depot.dispatch()
        deliverDirectives()
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

    /// What was placed and not approved yet, approved.
    mutating func approveAll() {
        for id in names { depot.take(.orderApproved(.init(orderID: id))) }
    }

    mutating func reconnectAll() {
        for id in Array(robots.keys) where robots[id]?.online == false { open(id) }
    }

    var isQuiet: Bool {
        depot.core.lists.values.allSatisfy { $0.hasEnded }
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
        if chance(1) {
            depot.take(.gatewayStarted(.init(life: 2)))
            for id in Array(robots.keys) { robots[id]?.online = false }
        }
        // A report that came twice under two numbers, or of a task that is over.
        if chance(3), let id = pick(robots.keys), let last = robots[id]?.last { depot.report(id, last) }
        if chance(2) { depot.core = DepotCore(depot.core.record) }
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

    private mutating func act(_ id: String) {
        guard var robot = robots[id], robot.online else { return }
        if !robot.directives.isEmpty {
            follow(robot.directives.removeFirst(), &robot)
        } else if robot.task != nil {
            work(&robot)
        } else if !robot.asked {
            robot.asked = true
            let place = TestMall.place(Int.random(in: 0..<7, using: &random), Int.random(in: 0..<7, using: &random))
            say(
                .taskRequest(
                    .init(
                        capacityUnits: 0, place: place, batteryPercent: robot.battery,
                        rangeMm: UInt64(robot.battery) * 1_000)), &robot)
        }
        robots[id] = robot
    }

    private mutating func say(_ body: BotsV1.FromBot.Body, _ robot: inout Robot) {
        robot.last = body
        depot.report(robot.id, body)
    }

    private mutating func follow(_ message: BotsV1.ToBot, _ robot: inout Robot) {
        switch message.body {
        case .assignTask(let task):
            robot.asked = false
            robot.battery = robot.battery > 25 ? robot.battery - 10 : robot.battery / 2
            if faulty, chance(15) {
                say(.taskDeclined(.init(taskID: task.taskID, epoch: task.epoch, reason: "test")), &robot)
                return
            }
            robot.task = task
            robot.script = script(task)
        case .cancelTask(let cancel):
            robot.asked = false
            if robot.task?.taskID == cancel.taskID { robot.task = nil }
            say(
                .taskAbandoned(
                    .init(taskID: cancel.taskID, epoch: cancel.epoch, reason: "cancelled", returned: chance(80))),
                &robot)
        case .goCharge:
            robot.battery = 100
            robot.asked = false
        default: break
        }
    }

    private mutating func work(_ robot: inout Robot) {
        guard let task = robot.task else { return }
        if faulty, chance(4) {
            robot.task = nil
            say(
                .taskAbandoned(
                    .init(taskID: task.taskID, epoch: task.epoch, reason: "stuck", returned: chance(50))), &robot)
            return
        }
        let next = robot.script.removeFirst()
        if robot.script.isEmpty { robot.task = nil }
        say(next, &robot)
    }

    private mutating func script(_ task: BotsV1.AssignTask) -> [BotsV1.FromBot.Body] {
        var script: [BotsV1.FromBot.Body] = [.taskAccepted(.init(taskID: task.taskID, epoch: task.epoch))]
        for stop in task.stops {
            script.append(.stopReached(.init(taskID: task.taskID, epoch: task.epoch, storeID: stop.storeID)))
            for item in stop.items {
                let missing = faulty && chance(15) ? UInt32.random(in: 0...item.quantity, using: &random) : 0
                if missing < item.quantity {
                    script.append(
                        .itemPicked(
                            .init(
                                taskID: task.taskID, epoch: task.epoch, storeID: stop.storeID,
                                productID: item.productID, quantity: item.quantity - missing)))
                }
                // Sometimes it does not speak of what is missing.
                if missing > 0, !chance(30) {
                    script.append(
                        .itemUnavailable(
                            .init(
                                taskID: task.taskID, epoch: task.epoch, storeID: stop.storeID,
                                productID: item.productID, quantity: missing, reason: .outOfStock)))
                }
            }
            script.append(.stopDone(.init(taskID: task.taskID, epoch: task.epoch, storeID: stop.storeID)))
        }
        return script + [.taskDelivered(.init(taskID: task.taskID, epoch: task.epoch))]
    }
}
