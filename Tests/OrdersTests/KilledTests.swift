import Kernel
import Messages
import Orders
import Payments
import Stores
import Testing
import Wire

/// The services killed at every k-th commit of each, before it is on disk or after, with nobody told; each time all start
/// again from what is on disk, and whoever asked asks again.
@Suite(.timeLimit(.minutes(3))) struct KilledTests {
    typealias Step = ServicesTests.Step

    struct Kill: Sendable, CustomTestStringConvertible {
        var every: Int
        var death: MortalLog.Death
        var testDescription: String { "\(death) commit \(every)" }

        /// A process that dies before its first commit gets nowhere.
        static let all =
            (1...4).map { Kill(every: $0, death: .after) } + (2...4).map { Kill(every: $0, death: .before) }
    }

    private struct Mortals {
        let logs: [MortalLog]
        let kill: Kill
        var deaths = 0

        init(_ kill: Kill) {
            self.kill = kill
            logs = ["stores", "orders", "payments"].map { MortalLog(name: $0) }
        }

        func revive() {
            for log in logs { log.revive(for: kill.every, kill.death) }
        }

        /// Does a step, again and again while services are killed under it.
        mutating func survive(_ step: Step, _ shop: ShopHarness) async throws {
            for _ in 0..<200 {
                var failure: (any Error)?
                do { try await step(shop) } catch { failure = error }
                if logs.contains(where: \.isDead) {
                    deaths += 1
                    try await shop.restart(revive)
                    // Whether the step was taken is not known: it is taken again.
                    continue
                }
                if let failure { throw failure }
                return
            }
            Issue.record("a step is never taken")
        }
    }

    private func live(_ steps: [Step], _ kill: Kill) async throws -> (shop: ShopHarness, id: String) {
        var mortals = Mortals(kill)
        let shop = try ShopHarness(logs: mortals.logs + [InMemoryEventLog(name: "depot")])
        mortals.revive()
        for step in steps { try await mortals.survive(step, shop) }
        #expect(mortals.deaths * kill.every >= 8, "a test in which hardly anybody is killed proves little")
        for log in mortals.logs { log.revive(for: .max, .after) }
        let basket = try await shop.orders.startBasket(
            OrdersV1.StartBasketRequest(idempotencyKey: "basket"), context: shop.context)
        return (shop, basket.orderID)
    }

    @Test(arguments: Kill.all) func anOrderIsHandedOverAllTheSame(_ kill: Kill) async throws {
        let (shop, id) = try await live(ServicesTests.life, kill)
        let order = try await shop.orders.getOrder(OrdersV1.GetOrderRequest(orderID: id), context: shop.context)
        #expect(order.state == .completed && order.total?.minorUnits == 500)
        #expect(shop.provider.ledger.captured == ["inv-\(id)/charge-1": 500], "captured once")
        #expect(shop.provider.ledger.held.isEmpty && shop.provider.ledger.refunded.isEmpty)
        try await shop.stop()
    }

    /// Paid by the card given at checkout, then cancelled.
    private static let canceled: [Step] =
        Array(ServicesTests.life.dropLast()) + [
            { shop in
                let id = try await ServicesTests.id(shop)
                _ = try await shop.orders.cancelOrder(
                    OrdersV1.CancelOrderRequest(orderID: id), context: shop.context)
            },
            { shop in
                let id = try await ServicesTests.id(shop)
                try await shop.depot(id, .listCanceled(DepotV1.ListCanceled(listID: id)))
            },
            { shop in try await shop.order(try await ServicesTests.id(shop)) { $0.state == .canceled } },
        ]

    @Test(arguments: Kill.all) func aCanceledOrderIsRefundedAllTheSame(_ kill: Kill) async throws {
        let (shop, id) = try await live(Self.canceled, kill)
        let invoice = try await shop.payments.getInvoice(
            PaymentsV1.GetInvoiceRequest(orderID: id), context: shop.context)
        #expect(invoice.state == .refunded && invoice.refunded?.minorUnits == 500)
        #expect(shop.provider.ledger.captured == ["inv-\(id)/charge-1": 500])
        #expect(shop.provider.ledger.refunded.values.reduce(0, +) == 500)
        try await shop.stop()
    }
}
