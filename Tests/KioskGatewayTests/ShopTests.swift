import Foundation
import Kernel
import Messages
import Synchronization
import Testing
import Web

@testable import KioskGateway

@Suite(.timeLimit(.minutes(1)))
struct ShopTests {
    @Test func aKioskLearnsOfTheShop() async throws {
        try await TestShop.run { shop in
            let told = try await shop.client.get("/api/v1/shop")
            #expect(told.status == 200)
            #expect(told.text("mall_name") == "Test")
            #expect(told.text("currency_code") == "EUR")
            #expect(
                (told.json["test_cards"] as? [[String: Any]])?.contains {
                    $0["card_token"] as? String == "card-approve"
                } == true)
            let map = try await shop.client.get("/api/v1/mall")
            #expect((map.json["ways"] as? [[String: Any]])?.count == 1)
            #expect(
                (map.json["stores"] as? [[String: Any]])?.map { $0["store_id"] as? String } == ["bakery"],
                "only stores that take part are shown")
            #expect(((map.json["depot"] as? [String: Any])?["floor"]) as? Int == 0)
            #expect(try await shop.client.get("/api/v1/shop?x=1").wrongFields == ["x"])
        }
    }

    @Test func thePageIsServedUnderItsPolicy() async throws {
        try await TestShop.run { shop in
            for path in ["/", "/board"] {
                let page = try await shop.client.get(path)
                #expect(page.status == 200)
                #expect(page.headers["content-type"]?.hasPrefix("text/html") == true)
                #expect(page.headers["content-security-policy"]?.contains("script-src 'self'") == true)
            }
            #expect(
                try await shop.client.get("/assets/qr.js").headers["content-type"]?.hasPrefix("text/javascript") == true
            )
            #expect(try await shop.client.get("/assets/nothing.js").status == 404)
        }
    }

    @Test func anOrderIsFoundByItsCode() async throws {
        try await TestShop.run { shop in
            let id = try await shop.order()
            let code = try await shop.client.get("/api/v1/orders/\(id)").text("pickup_code")
            try await eventually { try await shop.client.get("/api/v1/orders?pickup_code=\(code)").status == 200 }
            for typed in [
                code, code.lowercased(), "\(code.prefix(3))-\(code.suffix(3))", "\(code.prefix(3))%20\(code.suffix(3))",
            ] {
                #expect(
                    try await shop.client.get("/api/v1/orders?pickup_code=\(typed)").text("order_id") == id, "\(typed)")
            }
            for wrong in ["", String(repeating: "A", count: 33)] {
                #expect(try await shop.client.get("/api/v1/orders?pickup_code=\(wrong)").wrongFields == ["pickup_code"])
            }
            #expect(try await shop.client.get("/api/v1/orders").status == 422)
            let none = try await shop.client.get("/api/v1/orders?pickup_code=\(code.dropLast())")
            #expect(none.status == 404)
            #expect(none.problem == "no-such-code")
        }
    }

    @Test func codesCannotBeGuessed() async throws {
        try await TestShop.run { shop in
            let id = try await shop.order()
            let code = try await shop.client.get("/api/v1/orders/\(id)").text("pickup_code")
            try await eventually { try await shop.client.get("/api/v1/orders?pickup_code=\(code)").status == 200 }
            var statuses: [Int] = []
            for number in 10...24 {
                statuses.append(try await shop.client.get("/api/v1/orders?pickup_code=0000\(number)").status)
            }
            #expect(statuses.filter { $0 == 404 }.count <= 11)
            #expect(statuses.last == 429)
            let refused = try await shop.client.get("/api/v1/orders?pickup_code=\(code)")
            #expect(refused.status == 429, "who guesses is not told when a guess is right")
            #expect(refused.problem == "too-many-guesses")
            #expect(Int(refused.headers["retry-after"] ?? "").map { (1...6).contains($0) } == true)
        }
    }

    @Test func theBoardFollowsTheOrders() async throws {
        try await TestShop.run { shop in
            let id = try await shop.order()
            let ticket = try #require(try await shop.client.get("/api/v1/orders/\(id)").json["ticket"] as? Int)
            try await eventually {
                let board = try await shop.client.get("/api/v1/board")
                return (board.json["preparing"] as? [[String: Any]])?.contains { $0["ticket"] as? Int == ticket }
                    == true
            }
            let path = "/api/v1/board/events"
            let seen = Atomic(0)
            async let stream = shop.client.exchange(shop.client.head("GET", path, [:], length: nil)) {
                let events = $0.components(separatedBy: "event: board\n").count - 1
                seen.store(events, ordering: .relaxed)
                return events > 1
            }
            try await eventually { seen.load(ordering: .relaxed) > 0 }
            _ = try await shop.client.delete("/api/v1/orders/\(id)")
            let text = try await stream
            let events = text.components(separatedBy: "event: board\n").dropFirst()
            #expect(events.first?.contains("\"ticket\":\(ticket)") == true)
            #expect(events.last?.contains("\"preparing\":[]") == true)
            #expect(!text.contains(id), "the board has no ids")
        }
    }

    @Test func anOrdersRobotsAreTold() async throws {
        let (batches, feed) = AsyncStream.makeStream(of: [RobotSighting].self)
        let robots = LiveRobots(snapshot: { [] }, updates: { _ in batches })
        try await TestShop.run(robots: robots) { shop in
            let id = try await shop.order()
            let telemetry = BotsV1.Telemetry(place: TypesV1.Place(floor: 0, xMm: 1_234, yMm: 1), taskID: "\(id)/1")
            feed.yield([RobotSighting(botID: "bot-7", telemetry: telemetry, time: Timestamp(unixMs: 1))])
            let text = try await shop.client.exchange(
                shop.client.head("GET", "/api/v1/orders/\(id)/events", [:], length: nil)
            ) { $0.contains("event: robots") }
            let event = try #require(text.components(separatedBy: "event: robots\n").last)
            #expect(event.hasPrefix("data: "), "it has no id, so that a client's last one stays the order's version")
            #expect(event.contains("\"bot_id\":\"bot-7\"") && event.contains("\"x_mm\":1234"))
        }
    }

    @Test func whatOthersHaveOrderedIsNotAvailable() async throws {
        try await TestShop.run { shop in
            func bread() async throws -> [String: Any]? {
                try await shop.client.get("/api/v1/products?q=bread").json["products"].flatMap {
                    ($0 as? [[String: Any]])?.first
                }
            }
            _ = try await shop.order()
            try await eventually { try await bread()?["available"] as? Int == 18 }
            #expect(try await bread()?["stock"] as? Int == 20, "nobody has taken any from the shelf")
        }
    }

    @Test func howAPaymentStandsCanBeAsked() async throws {
        try await TestShop.run { shop in
            let id = try await shop.order()
            try await eventually { try await shop.client.get("/api/v1/orders/\(id)/payment").text("state") == "open" }
            #expect(try await shop.client.get("/api/v1/orders/nope/payment").status == 404)
        }
    }
}
