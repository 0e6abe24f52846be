import Foundation
import Messages
import Testing
import Wire

@testable import StaffGateway

/// Robots, lists, stores and products as managers handle them.
@Suite(.timeLimit(.minutes(1)))
struct FloorTests {
    @Test func robotsAreTold() async throws {
        try await TestStaff.run { mall in
            let manager = try await mall.signedIn(as: .manager)
            let made = try await manager.post(
                "/api/v1/bots", #"{"bot_id": "b-2", "model": "Mule", "capacity_units": 20}"#, key: "k")
            #expect(made.status == 201)
            #expect(made.text("model") == "Mule")
            let paused = try await manager.post("/api/v1/bots/b-2/pause", #"{"reason": "wet floor"}"#)
            #expect(paused.status == 200)
            #expect(try await manager.post("/api/v1/bots/b-2/resume").status == 200)
            #expect(try await manager.post("/api/v1/bots/b-2/identify", "{}").status == 200)
            #expect(try await manager.post("/api/v1/bots/b-2/dock", #"{"dock_id": "none"}"#).status >= 400)
            #expect(try await manager.post("/api/v1/bots/b-2/lost", #"{"reason": "fell"}"#).text("state") == "lost")
            #expect(try await manager.post("/api/v1/bots/b-1/retire", #"{"at_once": true}"#).status == 200)
            let list = try await manager.get("/api/v1/bots").list("bots")
            #expect(list.compactMap { $0["bot_id"] as? String } == ["b-1", "b-2"])
            #expect(try await manager.get("/api/v1/bots/b-2").text("state") == "lost")
            #expect(try await manager.get("/api/v1/bots/b-3").status == 404)
        }
    }

    @Test func aRobotsLogIsReadByPages() async throws {
        try await TestStaff.run { mall in
            let manager = try await mall.signedIn(as: .manager)
            for _ in 1...6 { _ = try await manager.post("/api/v1/bots/b-1/identify") }
            _ = try await manager.post("/api/v1/bots/b-1/pause", #"{"reason": "wet floor"}"#)
            var positions: [Int] = []
            var before: String?
            var newest: String?
            repeat {
                let query = "page_size=3" + (before.map { "&before=\($0)" } ?? "")
                let page = try await manager.get("/api/v1/bots/b-1/log?\(query)")
                #expect(page.status == 200)
                if newest == nil { newest = page.body }
                positions += page.list("events").compactMap { $0["position"] as? Int }
                before = page.json["next_before"] as? String
            } while before != nil
            #expect(positions.count >= 8)
            #expect(positions == positions.sorted(by: >))
            #expect(Set(positions).count == positions.count)
            #expect(newest?.contains("wet floor (by manager)") == true)
            #expect(try await manager.get("/api/v1/bots/b-1/log?before=x").wrongFields == ["before"])
        }
    }

    @Test func listsAndTasksAreSeen() async throws {
        try await TestStaff.run { mall in
            let id = try await mall.order().orderID
            let manager = try await mall.signedIn(as: .manager)
            try await eventually { try await manager.get("/api/v1/lists/\(id)").text("state") == "available" }
            #expect(try await manager.get("/api/v1/lists?state=available").list("lists").count == 1)
            #expect(try await manager.get("/api/v1/lists?state=ready").list("lists").isEmpty)
            let list = try await manager.get("/api/v1/lists/\(id)")
            let task = try #require(list.list("tasks").first)
            #expect(task["task_id"] as? String == "\(id)/1")
            #expect(try await manager.get("/api/v1/tasks?state=queued,assigned").list("tasks").count == 1)
            let refused = try await manager.post("/api/v1/lists/\(id)/tasks/1/assign", #"{"bot_id": "b-1"}"#)
            #expect(refused.status == 409, "the robot is not here")
            #expect(try await manager.post("/api/v1/lists/\(id)/tasks/x/reassign").wrongFields == ["number"])
            let canceled = try await manager.post("/api/v1/lists/\(id)/cancel", #"{"reason": "fire"}"#)
            #expect(["canceling", "canceled"].contains(canceled.text("state")))
        }
    }

    @Test func theMallIsSeen() async throws {
        try await TestStaff.run { mall in
            let reply = try await mall.signedIn(as: .viewer).get("/api/v1/mall")
            #expect(reply.list("nodes").count == 2)
            #expect(reply.list("docks").first?["id"] as? String == "d1")
            #expect(reply.text("depot_node") == "depot")
        }
    }

    @Test func storesAndProductsAreKept() async throws {
        try await TestStaff.run { mall in
            let manager = try await mall.signedIn(as: .manager)
            let made = try await manager.post(
                "/api/v1/stores", #"{"store_id": "books", "name": "Books", "category": "Media", "node": "n1"}"#)
            #expect(made.status == 201)
            #expect((made.json["place"] as? [String: Any])?["x_mm"] as? Int == 9_000, "where its node is")
            let nowhere = try await manager.post("/api/v1/stores", #"{"name": "X", "node": "n9"}"#)
            #expect(nowhere.wrongFields == ["node"])
            let changed = try await manager.patch(
                "/api/v1/stores/books", #"{"name": "Books & more", "node": "depot", "participating": false}"#)
            #expect(changed.text("name") == "Books & more")
            #expect(changed.text("category") == "Media")
            #expect(changed.text("node") == "depot")
            #expect(changed.json["participating"] as? Bool == false)
            #expect(try await manager.patch("/api/v1/stores/books", "{}").status == 422)
            #expect(try await manager.get("/api/v1/stores").list("stores").count == 3)

            let novel = #"{"name": "A novel", "price": {"minor_units": 900, "currency_code": "EUR"}, "stock": 3}"#
            let product = try await manager.post("/api/v1/stores/books/products", novel, key: "k")
            #expect(product.status == 201)
            let id = product.text("product_id")
            #expect(try await manager.post("/api/v1/stores/books/products", novel, key: "k").text("product_id") == id)
            let dearer = try await manager.patch(
                "/api/v1/products/\(id)",
                #"{"price": {"minor_units": 950, "currency_code": "EUR"}, "stock": 0, "description": "Long"}"#)
            #expect(dearer.json["stock"] as? Int == 0)
            #expect(dearer.text("description") == "Long")
            #expect(dearer.text("name") == "A novel")
            let dollars = try await manager.patch(
                "/api/v1/products/\(id)", #"{"price": {"minor_units": 950, "currency_code": "USD"}}"#)
            #expect(dollars.status == 422)
            let list = try await manager.get("/api/v1/stores/books/products?q=novel")
            #expect(list.json["total"] as? Int == 1)
            #expect(try await manager.delete("/api/v1/products/\(id)").status == 204)
            #expect(try await manager.get("/api/v1/stores/books/products").json["total"] as? Int == 0)
        }
    }
}
