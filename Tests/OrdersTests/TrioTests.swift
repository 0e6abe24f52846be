import Kernel
import Messages
import OrderedCollections
import Testing

@testable import Orders
@testable import Payments
@testable import Stores

/// Random histories of the three cores, with restarts; what must hold holds at the end of each.
struct TrioTests {
    /// Goes on until nothing moves: all ready orders paid in cash and handed over.
    static func finish(_ trio: inout Trio) {
        for _ in 0..<100_000 {
            if trio.deliver() || trio.providerAnswers() || trio.robotWorks() { continue }
            trio.now = trio.now + .seconds(120)
            let open = trio.orderIDs.filter { trio.orders.core.orders[$0]?.hasEnded == false }
            if open.isEmpty { return }
            for id in open {
                trio.pay(id, .cash)
                trio.handOver(id, rightCode: true)
            }
            // Baskets that were never checked out end by themselves.
            trio.takeOrders(trio.orders.core.due(trio.now).map(\.event))
        }
    }

    @Test(arguments: 1...60)
    func eachOrderEndsOnceAndTheMoneyIsRight(seed: UInt64) throws {
        var trio = try Trio(seed: seed)
        for _ in 0..<1_500 {
            switch trio.draw(16) {
            case 0...7: _ = trio.deliver()
            case 8, 9: _ = trio.providerAnswers()
            case 10...12: _ = trio.robotWorks()
            case 13, 14: trio.someoneActs()
            default: if trio.draw(10) == 0 { try trio.someoneRestarts() }
            }
        }
        Self.finish(&trio)

        var ends: [String: Int] = [:]
        for event in trio.orders.log {
            switch event.kind {
            case .basketAbandoned, .orderRejected, .orderCompleted, .orderCanceled:
                ends[event.orderID ?? "", default: 0] += 1
            default: break
            }
        }
        var states: Set<OrdersV1.OrderState> = []
        for id in trio.orderIDs {
            let order = try #require(trio.orders.core.orders[id])
            states.insert(order.view.state)
            #expect(ends[id] == 1, "order \(id) is \(order.stateName)")
            let account = trio.payments.core.accounts[id] ?? Account(orderID: id)
            let kept = account.captured - account.refunded
            #expect(kept == (order.view.state == .completed ? order.view.total?.minorUnits : 0), "money of \(id)")
            if account.method == .card {
                #expect(account.captured == trio.captured[id] && account.refunded == trio.refunded[id] ?? 0)
            } else {
                #expect(trio.captured[id] == nil, "a card was charged for \(id) and nobody knows")
            }
            #expect(account.requests.isEmpty && account.consequence == nil, "something is left to do for \(id)")
            #expect(!account.holds.contains { $0.state == .authorized || $0.state == .pending })
        }
        #expect(states.count >= 3, "a history in which little happens proves little")
        try conserves(trio)
    }

    /// Every unit is on the shelf or handed over; and each core is what its snapshot gives.
    private func conserves(_ trio: Trio) throws {
        for product in Trio.products {
            let handedOver = trio.orders.core.orders.values.filter { $0.view.state == .completed }
                .compactMap { $0.line(product)?.delivered }.reduce(0, +)
            let stock = try trio.stores.core.product(product).stock
            #expect(stock + handedOver == Trio.stock, "units of \(product)")
            #expect(trio.orders.core.unpromised(product) == UInt64(stock), "nothing is promised any more")
        }
        let orders = try OrdersCore(snapshot: trio.orders.core.snapshot())
        #expect(orders.orders == trio.orders.core.orders && orders.catalog == trio.orders.core.catalog)
        let payments = try PaymentsCore(snapshot: trio.payments.core.snapshot())
        #expect(payments.accounts == trio.payments.core.accounts)
    }
}
