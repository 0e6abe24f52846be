import Kernel
import Messages

@testable import Depot

/// Malls and events for the tests.
enum TestMall {
    /// A grid of `width` by `depth` nodes a metre apart on one floor: "n-0-0" is the depot and, as "d-0", the first
    /// dock; a second dock is in the far corner.
    static func grid(_ width: Int, _ depth: Int, length: (Int) -> UInt32 = { _ in 1_000 }) -> DepotV1.Mall {
        var mall = DepotV1.Mall(
            name: "Grid", floors: [.init(number: 0, name: "Ground", widthMm: 1_000_000, depthMm: 1_000_000)],
            depotNode: "n-0-0")
        for y in 0..<depth {
            for x in 0..<width {
                mall.nodes.append(.init(id: "n-\(x)-\(y)", place: place(x, y)))
                if x > 0 {
                    mall.edges.append(
                        .init(from: "n-\(x - 1)-\(y)", to: "n-\(x)-\(y)", lengthMm: length(mall.edges.count)))
                }
                if y > 0 {
                    mall.edges.append(
                        .init(from: "n-\(x)-\(y - 1)", to: "n-\(x)-\(y)", lengthMm: length(mall.edges.count)))
                }
            }
        }
        mall.docks = [.init(id: "d-0", node: "n-0-0"), .init(id: "d-1", node: "n-\(width - 1)-\(depth - 1)")]
        return mall
    }

    static func place(_ x: Int, _ y: Int) -> TypesV1.Place {
        .init(floor: 0, xMm: Int32(x * 1_000), yMm: Int32(y * 1_000))
    }
}

/// A core with a clock and the log that it would have.
struct TestDepot {
    var core = DepotCore()
    var now: Int64 = 1_000_000
    var log: [(event: DepotV1.Event.Kind, time: Int64)] = []
    /// Who was heard from: only those whom a test names.
    var liveness = Liveness(now: 1_000_000)

    /// An open mall, stores "s-0" to "s-4" along its bottom row after the depot, and their events in the log.
    init(mall: DepotV1.Mall = TestMall.grid(6, 6), stores: Int = 5) {
        record([.mallOpened(.init(mall: mall))])
        for store in 0..<stores {
            take(
                StoresV1.Event(
                    kind: .storeCreated(
                        .init(
                            store: .init(
                                storeID: "s-\(store)", name: "Store \(store)", node: "n-\(store + 1)-0",
                                place: TestMall.place(store + 1, 0))))))
        }
    }

    @discardableResult
    mutating func record(_ events: [DepotV1.Event.Kind]) -> [DepotV1.Event.Kind] {
        for event in events {
            core.apply(DepotV1.Event(kind: event), at: now)
            log.append((event, now))
        }
        return events
    }

    @discardableResult
    mutating func take(_ event: StoresV1.Event) -> [DepotV1.Event.Kind] { record(core.react(to: event)) }

    @discardableResult
    mutating func take(_ kind: OrdersV1.Event.Kind) -> [DepotV1.Event.Kind] {
        record(core.react(to: OrdersV1.Event(kind: kind)))
    }

    @discardableResult
    mutating func take(_ kind: BotsV1.Event.Kind) -> [DepotV1.Event.Kind] {
        record(core.react(to: BotsV1.Event(kind: kind)))
    }

    @discardableResult
    mutating func dispatch() -> [DepotV1.Event.Kind] { record(core.whatIsDue(now: now)) }

    /// What staff ask for, if it is possible.
    mutating func staff(_ command: (DepotCore, Int64) throws -> [DepotV1.Event.Kind]) {
        if let events = try? command(core, now) { record(events) }
    }

    /// Time passes in which only these robots are heard from, and what follows from that is recorded.
    @discardableResult
    mutating func listen(seconds: Double, hearing bots: [String] = []) -> [DepotV1.Event.Kind] {
        let end = now + Int64(seconds * 1_000)
        var events: [DepotV1.Event.Kind] = []
        while now < end {
            now = min(end, now + 5_000)
            liveness.advance(to: now)
            for bot in bots { liveness.heard(bot) }
            events += record(core.judge(liveness, now: now))
        }
        return events
    }

    mutating func connect(_ bot: String, session: UInt64 = 1, capacity: UInt32 = 10) {
        take(.sessionOpened(.init(botID: bot, session: session, journal: "j", model: "m", capacityUnits: capacity)))
    }

    private var reports: UInt64 = 0

    @discardableResult
    mutating func report(_ bot: String, _ body: BotsV1.FromBot.Body) -> [DepotV1.Event.Kind] {
        reports += 1
        return take(
            .reportReceived(.init(botID: bot, session: 1, journal: "j", report: .init(report: reports, body: body))))
    }

    @discardableResult
    mutating func ask(_ bot: String, x: Int = 0, y: Int = 0, battery: UInt32 = 100, range: UInt64 = 0)
        -> [DepotV1.Event.Kind]
    {
        report(
            bot,
            .taskRequest(
                .init(capacityUnits: 0, place: TestMall.place(x, y), batteryPercent: battery, rangeMm: range)))
    }

    /// Places and approves an order: pairs of store number and quantity, product "p-STORE", size 1 each.
    @discardableResult
    mutating func order(_ id: String, _ lines: [(store: Int, quantity: UInt32)]) -> [DepotV1.Event.Kind] {
        place(id, lines) + take(.orderApproved(.init(orderID: id)))
    }

    @discardableResult
    mutating func place(_ id: String, _ lines: [(store: Int, quantity: UInt32)]) -> [DepotV1.Event.Kind] {
        take(
            .orderPlaced(
                .init(
                    orderID: id,
                    lines: lines.map {
                        .init(
                            storeID: "s-\($0.store)", storeName: "Store \($0.store)", productID: "p-\($0.store)",
                            name: "Product", quantity: $0.quantity, sizeUnits: 1)
                    })))
    }

    /// The log's fold, from nothing.
    var replayed: DepotCore {
        var core = DepotCore()
        for (event, time) in log { core.apply(DepotV1.Event(kind: event), at: time) }
        return core
    }
}

extension [DepotV1.Event.Kind] {
    /// The events' names, for comparing.
    var names: [String] { map(\.typeName) }

    /// The first rejection's code.
    var rejection: BotsV1.RejectionCode? {
        for case .reportRejected(let event) in self { return event.rejected?.code }
        return nil
    }
}
