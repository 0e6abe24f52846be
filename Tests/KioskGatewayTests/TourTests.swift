import Foundation
import Testing

@testable import KioskGateway

@Suite(.timeLimit(.minutes(1)))
struct TourTests {
    @Test func aCustomerBrowses() async throws {
        try await TestShop.run { shop in
            let stores = try await shop.client.get("/api/v1/stores")
            #expect(stores.status == 200)
            #expect(stores.headers["content-type"] == "application/json")
            let list = try #require(stores.json["stores"] as? [[String: Any]])
            #expect(list.map { $0["store_id"] as? String } == ["bakery"], "only stores that take part are shown")
            #expect(list.first?["floor"] as? Int == 0)

            let first = try await shop.client.get("/api/v1/stores/bakery/products?page_size=1")
            #expect(first.json["total"] as? Int == 2)
            let apple = try #require((first.json["products"] as? [[String: Any]])?.first)
            #expect(apple["product_id"] as? String == "cake")
            let price = try #require(apple["price"] as? [String: Any])
            #expect(price["minor_units"] as? Int == 900)
            #expect(price["currency_code"] as? String == "EUR")

            let token = first.text("next_page_token")
            let second = try await shop.client.get("/api/v1/stores/bakery/products?page_size=1&page_token=\(token)")
            #expect((second.json["products"] as? [[String: Any]])?.first?["product_id"] as? String == "bread")
            #expect(second.json["next_page_token"] == nil, "the last page has no token")

            let found = try await shop.client.get("/api/v1/products?q=brown%20bread")
            #expect(found.json["total"] as? Int == 1)
        }
    }

    @Test func aWholeOrderIsPlacedAtOnce() async throws {
        try await TestShop.run { shop in
            let body =
                #"{"kiosk_id": "k-1", "items": [{"product_id": "bread", "quantity": 2}, {"product_id": "cake"}]}"#
            let placed = try await shop.client.post("/api/v1/orders", body, key: "whole")
            #expect(placed.status == 201)
            #expect((placed.json["total"] as? [String: Any])?["minor_units"] as? Int == 1_400)
            #expect(placed.headers["location"] == "/api/v1/orders/\(placed.text("order_id"))")
            #expect(placed.text("pickup_code").count == 6)
            let again = try await shop.client.post("/api/v1/orders", body, key: "whole")
            #expect(again.text("order_id") == placed.text("order_id"))
            let other = try await shop.client.post(
                "/api/v1/orders", #"{"items": [{"product_id": "cake"}]}"#, key: "whole")
            #expect(other.status == 409)

            let wrong = try await shop.client.post(
                "/api/v1/orders",
                #"{"items": [{"product_id": "bread", "quantity": 0, "colour": "red"}, 7], "card_token": "a b"}"#)
            #expect(wrong.status == 422)
            #expect(wrong.wrongFields.sorted() == ["card_token", "items[0].colour", "items[0].quantity", "items[1]"])
            #expect(try await shop.client.post("/api/v1/orders", #"{"items": []}"#).wrongFields == ["items"])
            #expect(try await shop.client.post("/api/v1/orders", "{}").wrongFields == ["items"])
        }
    }

    @Test func aBasketIsFilledAndEmptied() async throws {
        try await TestShop.run { shop in
            let started = try await shop.client.post("/api/v1/baskets", #"{"kiosk_id": "k-1"}"#)
            #expect(started.status == 201)
            #expect(started.text("state") == "basket")
            #expect(started.text("kiosk_id") == "k-1")
            let id = started.text("order_id")
            #expect(started.headers["location"] == "/api/v1/baskets/\(id)")

            let filled = try await shop.basket()
            let shown = try await shop.client.get("/api/v1/baskets/\(filled)")
            #expect((shown.json["total"] as? [String: Any])?["minor_units"] as? Int == 500)
            let less = try await shop.client.delete("/api/v1/baskets/\(filled)/items/bread?quantity=1")
            #expect((less.json["total"] as? [String: Any])?["minor_units"] as? Int == 250)
            let empty = try await shop.client.delete("/api/v1/baskets/\(filled)/items/bread")
            #expect((empty.json["lines"] as? [Any])?.isEmpty == true)
            let refused = try await shop.client.post("/api/v1/baskets/\(filled)/checkout")
            #expect(refused.status == 409, "an empty basket cannot be checked out")
            #expect(refused.problem == "failed-precondition")
        }
    }

    @Test func anOrderIsPaid() async throws {
        try await TestShop.run { shop in
            let id = try await shop.order()
            let order = try await shop.client.get("/api/v1/orders/\(id)")
            #expect(!order.text("pickup_code").isEmpty)
            #expect(order.json["paid"] as? Bool == false)
            #expect(order.text("placed_at").hasSuffix("Z"))

            try await eventually {
                try await shop.client.post("/api/v1/orders/\(id)/payment", #"{"card_token": "card-decline"}"#).status
                    == 402
            }
            let paid = try await shop.client.post(
                "/api/v1/orders/\(id)/payment", #"{"card_token": "card-approve"}"#, key: "pay")
            #expect(paid.status == 200)
            #expect(paid.text("state") == "paid")
            #expect((paid.json["captured"] as? [String: Any])?["minor_units"] as? Int == 500)
            try await eventually { try await shop.client.get("/api/v1/orders/\(id)").json["paid"] as? Bool == true }

            let again = try await shop.client.post(
                "/api/v1/orders/\(id)/payment", #"{"card_token": "card-approve"}"#, key: "pay")
            #expect(again.status == 200, "the same payment again is the same payment")
            let twice = try await shop.client.post("/api/v1/orders/\(id)/payment", #"{"card_token": "card-approve"}"#)
            #expect(twice.status == 409, "nothing is paid twice")
        }
    }

    @Test func anOrderIsCanceled() async throws {
        try await TestShop.run { shop in
            let id = try await shop.order()
            let reply = try await shop.client.delete("/api/v1/orders/\(id)")
            #expect(reply.status == 202 || reply.status == 200)
            try await eventually { try await shop.client.get("/api/v1/orders/\(id)").text("state") == "canceled" }
        }
    }

    @Test func repeatedPostsAreDoneOnce() async throws {
        try await TestShop.run { shop in
            let first = try await shop.client.post("/api/v1/baskets", key: "k1")
            let second = try await shop.client.post("/api/v1/baskets", key: "k1")
            #expect(first.text("order_id") == second.text("order_id"))
            #expect(
                try await shop.client.post("/api/v1/baskets", key: "\"k1\"").text("order_id") == first.text("order_id"))
            let other = try await shop.client.post("/api/v1/baskets", #"{"kiosk_id": "x"}"#, key: "k1")
            #expect((400..<500).contains(other.status), "the same key with another content is a mistake")

            let id = try await shop.basket()
            let item = #"{"product_id": "cake"}"#
            for _ in 1...3 {
                #expect(try await shop.client.post("/api/v1/baskets/\(id)/items", item, key: "k1").status == 200)
            }
            let basket = try await shop.client.get("/api/v1/baskets/\(id)")
            #expect((basket.json["total"] as? [String: Any])?["minor_units"] as? Int == 1_400, "one cake, not three")

            let placed = try await shop.client.post("/api/v1/baskets/\(id)/checkout", key: "k1")
            let again = try await shop.client.post("/api/v1/baskets/\(id)/checkout", key: "k1")
            #expect(placed.status == 201)
            #expect(again.status == 201)
            #expect(placed.text("pickup_code") == again.text("pickup_code"))
            #expect(try await shop.client.post("/api/v1/baskets/\(id)/checkout").status == 409)
        }
    }
}
