import APIs
import Foundation
import Messages
import Testing
import Wire

@testable import StaffGateway

/// Orders as staff handle them.
@Suite(.timeLimit(.minutes(1)))
struct DeskTests {
    @Test func ordersAreListedAndFound() async throws {
        try await TestStaff.run { mall in
            let order = try await mall.order()
            _ = try await mall.services.orders.startBasket(OrdersV1.StartBasketRequest(), context: CallContext())
            let clerk = try await mall.signedIn(as: .clerk)
            let list = try await clerk.get("/api/v1/orders")
            #expect(list.json["total"] as? Int == 1, "a basket is no order")
            #expect(list.list("orders").first?["pickup_code"] as? String == order.pickupCode)
            #expect(try await clerk.get("/api/v1/orders?state=basket").json["total"] as? Int == 1)
            #expect(try await clerk.get("/api/v1/orders?state=ready,completed").json["total"] as? Int == 0)
            #expect(try await clerk.get("/api/v1/orders?q=\(order.pickupCode)").json["total"] as? Int == 1)
            #expect(try await clerk.get("/api/v1/orders?state=lost").wrongFields == ["state"])

            let typed = order.pickupCode.lowercased().prefix(3) + "%20" + order.pickupCode.suffix(3)
            let found = try await clerk.get("/api/v1/pickup/\(typed)")
            #expect(found.status == 200)
            #expect(found.text("order_id") == order.orderID)
            #expect(try await clerk.get("/api/v1/pickup/\(order.pickupCode.prefix(3))").status == 404, "a part is none")
        }
    }

    /// With the code one gets the items.
    @Test func viewersLearnNoPickupCode() async throws {
        try await TestStaff.run { mall in
            let order = try await mall.order()
            let viewer = try await mall.signedIn(as: .viewer)
            for path in [
                "/api/v1/orders", "/api/v1/orders/\(order.orderID)", "/api/v1/orders/\(order.orderID)/timeline",
            ] {
                let reply = try await viewer.get(path)
                #expect(reply.status == 200, "\(path)")
                #expect(!reply.body.contains(order.pickupCode), "\(path)")
            }
            // Long enough not to be in the order's random id by chance.
            let guess = try await viewer.get("/api/v1/orders?q=\(order.pickupCode.prefix(5))")
            #expect(guess.json["total"] as? Int == 0, "nor by searching for its beginning")
            let name = try await viewer.get("/api/v1/orders?q=brown")
            #expect(name.json["total"] as? Int == 1)
        }
    }

    @Test func aPaymentIsTakenAndGivenBack() async throws {
        try await TestStaff.run { mall in
            let id = try await mall.order().orderID
            let manager = try await mall.signedIn(as: .manager)
            let clerk = try await mall.signedIn(as: .clerk)
            let invoice = try await clerk.get("/api/v1/orders/\(id)/invoice")
            #expect(invoice.text("state") == "open")
            let declined = try await clerk.post(
                "/api/v1/orders/\(id)/payment", #"{"method": "card", "card_token": "card-decline"}"#)
            #expect(declined.status == 402)
            #expect(declined.problem == "payment-declined")
            let reason = try await clerk.get("/api/v1/orders/\(id)/invoice").text("decline_reason")
            #expect(!reason.isEmpty)
            for _ in 1...2 {
                let paid = try await clerk.post("/api/v1/orders/\(id)/payment", #"{"method": "cash"}"#, key: "k")
                #expect(paid.status == 200)
                #expect(paid.text("state") == "paid")
                #expect(paid.text("method") == "cash")
            }
            #expect(try await clerk.post("/api/v1/orders/\(id)/payment", #"{"method": "cash"}"#).status == 409)

            for _ in 1...2 {
                let back = try await manager.post(
                    "/api/v1/orders/\(id)/refund", #"{"minor_units": 200, "reason": "stale"}"#, key: "k")
                #expect(back.status == 200)
                #expect((back.json["refunded"] as? [String: Any])?["minor_units"] as? Int == 200)
            }
            let much = try await manager.post("/api/v1/orders/\(id)/refund", #"{"minor_units": 1000}"#)
            #expect(much.status == 409)
            let events = try await manager.get("/api/v1/orders/\(id)/timeline").body
            #expect(events.contains("stale (by manager)"), "the log says who")
        }
    }

    @Test func anOrderIsCanceledByName() async throws {
        try await TestStaff.run { mall in
            let id = try await mall.order().orderID
            let clerk = try await mall.signedIn(as: .clerk)
            let reply = try await clerk.delete("/api/v1/orders/\(id)?reason=customer%20left")
            #expect(reply.status == 202 || reply.status == 200)
            try await eventually { try await clerk.get("/api/v1/orders/\(id)").text("state") == "canceled" }
            let order = try await clerk.get("/api/v1/orders/\(id)")
            #expect(order.text("reason") == "customer left (by clerk)")
            #expect(
                try await clerk.delete("/api/v1/orders/\(id)?reason=\(String(repeating: "x", count: 151))").status
                    == 422)
        }
    }

    @Test func anOrderNotReadyIsNotHandedOver() async throws {
        try await TestStaff.run { mall in
            let order = try await mall.order()
            let clerk = try await mall.signedIn(as: .clerk)
            let reply = try await clerk.post(
                "/api/v1/orders/\(order.orderID)/hand-over", #"{"pickup_code": "\#(order.pickupCode)"}"#)
            #expect(reply.status == 409)
            #expect(reply.problem == "failed-precondition")
        }
    }

    @Test func aTimelineJoinsTheServicesLogs() async throws {
        try await TestStaff.run { mall in
            let id = try await mall.order().orderID
            let clerk = try await mall.signedIn(as: .clerk)
            let events = try await clerk.get("/api/v1/orders/\(id)/timeline").list("events")
            let services = Set(events.compactMap { $0["service"] as? String })
            #expect(services == ["orders", "payments", "depot"])
            let types = events.compactMap { $0["type"] as? String }
            #expect(types.first == "BasketStarted")
            let placed = try #require(events.first { $0["type"] as? String == "OrderPlaced" })
            let listed = try #require(events.first { $0["type"] as? String == "ListCreated" })
            let cause = try #require(listed["cause"] as? [String: Any])
            #expect(cause["service"] as? String == "orders")
            #expect(cause["position"] as? Int == placed["position"] as? Int)
            let times = events.compactMap { $0["at"] as? String }
            #expect(times.count == events.count)
            #expect(times == times.sorted())
        }
    }
}
