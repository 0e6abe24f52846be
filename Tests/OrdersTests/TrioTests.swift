import Kernel
import Messages
import OrderedCollections
import Testing

@testable import Orders
@testable import Payments
@testable import Stores

/// Random histories of the three cores, with restarts, slow cards and a depot that sleeps; what must hold holds at the end of
/// each.
struct TrioTests {
    /// Faults have stopped: goes on until nothing moves, all ready orders paid in cash and handed over.
    /// - Returns: the orders that have not ended all the same.
    static func finish(_ trio: inout Trio) -> [String] {
        for _ in 0..<100_000 {
            if trio.deliver() || trio.providerAnswers() || trio.robotWorks() { continue }
            let open = trio.orderIDs.filter { trio.orders.core.orders[$0]?.hasEnded == false }
            if open.isEmpty, trio.payments.core.pendingRequests().isEmpty { return [] }
            trio.timePasses(.seconds(120))
            for id in open {
                trio.pay(id, .cash)
                trio.handOver(id, rightCode: true)
            }
        }
        return trio.orderIDs.filter { trio.orders.core.orders[$0]?.hasEnded == false }
    }

    static func history(seed: UInt64, steps: Int = 2_500) throws -> Trio {
        var trio = try Trio(seed: seed)
        for _ in 0..<steps {
            switch trio.draw(24) {
            case 0...14: _ = trio.deliver()
            case 15, 16: _ = trio.providerAnswers()
            case 17...20: _ = trio.robotWorks()
            case 21, 22: trio.someoneActs()
            default: if trio.draw(10) == 0 { try trio.someoneRestarts() }
            }
        }
        return trio
    }

    @Test(arguments: 1...120 as ClosedRange<UInt64>)
    func eachOrderEndsOnceAndTheMoneyIsRight(seed: UInt64) throws {
        var trio = try Self.history(seed: seed)
        #expect(Self.finish(&trio) == [], "nothing is stuck when faults stop")
        var ends: [String: Int] = [:]
        for event in trio.orders.log where event.isEnd { ends[event.orderID ?? "", default: 0] += 1 }
        var states: Set<OrdersV1.OrderState> = []
        for id in trio.orderIDs {
            let order = try #require(trio.orders.core.orders[id])
            states.insert(order.view.state)
            #expect(ends[id] == 1, "order \(id) is \(order.stateName)")
            checkMoney(of: order, trio)
        }
        #expect(states.count >= 2, "a history in which little happens proves little")
        #expect(trio.held.isEmpty, "nothing is held on a card after the end")
        try conserves(trio)
    }

    private func checkMoney(of order: Order, _ trio: Trio) {
        let account = trio.payments.core.accounts[order.id] ?? Account(orderID: order.id)
        let price = order.view.state == .completed ? order.view.lines.delivered - account.credited : 0
        #expect(account.captured - account.refunded == max(0, price), "money of \(order.id), \(order.stateName)")
        if order.view.state == .completed { #expect(order.view.total?.minorUnits == order.view.lines.delivered) }
        // What the provider did is what the account says, no more and no less.
        let cards = account.captures.filter { !$0.chargeID.isEmpty }.reduce(0) { $0 + $1.amount }
        let back = account.refunds.filter { $0.done && !$0.chargeID.isEmpty }.reduce(0) { $0 + $1.amount }
        #expect(cards == trio.captured[order.id] ?? 0, "a card was charged for \(order.id) and nobody knows")
        #expect(back == trio.refunded[order.id] ?? 0)
        #expect(account.requests.isEmpty && account.consequence == nil, "something is left to do for \(order.id)")
        #expect(!account.holds.contains { $0.state == .authorized || $0.state == .pending })
        #expect(account.refunded <= account.captured)
    }

    /// What is hard to meet is met.
    @Test func muchHappens() throws {
        var types: [String: Int] = [:]
        for seed in 1...40 as ClosedRange<UInt64> {
            var trio = try Self.history(seed: seed)
            _ = Self.finish(&trio)
            for event in trio.orders.log { types[event.typeName, default: 0] += 1 }
            for event in trio.payments.log { types[event.typeName, default: 0] += 1 }
        }
        let rare = [
            "ChargeOverdue", "SurplusCaptured", "ChargeDeclined", "AuthorizationReleased", "PaymentDeclined",
            "InvoiceRefunded", "InvoiceAdjusted", "InvoiceCanceled", "OrderRejected", "OrderCanceled", "OrderCompleted",
        ]
        for type in rare { #expect(types[type, default: 0] >= 10, "\(type): \(types[type, default: 0])") }
    }

    /// At every moment, not only at the end.
    @Test(arguments: 200...240 as ClosedRange<UInt64>)
    func noMoreGoesBackThanWasTaken(seed: UInt64) throws {
        let trio = try Self.history(seed: seed)
        for account in trio.payments.core.accounts.values {
            #expect(account.kept >= 0 && account.consequence == nil)
            for capture in account.captures { #expect(account.remainder(of: capture) >= 0) }
        }
    }

    /// Every unit is on the shelf or handed over; and each core is what its log, and what its snapshot gives.
    private func conserves(_ trio: Trio) throws {
        for product in Trio.products {
            let handedOver = trio.orders.core.orders.values.filter { $0.view.state == .completed }
                .compactMap { $0.line(product)?.delivered }.reduce(0, +)
            let stock = try trio.stores.core.product(product).stock
            #expect(stock + handedOver == Trio.stock, "units of \(product)")
            #expect(trio.orders.core.unpromised(product) == UInt64(stock), "nothing is promised any more")
        }
        let copy = try OrdersCore(snapshot: trio.orders.core.snapshot())
        for orders in [copy, trio.orders.folded(\.stream)] {
            #expect(orders.orders == trio.orders.core.orders && orders.catalog == trio.orders.core.catalog)
            #expect(orders.position == trio.orders.core.position && orders.nextTicket == trio.orders.core.nextTicket)
            let all = OrdersV1.ListOrdersRequest(pageSize: 200)
            #expect(try orders.listOrders(all) == trio.orders.core.listOrders(all))
        }
        let accounts = try PaymentsCore(snapshot: trio.payments.core.snapshot())
        for payments in [accounts, trio.payments.folded { $0.new.stream }] {
            #expect(payments.accounts == trio.payments.core.accounts)
            let all = PaymentsV1.ListInvoicesRequest(pageSize: 200)
            #expect(try payments.listInvoices(all) == trio.payments.core.listInvoices(all))
        }
    }
}

extension OrdersV1.Event {
    fileprivate var isEnd: Bool {
        switch kind {
        case .basketAbandoned, .orderRejected, .orderCompleted, .orderCanceled: true
        default: false
        }
    }
}

extension [OrdersV1.Line] {
    /// The price of what came to the depot.
    fileprivate var delivered: Int64 {
        reduce(0) { $0 + Int64($1.delivered) * ($1.unitPrice?.minorUnits ?? 0) }
    }
}
