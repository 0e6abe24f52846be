import Kernel
import Messages
import Testing

@testable import Orders

/// A pickup code opens one order: no two that are under way have the same.
struct PickupCodeTests {
    private func place(
        _ id: String, _ codes: [String], in bench: inout OrderTests.Bench
    ) throws(ServiceError) -> String {
        let request = OrdersV1.PlaceOrderRequest(items: [OrdersV1.OrderItem(productID: "bread", quantity: 1)])
        let events = try bench.core.placeOrder(request, orderID: id, currency: "EUR", pickupCodes: codes)
        bench.take(events)
        return try bench.core.order(id).view.pickupCode
    }

    @Test func aCodeThatIsTakenIsPassedOver() throws {
        var bench = OrderTests.Bench()
        #expect(try place("o-1", ["CODE22", "CODE33"], in: &bench) == "CODE22")
        #expect(try place("o-2", ["CODE22", "CODE33"], in: &bench) == "CODE33")
        let none = #expect(throws: ServiceError.self) { try place("o-3", ["CODE22", "CODE33"], in: &bench) }
        #expect(none?.code == .unavailable)
    }

    @Test func aCodeIsFreeAgainWhenItsOrderHasEnded() throws {
        var bench = OrderTests.Bench()
        _ = try place("o-1", ["CODE22"], in: &bench)
        bench.take([OrdersV1.Event(kind: .orderRejected(OrdersV1.OrderRejected(orderID: "o-1", reason: "declined")))])
        #expect(try place("o-2", ["CODE22"], in: &bench) == "CODE22")
    }
}
