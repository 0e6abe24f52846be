import APIs
import Kernel
import Logging
import Messages
import OrderedCollections
import Testing
import Wire

@testable import Depot

/// A service that records what a test says: it stands for Stores, Orders and the gateway.
private struct Teller<Event: EventMessage>: ServiceCore {
    static var serviceName: String {
        switch Event.self {
        case is StoresV1.Event.Type: "stores"
        case is OrdersV1.Event.Type: "orders"
        default: "gateway"
        }
    }

    init() {}
    init(snapshot: [UInt8]) {}
    func snapshot() -> [UInt8] { [] }
    mutating func evolve(_ event: Event, _ stamp: EventStamp) {}
}

/// The logs of a mall in memory, with a depot at work on them.
private struct Mall: Sendable {
    let clock = ManualClock()
    let stream = EventStream()
    let log = InMemoryEventLog(name: "depot")
    let stores: ServiceLoop<Teller<StoresV1.Event>>
    let orders: ServiceLoop<Teller<OrdersV1.Event>>
    let gateway: ServiceLoop<Teller<BotsV1.Event>>

    init() throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        stores = try ServiceLoop(log: InMemoryEventLog(name: "stores"), stream: stream, clock: clock, logger: logger)
        orders = try ServiceLoop(log: InMemoryEventLog(name: "orders"), stream: stream, clock: clock, logger: logger)
        gateway = try ServiceLoop(log: InMemoryEventLog(name: "gateway"), stream: stream, clock: clock, logger: logger)
    }

    func depot(mall: DepotV1.Mall = TestMall.grid(4, 4)) throws -> DepotService {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return try DepotService(log: log, stream: stream, clock: clock, mall: mall, logger: logger)
    }

    /// Runs a depot while `body` does, and stops it.
    func with(_ depot: DepotService, _ body: () async throws -> Void) async throws {
        let running = Task { try await depot.run() }
        do {
            try await body()
        } catch {
            depot.stop()
            throw error
        }
        depot.stop()
        try await running.value
    }

    /// Runs the other services while `body` does.
    func open(_ body: () async throws -> Void) async throws {
        let running = [
            Task { [stores] in try await stores.run() }, Task { [orders] in try await orders.run() },
            Task { [gateway] in try await gateway.run() },
        ]
        defer {
            stores.stop()
            orders.stop()
            gateway.stop()
            _ = running
        }
        try await body()
    }

    func tell(_ kind: StoresV1.Event.Kind) async throws {
        try await stores.decide { _, _ in Decision([NewEvent("test", StoresV1.Event(kind: kind))]) }
    }

    func tell(_ kind: OrdersV1.Event.Kind) async throws {
        try await orders.decide { _, _ in Decision([NewEvent("test", OrdersV1.Event(kind: kind))]) }
    }

    func tell(_ kind: BotsV1.Event.Kind) async throws {
        try await gateway.decide { _, _ in Decision([NewEvent("test", BotsV1.Event(kind: kind))]) }
    }

    func report(_ number: UInt64, _ body: BotsV1.FromBot.Body) async throws {
        try await tell(
            .reportReceived(.init(botID: "b", session: 1, journal: "j", report: .init(report: number, body: body))))
    }

    /// The names of Depot's events.
    func names() throws -> [String] { try log.read(after: 0, limit: 10_000).map(\.type) }
}

/// Asks until the answer is right; the suite's time limit is the deadline.
private func until(_ isRight: () async throws -> Bool) async throws {
    while try await !isRight() { try await Task.sleep(for: .milliseconds(2)) }
}

@Suite(.timeLimit(.minutes(1))) struct ServiceTests {
    @Test func aWrongMallIsRefusedByName() {
        var mall = TestMall.grid(2, 2)
        mall.docks[0].node = "nowhere"
        #expect(throws: MallError("docks[0] \"d-0\"", "there is no node 'nowhere'")) {
            try DepotService(
                log: InMemoryEventLog(name: "depot"), stream: EventStream(), mall: mall, logger: Logger(label: "test"))
        }
    }

    @Test func anOrderIsFetchedAcrossARestart() async throws {
        let mall = try Mall()
        let context = CallContext()
        try await mall.open {
            let first = try mall.depot()
            try await mall.with(first) {
                try await mall.tell(
                    .storeCreated(.init(store: .init(storeID: "s-0", name: "Store", node: "n-2-0"))))
                try await until { try mall.names().contains("StoreLocated") }
                try await mall.tell(.sessionOpened(.init(botID: "b", session: 1, journal: "j", capacityUnits: 9)))
                try await mall.report(
                    1, .taskRequest(.init(capacityUnits: 9, place: TestMall.place(0, 0), batteryPercent: 90)))
                let line = OrdersV1.Line(storeID: "s-0", productID: "p", quantity: 2, sizeUnits: 1)
                try await mall.tell(.orderPlaced(.init(orderID: "o", lines: [line])))
                try await mall.tell(.orderApproved(.init(orderID: "o")))
                try await until { try mall.names().contains("DirectiveIssued") }
                let task = try await first.getTask(.init(taskID: "o/1"), context: context)
                #expect(task.state == .assigned && task.botID == "b" && task.epoch == 1)
                let error = await #expect(throws: ServiceError.self) {
                    try await first.assignTask(.init(taskID: "o/1", botID: "b"), context: context)
                }
                #expect(error?.code == .failedPrecondition)
                try await mall.report(2, .taskAccepted(.init(taskID: "o/1", epoch: 1)))
                try await mall.report(3, .taskAccepted(.init(taskID: "o/1", epoch: 9)))
                try await until { try mall.names().contains("ReportRejected") }
            }

            // While the depot is down the robot goes on.
            try await mall.report(4, .stopReached(.init(taskID: "o/1", epoch: 1, storeID: "s-0")))
            let pick = BotsV1.ItemPicked(taskID: "o/1", epoch: 1, storeID: "s-0", productID: "p", quantity: 2)
            try await mall.report(5, .itemPicked(pick))
            try await mall.report(6, .taskDelivered(.init(taskID: "o/1", epoch: 1)))
            let second = try mall.depot()
            try await mall.with(second) {
                try await until { try mall.names().contains("ListReady") }
                let list = try await second.getShoppingList(.init(listID: "o"), context: context)
                #expect(list.state == .ready && list.taskIds == ["o/1"])
                let bots = try await second.listBots(.init(), context: context).bots
                #expect(bots.map(\.botID) == ["b"] && bots[0].tasksDelivered == 1 && bots[0].state == .idle)
                #expect(try await second.getMall(.init(), context: context) == TestMall.grid(4, 4))
            }
            let names = try mall.names()
            for name in ["MallOpened", "TaskAssigned", "TaskAccepted", "ItemPicked", "TaskDelivered", "ListReady"] {
                #expect(names.count { $0 == name } == 1, "\(name)")
            }
        }
    }

    @Test func aRobotThatNoGatewayHearsLosesItsLease() async throws {
        let mall = try Mall()
        try await mall.open {
            let depot = try mall.depot()
            try await mall.with(depot) {
                try await mall.tell(
                    .storeCreated(.init(store: .init(storeID: "s-0", name: "Store", node: "n-2-0"))))
                try await until { try mall.names().contains("StoreLocated") }
                let line = OrdersV1.Line(storeID: "s-0", productID: "p", quantity: 1, sizeUnits: 1)
                try await mall.tell(.orderPlaced(.init(orderID: "o", lines: [line])))
                try await mall.tell(.orderApproved(.init(orderID: "o")))
                for bot in ["b", "c"] {
                    try await mall.tell(.sessionOpened(.init(botID: bot, session: 1, journal: "j", capacityUnits: 9)))
                }
                try await until { try mall.names().count { $0 == "BotOnline" } == 2 }
                try await mall.report(1, .taskRequest(.init(place: TestMall.place(0, 0), batteryPercent: 90)))
                try await until { try mall.names().contains("TaskAssigned") }
                // Two minutes in which only "b" is heard of.
                for _ in 0..<24 {
                    _ = try await depot.reportAlive(.init(bots: [.init(botID: "b")]), context: CallContext())
                    mall.clock.advance(by: .seconds(5))
                    try await Task.sleep(for: .milliseconds(5))
                }
                try await until { try mall.names().contains("BotSilent") }
                #expect(try await depot.getTask(.init(taskID: "o/1"), context: CallContext()).botID == "b")
                #expect(try await depot.getBot(.init(botID: "c"), context: CallContext()).online == false)
                // Then nobody is.
                try await until {
                    mall.clock.advance(by: .seconds(1))
                    return try mall.names().contains("TaskRequeued")
                }
                _ = try await depot.reportAlive(.init(bots: [.init(botID: "b")]), context: CallContext())
                try await until {
                    mall.clock.advance(by: .seconds(1))
                    return try mall.names().contains("BotHeard")
                }
            }
        }
    }

    @Test func anotherMallIsOpenedInPlaceOfTheLogs() async throws {
        let mall = try Mall()
        for size in [3, 3, 4] {
            let depot = try mall.depot(mall: TestMall.grid(size, size))
            try await mall.with(depot) {
                try await until {
                    try await depot.getMall(.init(), context: CallContext()) == TestMall.grid(size, size)
                }
            }
        }
        #expect(try mall.names() == ["MallOpened", "MallOpened"])
    }

    @Test func listsAndTasksComeInPages() async throws {
        let mall = try Mall()
        let context = CallContext()
        try await mall.open {
            let depot = try mall.depot()
            try await mall.with(depot) {
                try await mall.tell(
                    .storeCreated(.init(store: .init(storeID: "s-0", name: "Store", node: "n-2-0"))))
                try await until { try mall.names().contains("StoreLocated") }
                let line = OrdersV1.Line(storeID: "s-0", productID: "p", quantity: 1, sizeUnits: 1)
                for order in 0..<5 {
                    try await mall.tell(.orderPlaced(.init(orderID: "o-\(order)", lines: [line])))
                    if order != 2 { try await mall.tell(.orderApproved(.init(orderID: "o-\(order)"))) }
                }
                try await until { try mall.names().count { $0 == "TaskQueued" } == 4 }
                var ids: [String] = []
                var token = ""
                repeat {
                    let page = try await depot.listShoppingLists(
                        .init(states: [.available], pageSize: 3, pageToken: token), context: context)
                    #expect(page.lists.count <= 3)
                    ids += page.lists.map(\.listID)
                    token = page.nextPageToken
                } while !token.isEmpty
                #expect(ids == ["o-0", "o-1", "o-3", "o-4"])
                let tasks = try await depot.listTasks(.init(), context: context)
                #expect(tasks.tasks.map(\.taskID) == ["o-0/1", "o-1/1", "o-3/1", "o-4/1"])
                #expect(tasks.nextPageToken == "")
                let canceled = try await depot.cancelList(.init(listID: "o-1"), context: context)
                #expect(canceled.state == .canceled)
                let again = try await depot.cancelList(.init(listID: "o-1"), context: context)
                #expect(again.state == .canceled)
                try await expect(.invalidArgument) {
                    _ = try await depot.listTasks(.init(pageToken: "x"), context: context)
                }
                try await expect(.notFound) { _ = try await depot.getTask(.init(taskID: "x"), context: context) }
                try await expect(.notFound) { _ = try await depot.getBot(.init(botID: "x"), context: context) }
                try await expect(.notFound) { _ = try await depot.cancelList(.init(listID: "x"), context: context) }
            }
        }
    }

    private func expect(_ code: WireV1.Code, _ body: () async throws -> Void) async throws {
        let error = await #expect(throws: ServiceError.self) { try await body() }
        #expect(error?.code == code)
    }
}
