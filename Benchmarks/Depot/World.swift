import Depot
import Kernel
import Messages

/// The depot's core with a clock, fed as the service loop feeds it but with no log.
struct World {
    var core = DepotCore()
    var now: Int64 = 1_750_000_000_000
    private(set) var events = 0
    private var position: UInt64 = 0
    private var reports: UInt64 = 0
    var random: Generator

    init(seed: UInt64) { random = Generator(state: seed) }

    mutating func record(_ kinds: [DepotV1.Event.Kind]) {
        for kind in kinds { record(DepotV1.Event(kind: kind)) }
    }

    mutating func record(_ event: DepotV1.Event) {
        position += 1
        events += 1
        core.evolve(
            event, EventStamp(position: position, stream: "", version: position, time: Timestamp(unixMs: now)))
    }

    mutating func take(_ kind: StoresV1.Event.Kind) { record(core.react(to: StoresV1.Event(kind: kind))) }
    mutating func take(_ kind: OrdersV1.Event.Kind) { record(core.react(to: OrdersV1.Event(kind: kind))) }
    mutating func take(_ kind: BotsV1.Event.Kind) { record(core.react(to: BotsV1.Event(kind: kind))) }

    mutating func report(_ bot: String, _ body: BotsV1.FromBot.Body) {
        reports += 1
        take(
            .reportReceived(.init(botID: bot, session: 1, journal: "j", report: .init(report: reports, body: body))))
    }

    /// What is due now, recorded.
    @discardableResult
    mutating func dispatch() -> Int {
        let due = core.due(Timestamp(unixMs: now))
        for new in due { record(new.event) }
        return due.count
    }

    // MARK: Robots and orders

    mutating func connect(_ bot: String, capacity: UInt32) {
        take(.sessionOpened(.init(botID: bot, session: 1, journal: "j", model: "m-1", capacityUnits: capacity)))
    }

    mutating func ask(_ bot: String, battery: UInt32? = nil) {
        let place = BenchMall.place(ofNode: random.next(below: BenchMall.nodes))
        let battery = battery ?? 40 + UInt32(random.next(below: 60))
        report(bot, .taskRequest(.init(capacityUnits: 0, place: place, batteryPercent: battery, rangeMm: 0)))
    }

    /// An order of one to so many stops, of one unit to three each; one task, as robots carry more.
    mutating func order(_ id: String, stops: Int? = nil, units: UInt32? = nil) {
        let count = stops ?? 1 + random.next(below: 5)
        let first = random.next(below: BenchMall.stores)
        let lines = (0..<count).map { index in
            let store = (first + index * 37) % BenchMall.stores
            return OrdersV1.Line(
                storeID: "s-\(store)", storeName: "Store", productID: "p-\(store)", name: "Product",
                quantity: units ?? 1 + UInt32(random.next(below: 3)), sizeUnits: 1)
        }
        take(.orderPlaced(.init(orderID: id, lines: lines)))
        take(.orderApproved(.init(orderID: id)))
    }
}

/// SplitMix64: the same numbers everywhere. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", 2014.
struct Generator {
    var state: UInt64

    mutating func next(below bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }
}
