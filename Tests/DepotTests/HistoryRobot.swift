import Kernel
import Messages

/// A robot of `HistoryFleet`: it keeps to docs/robots.md, and has bad luck.
struct HistoryRobot {
    let id: String
    let capacity: UInt32
    var online = false
    /// Nothing of it is heard, though it has a session.
    var isMute = false
    private var asked = false
    private var isPaused = false
    private var battery: UInt32 = 100
    var directives: [BotsV1.ToBot] = []
    private var task: BotsV1.AssignTask?
    /// What it will say of its task, in order.
    private var script: [BotsV1.FromBot.Body] = []
    /// What it said last, to say again.
    var last: BotsV1.FromBot.Body?
    /// What it could not say yet.
    var unsaid: [BotsV1.FromBot.Body] = []
    /// The task that it got last: the gateway tells one without a memory again.
    private var remembered: BotsV1.AssignTask?
    private(set) var isAmnesic = false

    init(id: String, capacity: UInt32) {
        self.id = id
        self.capacity = capacity
    }

    var isReachable: Bool { online && !isMute }

    mutating func takeUnsaid() -> [BotsV1.FromBot.Body] {
        defer { unsaid = [] }
        return unsaid
    }

    /// Its storage is lost.
    mutating func forget() {
        (task, script, unsaid, asked, isAmnesic) = (nil, [], [], false, true)
    }

    /// A gateway sends the task that the robot holds again.
    mutating func remind(_ held: String) {
        isAmnesic = false
        if let remembered, remembered.taskID == held {
            directives.insert(.init(directive: 1, body: .assignTask(remembered)), at: 0)
        }
    }

    /// One of its reports changed nothing.
    mutating func rejected(_ body: BotsV1.FromBot.Body, _ code: BotsV1.RejectionCode) {
        if case .taskRequest = body { asked = false }
        guard let task, let about = body.task, about == (task.taskID, task.epoch) else { return }
        if code == .staleEpoch || code == .unknownTask { drop() }
    }

    private mutating func drop() { (task, script) = (nil, []) }

    mutating func follow(
        _ message: BotsV1.ToBot, faulty: Bool, _ random: inout SeededGenerator
    ) -> [BotsV1.FromBot.Body] {
        func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
        switch message.body {
        case .assignTask(let new):
            asked = false
            remembered = new
            if let task, (task.taskID, task.epoch) == (new.taskID, new.epoch) { return [] }
            battery = battery > 25 ? battery - 10 : battery / 2
            if (task != nil && task?.taskID != new.taskID) || (faulty && chance(15)) {
                return [.taskDeclined(.init(taskID: new.taskID, epoch: new.epoch, reason: "test"))]
            }
            task = new
            script = Self.script(new, faulty: faulty, &random)
            return []
        case .cancelTask(let cancel):
            if let task, (task.taskID, task.epoch) == (cancel.taskID, cancel.epoch) { drop() }
            return [
                .taskAbandoned(
                    .init(taskID: cancel.taskID, epoch: cancel.epoch, reason: "cancelled", returned: chance(80)))
            ]
        case .goCharge:
            battery = 100
            asked = false
            return []
        case .pause:
            isPaused = true
            return [.paused(.init())]
        case .resume:
            isPaused = false
            return [.resumed(.init())]
        default: return []
        }
    }

    mutating func work(faulty: Bool, _ random: inout SeededGenerator) -> BotsV1.FromBot.Body? {
        if isPaused { return nil }
        guard let task else { return ask(&random) }
        if faulty, Int.random(in: 0..<100, using: &random) < 4 {
            drop()
            return .taskAbandoned(
                .init(taskID: task.taskID, epoch: task.epoch, reason: "stuck", returned: Bool.random(using: &random)))
        }
        let next = script.removeFirst()
        if script.isEmpty { drop() }
        return next
    }

    private mutating func ask(_ random: inout SeededGenerator) -> BotsV1.FromBot.Body? {
        if asked { return nil }
        asked = true
        let place = TestMall.place(Int.random(in: 0..<7, using: &random), Int.random(in: 0..<7, using: &random))
        return .taskRequest(
            .init(capacityUnits: 0, place: place, batteryPercent: battery, rangeMm: UInt64(battery) * 1_000))
    }

    private static func script(
        _ task: BotsV1.AssignTask, faulty: Bool, _ random: inout SeededGenerator
    ) -> [BotsV1.FromBot.Body] {
        func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
        let (id, epoch) = (task.taskID, task.epoch)
        var script: [BotsV1.FromBot.Body] = [.taskAccepted(.init(taskID: id, epoch: epoch))]
        for stop in task.stops {
            let store = stop.storeID
            script.append(.stopReached(.init(taskID: id, epoch: epoch, storeID: store)))
            for item in stop.items {
                let product = item.productID
                let missing = faulty && chance(15) ? UInt32.random(in: 0...item.quantity, using: &random) : 0
                if missing < item.quantity {
                    script.append(
                        .itemPicked(
                            .init(
                                taskID: id, epoch: epoch, storeID: store, productID: product,
                                quantity: item.quantity - missing)))
                }
                // Sometimes it does not speak of what is missing.
                if missing > 0, !chance(30) {
                    script.append(
                        .itemUnavailable(
                            .init(
                                taskID: id, epoch: epoch, storeID: store, productID: product, quantity: missing,
                                reason: .outOfStock)))
                }
            }
            script.append(.stopDone(.init(taskID: id, epoch: epoch, storeID: store)))
        }
        return script + [.taskDelivered(.init(taskID: id, epoch: epoch))]
    }
}

extension BotsV1.FromBot.Body {
    /// The task and epoch that a report is about.
    var task: (id: String, epoch: UInt64)? {
        switch self {
        case .taskAccepted(let report): (report.taskID, report.epoch)
        case .taskDeclined(let report): (report.taskID, report.epoch)
        case .stopReached(let report): (report.taskID, report.epoch)
        case .itemPicked(let report): (report.taskID, report.epoch)
        case .itemUnavailable(let report): (report.taskID, report.epoch)
        case .stopDone(let report): (report.taskID, report.epoch)
        case .taskDelivered(let report): (report.taskID, report.epoch)
        case .taskAbandoned(let report): (report.taskID, report.epoch)
        case .telemetry, .hello, .taskRequest, .fault, .faultCleared, .paused, .resumed, .goodbye: nil
        }
    }
}
