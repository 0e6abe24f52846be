import APIs
import Foundation
import Messages
import Wire

/// A trickle of customers: each fills a basket, checks out, pays, and collects what the robots brought.
///
/// They use the same calls as kiosks and staff do. Choices are drawn from the seed.
struct Customers: Sendable {
    let orders: any OrdersAPI
    let stores: any StoresAPI
    let payments: any PaymentsAPI
    let every: Duration
    let seed: UInt64

    /// Sends a customer every now and then, until the task is cancelled.
    func run() async throws {
        var generator = SplitMix(seed: seed)
        let catalog = try await stores.getCatalog(
            StoresV1.GetCatalogRequest(pageSize: 200), context: CallContext(timeout: .seconds(10))
        ).products
        guard !catalog.isEmpty else { return }
        try await withThrowingDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let wanted = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                    (
                        catalog[Int.random(in: catalog.indices, using: &generator)].productID,
                        UInt32.random(in: 1...2, using: &generator)
                    )
                }
                let card = Bool.random(using: &generator)
                group.addTask { await visit(wanted, card: card) }
                try? await Task.sleep(for: every)
            }
            group.cancelAll()
        }
    }

    /// One customer from basket to hand-over. A refusal sends the customer home, and the stores fill their shelves.
    private func visit(_ wanted: [(String, UInt32)], card: Bool) async {
        do {
            let basket = try await orders.startBasket(OrdersV1.StartBasketRequest(kioskID: "demo"), context: call())
            for (product, quantity) in wanted {
                _ = try await orders.addItem(
                    OrdersV1.AddItemRequest(orderID: basket.orderID, productID: product, quantity: quantity),
                    context: call())
            }
            let placed = try await orders.checkout(
                OrdersV1.CheckoutRequest(orderID: basket.orderID, cardToken: card ? "card-approve" : ""),
                context: call())
            try await collect(placed, card: card)
        } catch let refusal as any StatusConvertible where refusal.statusCode == .failedPrecondition {
            for (product, _) in wanted {
                _ = try? await stores.setStock(
                    StoresV1.SetStockRequest(productID: product, stock: 20), context: call())
            }
        } catch {
            return
        }
    }

    private func collect(_ placed: OrdersV1.Order, card: Bool) async throws {
        var paying = card
        while true {
            let order = try await orders.getOrder(OrdersV1.GetOrderRequest(orderID: placed.orderID), context: call())
            if order.state == .ready, !order.paid, !paying {
                paying = true
                _ = try await payments.payInvoice(
                    PaymentsV1.PayInvoiceRequest(orderID: order.orderID, method: .cash), context: call())
            }
            if order.state == .ready, order.paid {
                _ = try await orders.handOver(
                    OrdersV1.HandOverRequest(orderID: order.orderID, pickupCode: order.pickupCode), context: call())
                return
            }
            if [.completed, .canceled, .rejected].contains(order.state) { return }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func call() -> CallContext { CallContext(timeout: .seconds(10)) }
}

/// A small seeded generator, for choices that come out the same each time (Steele, Lea and Flood, 2014).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
