import Messages
import Testing

@testable import WireServices

/// The health board as a value: what is known, what follows from it, and who is told.
@Suite struct HealthBoardTests {
    private static let orders = "mall.v1.OrdersService"
    private static let depot = "mall.v1.DepotService"

    @Test func aServiceThatIsKnownFromTheBeginningDoesNotServeYet() {
        let board = HealthBoard(services: [Self.orders])
        #expect(board.status(of: Self.orders) == .notServing)
        #expect(board.status(of: "") == .notServing)
        #expect(board.status(of: Self.depot) == nil)
    }

    struct Case: CustomTestStringConvertible {
        var orders: Bool?
        var depot: Bool?
        var drains = false
        var whole: HealthV1.ServingStatus
        var testDescription: String { "orders \(orders as Any), depot \(depot as Any), drains \(drains)" }
    }

    @Test(arguments: [
        Case(whole: .serving),
        Case(orders: true, whole: .serving),
        Case(orders: false, whole: .notServing),
        Case(orders: true, depot: true, whole: .serving),
        Case(orders: true, depot: false, whole: .notServing),
        Case(orders: false, depot: false, whole: .notServing),
        Case(orders: true, depot: true, drains: true, whole: .notServing),
        Case(drains: true, whole: .notServing),
    ])
    func theServerServesWhileAllOfItsServicesDo(_ each: Case) {
        var board = HealthBoard()
        if let serving = each.orders { _ = board.set(Self.orders, serving: serving) }
        if let serving = each.depot { _ = board.set(Self.depot, serving: serving) }
        if each.drains { _ = board.drain() }
        #expect(board.status(of: "") == each.whole)
        func expected(_ serving: Bool?) -> HealthV1.ServingStatus? {
            serving.map { $0 && !each.drains ? .serving : .notServing }
        }
        #expect(board.status(of: Self.orders) == expected(each.orders))
        #expect(board.status(of: Self.depot) == expected(each.depot))
    }

    @Test func watchersAreToldWhatChangesForThem() {
        var board = HealthBoard(services: [Self.orders, Self.depot])
        let whole = board.watch("")
        let orders = board.watch(Self.orders)
        let unknown = board.watch("mall.v1.NewService")
        #expect([whole, orders, unknown].map(\.status) == [.notServing, .notServing, .serviceUnknown])

        func told(_ news: [HealthBoard.News]) -> [String] {
            let names = [whole.watcher: "whole", orders.watcher: "orders", unknown.watcher: "new"]
            return news.map { "\(names[$0.watcher] ?? "?") \($0.status)" }
        }
        #expect(told(board.set(Self.orders, serving: true)) == ["orders serving"])
        #expect(told(board.set(Self.orders, serving: true)) == [])
        #expect(told(board.set(Self.depot, serving: true)) == ["whole serving"])
        #expect(told(board.set("mall.v1.NewService", serving: true)) == ["new serving"])
        #expect(told(board.set(Self.orders, serving: false)) == ["whole notServing", "orders notServing"])
        #expect(told(board.set(Self.depot, serving: false)) == [])
        board.end(orders.watcher)
        #expect(told(board.set(Self.orders, serving: true)) == [])
        #expect(told(board.set(Self.depot, serving: true)) == ["whole serving"])
        #expect(told(board.drain()) == ["whole notServing", "new notServing"])
    }

    @Test func aServerThatDrainsServesNothingAnyMore() {
        var board = HealthBoard()
        _ = board.set(Self.orders, serving: true)
        _ = board.drain()
        #expect(board.drain() == [])
        let late = board.watch(Self.orders)
        #expect(late.status == .notServing)
        #expect(board.set(Self.orders, serving: true) == [])
        #expect(board.status(of: Self.orders) == .notServing)
        // What becomes known now is told, as not serving.
        let unknown = board.watch(Self.depot)
        #expect(unknown.status == .serviceUnknown)
        #expect(board.set(Self.depot, serving: true).map(\.status) == [.notServing])
    }

    /// Whatever happens, the last that a watcher was told is the state, and nobody is told the same twice in a row.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func whatWatchersWereToldLastIsSo(_ seed: UInt64) {
        var random = Lottery(state: seed)
        let names = ["", "a.v1.A", "a.v1.B", "a.v1.C", "a.v1.D"]
        var board = HealthBoard(services: ["a.v1.A"])
        var told: [HealthBoard.Watcher: (service: String, status: HealthV1.ServingStatus)] = [:]
        for _ in 0..<200 {
            var news: [HealthBoard.News] = []
            switch random.next() % 20 {
            case 0..<6:
                let service = names[Int(random.next() % 5)]
                let first = board.watch(service)
                #expect(told[first.watcher] == nil)
                told[first.watcher] = (service, first.status)
            case 6..<8:
                if let watcher = told.keys.sorted().first {
                    board.end(watcher)
                    told[watcher] = nil
                }
            case 8 where random.next() % 10 == 0: news = board.drain()
            default: news = board.set(names[1 + Int(random.next() % 4)], serving: random.next() % 2 == 0)
            }
            #expect(news.map(\.watcher) == news.map(\.watcher).sorted())
            for each in news {
                #expect(told[each.watcher]?.status != each.status)
                told[each.watcher]?.status = each.status
            }
            for (service, status) in told.values { #expect(status == board.status(of: service) ?? .serviceUnknown) }
        }
    }
}

/// Numbers that depend on the seed only: a linear congruential generator with Knuth's constants.
struct Lottery {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
}
