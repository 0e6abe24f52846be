import Kernel
import Messages
import Testing

@testable import Orders

/// An order placed at once comes to what a basket, its items and its checkout come to.
struct PlaceOrderTests {
    private func request(_ items: (String, UInt32)..., card: String = "") -> OrdersV1.PlaceOrderRequest {
        OrdersV1.PlaceOrderRequest(
            kioskID: "k-1", items: items.map { OrdersV1.OrderItem(productID: $0.0, quantity: $0.1) }, cardToken: card)
    }

    private func place(
        _ request: OrdersV1.PlaceOrderRequest, in bench: OrderTests.Bench, codes: [String] = ["CODE22"]
    ) throws(ServiceError) -> [OrdersV1.Event] {
        try bench.core.placeOrder(request, orderID: "o-2", currency: "EUR", pickupCodes: codes)
    }

    @Test func itIsTheSameAsStepByStep() throws {
        var steps = OrderTests.Bench()
        try steps.add("bread", 2)
        try steps.add("tea", 1)
        try steps.add("bread", 1)
        try steps.checkout(card: "card-approve")
        var whole = OrderTests.Bench()
        whole.take(try place(request(("bread", 2), ("tea", 1), ("bread", 1), card: "card-approve"), in: whole))
        let (expected, placed) = (try steps.core.order("o").view, try whole.core.order("o-2").view)
        #expect(placed.lines == expected.lines && placed.lines.map(\.quantity) == [3, 1])
        #expect(placed.total == expected.total && placed.state == .placed && placed.pickupCode == "CODE22")
        #expect(placed.ticket == expected.ticket && placed.kioskID == "k-1")
        #expect(try whole.core.order("o-2").cardGiven)
    }

    @Test func allOfItOrNothing() throws {
        let bench = OrderTests.Bench(stock: 5)
        let refused: [(OrdersV1.PlaceOrderRequest, WireV1.Code)] = [
            (request(), .invalidArgument), (request(("bread", 0)), .invalidArgument),
            (request(("bread", 1), ("", 1)), .invalidArgument), (request(("bread", 1), ("cake", 1)), .notFound),
            // More than there is, in one line or in two of the same product.
            (request(("bread", 6)), .failedPrecondition), (request(("bread", 3), ("bread", 3)), .failedPrecondition),
            (request(("tea", 60), ("tea", 60)), .failedPrecondition),
        ]
        for (request, code) in refused {
            let error = #expect(throws: ServiceError.self) { try place(request, in: bench) }
            #expect(error?.code == code, "\(request.items)")
        }
        let taken = #expect(throws: ServiceError.self) {
            try bench.core.placeOrder(request(("tea", 1)), orderID: "o", currency: "EUR", pickupCodes: ["CODE22"])
        }
        #expect(taken?.code == .alreadyExists)
    }
}
