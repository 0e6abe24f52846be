import Depot
import Foundation
import Kernel
import Logging
import Messages
import NIOCore
import Orders
import Payments
import Stores
import Synchronization
import Testing
import Web
import Wire

@testable import StaffGateway

/// A client in this process: what it says, what it gets, and whether it reads.
private final class TestPeer: Sendable {
    struct Gone: Error {}

    private struct State {
        var client = FoldingClient()
        var objects: [[String: Any]] = []
        var isReading = true
        var closed: UInt16?
    }

    // Safe because what is in the dictionaries is only read, and under the lock.
    private struct Box: @unchecked Sendable { var state = State() }

    private let box = Mutex(Box())
    private let messages: AsyncStream<String>
    private let say: AsyncStream<String>.Continuation
    private let roles: AsyncStream<Audience>
    let role: AsyncStream<Audience>.Continuation

    init() {
        (messages, say) = AsyncStream.makeStream(of: String.self)
        (roles, role) = AsyncStream.makeStream(of: Audience.self)
    }

    var peer: LivePeer {
        LivePeer(
            messages: messages,
            send: { [self] message in
                while !box.withLock({ $0.state.isReading }) { try await Task.sleep(for: .milliseconds(5)) }
                if box.withLock({ $0.state.closed }) != nil { throw Gone() }
                box.withLock {
                    $0.state.client.take(message)
                    $0.state.objects.append(message.object)
                }
            },
            close: { [self] code, _ in
                box.withLock { $0.state.closed = $0.state.closed ?? code }
                say.finish()
            })
    }

    func session(_ audience: Audience) -> LiveSession { LiveSession(audience: audience, changes: roles) }
    func send(_ text: String) { say.yield(text) }
    func hangUp() { say.finish() }
    func read(_ isReading: Bool) { box.withLock { $0.state.isReading = isReading } }

    var client: FoldingClient { box.withLock { $0.state.client } }
    var closed: UInt16? { box.withLock { $0.state.closed } }
    /// What was sent of the events of an order or robot: "orders 12".
    var events: [String] {
        box.withLock { box in
            box.state.objects.flatMap { ($0["data"] as? [String: Any])?["events"] as? [[String: Any]] ?? [] }
                .compactMap { event in
                    guard let service = event["service"], let position = event["position"] else { return nil }
                    return "\(service) \(position)"
                }
        }
    }
    var types: [String] { box.withLock { $0.state.objects.compactMap { $0["type"] as? String } } }
}

/// The services in memory, with the live half of the gateway before them.
private struct TestMall {
    let hub: LiveHub
    let stores: StoresService
    let orders: OrdersService
    let depot: DepotService
    let stream: EventStream

    static func run(_ body: (TestMall) async throws -> Void) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let stream = EventStream()
        func log(_ name: String) -> InMemoryEventLog { InMemoryEventLog(name: name) }
        let stores = try StoresService(log: log("stores"), stream: stream, logger: logger)
        let orders = try OrdersService(log: log("orders"), stream: stream, logger: logger)
        let payments = try PaymentsService(log: log("payments"), stream: stream, logger: logger)
        let plan = DepotV1.Mall(
            name: "Test", floors: [DepotV1.Floor(number: 0, name: "Ground", widthMm: 20_000, depthMm: 20_000)],
            nodes: [
                DepotV1.Node(id: "depot", place: TypesV1.Place(floor: 0, xMm: 0, yMm: 0)),
                DepotV1.Node(id: "n1", place: TypesV1.Place(floor: 0, xMm: 9_000, yMm: 0)),
            ],
            edges: [DepotV1.Edge(from: "depot", to: "n1", lengthMm: 9_000)],
            docks: [DepotV1.Dock(id: "d1", node: "depot")], depotNode: "depot")
        let depot = try DepotService(log: log("depot"), stream: stream, mall: plan, logger: logger)
        let hub = LiveHub(
            services: LiveHub.Services(
                stores: stores, orders: orders, payments: payments, depot: depot, events: stream, robots: .none),
            life: "life", logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await stores.run() }
            tasks.addTask { try await orders.run() }
            tasks.addTask { try await payments.run() }
            tasks.addTask { try await depot.run() }
            let gateway = Task { await hub.run() }
            defer {
                gateway.cancel()
                stores.stop()
                orders.stop()
                payments.stop()
                depot.stop()
            }
            let mall = TestMall(hub: hub, stores: stores, orders: orders, depot: depot, stream: stream)
            try await mall.seed()
            try await body(mall)
        }
    }

    private func seed() async throws {
        let context = CallContext()
        _ = try await stores.createStore(
            StoresV1.CreateStoreRequest(
                storeID: "bakery", name: "Bakery", category: "Food", node: "n1",
                place: TypesV1.Place(floor: 0, xMm: 9_000, yMm: 0), participating: true), context: context)
        _ = try await stores.addProduct(
            StoresV1.AddProductRequest(
                storeID: "bakery", productID: "bread", name: "Bread",
                price: TypesV1.Money(minorUnits: 250, currencyCode: "EUR"), stock: 1_000, sizeUnits: 1),
            context: context)
        for number in 0..<3 {
            _ = try await depot.registerBot(
                DepotV1.RegisterBotRequest(botID: "b-\(number)", model: "m", capacityUnits: 10), context: context)
        }
    }

    /// An order, checked out.
    func order() async throws -> String {
        let context = CallContext()
        var basket = try await orders.startBasket(OrdersV1.StartBasketRequest(kioskID: "k"), context: context)
        let id = basket.orderID
        // The store and its product reach Orders by its log.
        try await eventually("the product at Orders") {
            do {
                basket = try await orders.addItem(
                    OrdersV1.AddItemRequest(orderID: id, productID: "bread", quantity: 1), context: context)
                return true
            } catch { return false }
        }
        _ = try await orders.checkout(OrdersV1.CheckoutRequest(orderID: id), context: context)
        return id
    }

    func connect(_ peer: TestPeer, _ audience: Audience = .clerk) -> Task<Void, Never> {
        Task { await hub.serve(peer.peer, peer.session(audience)) }
    }

    /// The events of an order that the logs have: "orders 12".
    func recorded(_ id: String) async throws -> Set<String> {
        Set(try await TimelineReader(events: stream).order(id).map { "\($0.service) \($0.position)" })
    }
}

private func eventually(_ what: String, _ check: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(20)
    while try await !check() {
        guard ContinuousClock.now < end else { throw TestFailure(what: what) }
        try await Task.sleep(for: .milliseconds(5))
    }
}

private struct TestFailure: Error { var what: String }

@Suite(.timeLimit(.minutes(2)))
struct LiveHubTests {
    @Test func everyTopicBeginsAndFollows() async throws {
        try await TestMall.run { mall in
            let page = TestPeer()
            let socket = mall.connect(page)
            for (id, topic) in BoardTopic.allCases.enumerated() {
                page.send(#"{"type":"subscribe","id":\#(id),"topic":"\#(topic.rawValue)","hz":0}"#)
            }
            let id = try await mall.order()
            try await eventually("the order and its list") {
                let things = page.client.things
                return things["orders"]?[id]?.contains("\"approved\"") == true
                    && things["lists"]?[id]?.contains("\"available\"") == true && things["bots"]?.count == 3
                    && things["tasks"]?.keys.contains("\(id)/1") == true
                    && things["products"]?["bread"] != nil && things["stores"]?["bakery"] != nil
            }
            _ = try await mall.depot.declareBotLost(
                DepotV1.DeclareBotLostRequest(botID: "b-1", reason: "test"), context: CallContext())
            try await eventually("the alert") { page.client.things["alerts"]?["lost/b-1"] != nil }
            #expect(page.client.problems.isEmpty)
            page.hangUp()
            await socket.value
        }
    }

    @Test func anOrdersEventsComeOnceEachThroughBreaks() async throws {
        try await TestMall.run { mall in
            let id = try await mall.order()
            var seen: [String] = []
            var position: String?
            var resumed = 0
            for round in 0..<6 {
                let page = TestPeer()
                let socket = mall.connect(page)
                let from = position.map { ",\"from\":\"\($0)\"" } ?? ""
                page.send(#"{"type":"subscribe","id":1,"topic":"order/\#(id)"\#(from)}"#)
                try await eventually("the beginning") { page.client.isWhole }
                // Something happens while it listens, and something while it does not.
                for _ in 0..<2 {
                    _ = try? await mall.orders.handOver(
                        OrdersV1.HandOverRequest(orderID: id, pickupCode: "WRONG\(round)"), context: CallContext())
                }
                if round == 3 {
                    _ = try await mall.orders.cancelOrder(
                        OrdersV1.CancelOrderRequest(orderID: id, reason: "test"), context: CallContext())
                }
                if round % 2 == 1 { try await Task.sleep(for: .milliseconds(30)) }
                page.hangUp()
                await socket.value
                seen += page.events
                position = page.client.position
                resumed += page.client.counts["resumed"] ?? 0
            }
            #expect(resumed == 5)
            let page = TestPeer()
            let socket = mall.connect(page)
            page.send(#"{"type":"subscribe","id":1,"topic":"order/\#(id)","from":"\#(position ?? "")"}"#)
            let recorded = try await mall.recorded(id)
            try await eventually("the rest") { seen.count + page.events.count >= recorded.count }
            seen += page.events
            page.hangUp()
            await socket.value
            #expect(seen.count == Set(seen).count, "none twice")
            #expect(Set(seen) == (try await mall.recorded(id)))
            #expect(seen.contains { $0.hasPrefix("depot") } && seen.contains { $0.hasPrefix("payments") })
        }
    }

    @Test func aRobotIsFollowedInItsLog() async throws {
        try await TestMall.run { mall in
            let page = TestPeer()
            let socket = mall.connect(page)
            page.send(#"{"type":"subscribe","id":1,"topic":"bot/b-0"}"#)
            try await eventually("the beginning") { page.client.isWhole }
            #expect(!page.events.isEmpty, "it was registered")
            let before = page.events.count
            _ = try await mall.depot.pauseBot(
                DepotV1.PauseBotRequest(botID: "b-0", reason: "test"), context: CallContext())
            try await eventually("the pause") { page.events.count > before }
            #expect(page.events.count == Set(page.events).count)
            page.hangUp()
            await socket.value
        }
    }

    @Test(arguments: ["order/o-nobody", "bot/nobody"])
    func whatIsNotThereIsRefused(_ topic: String) async throws {
        try await TestMall.run { mall in
            let page = TestPeer()
            let socket = mall.connect(page)
            page.send(#"{"type":"subscribe","id":1,"topic":"\#(topic)"}"#)
            try await eventually("the refusal") { page.client.problems == ["urn:mallbots:problem:not-found"] }
            page.hangUp()
            await socket.value
        }
    }

    @Test func aSessionThatEndsClosesWithItsCode() async throws {
        try await TestMall.run { mall in
            let page = TestPeer()
            let socket = mall.connect(page)
            page.send(#"{"type":"subscribe","id":1,"topic":"fleet"}"#)
            try await eventually("the beginning") { page.client.isWhole }
            // Also one that takes nothing.
            page.read(false)
            page.role.finish()
            try await eventually("the close") { page.closed != nil }
            page.read(true)
            await socket.value
            #expect(page.closed == 4_401)
        }
    }

    @Test func oneThatTakesNothingHoldsNobodyUpAndMissesNothing() async throws {
        try await TestMall.run { mall in
            let (slow, quick) = (TestPeer(), TestPeer())
            let sockets = [mall.connect(slow), mall.connect(quick)]
            for page in [slow, quick] {
                page.send(#"{"type":"subscribe","id":1,"topic":"stores"}"#)
                try await eventually("the beginning") { page.client.isWhole }
            }
            slow.read(false)
            for stock in UInt32(1)...200 {
                _ = try await mall.stores.setStock(
                    StoresV1.SetStockRequest(productID: "bread", stock: stock), context: CallContext())
            }
            try await eventually("the newest stock") {
                quick.client.things["products"]?["bread"]?.contains("\"stock\":200") == true
            }
            let before = slow.types.count
            slow.read(true)
            try await eventually("the newest stock, late") {
                slow.client.things["products"]?["bread"]?.contains("\"stock\":200") == true
            }
            #expect(slow.types.count - before <= 3, "200 changes were merged")
            #expect(slow.client.things == quick.client.things)
            for page in [slow, quick] { page.hangUp() }
            for socket in sockets { await socket.value }
        }
    }
}
