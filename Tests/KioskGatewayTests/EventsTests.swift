import Foundation
import ServiceLifecycle
import Testing
import Web

@testable import KioskGateway

@Suite(.timeLimit(.minutes(1)))
struct EventsTests {
    /// The ids and states of the events in a stream's text.
    private static func events(_ text: String) -> [(id: UInt64, state: String)] {
        text.components(separatedBy: "event: order\n").dropFirst().compactMap { part in
            guard let id = part.firstMatch(of: /id: (\d+)/), let state = part.firstMatch(of: /"state":"(\w+)"/) else {
                return nil
            }
            return (UInt64(id.1) ?? 0, String(state.1))
        }
    }

    @Test func aStreamTellsEveryStateInOrderAndEndsWithTheOrder() async throws {
        try await TestShop.run { shop in
            let id = try await shop.basket()
            let path = "/api/v1/orders/\(id)/events"
            async let stream = shop.client.exchange(shop.client.head("GET", path, [:], length: nil))
            _ = try await shop.client.post("/api/v1/baskets/\(id)/checkout")
            try await eventually { try await shop.client.get("/api/v1/orders/\(id)").text("state") == "approved" }
            _ = try await shop.client.delete("/api/v1/orders/\(id)")
            let text = try await stream
            let reply = try TestClient.parse(text)
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "text/event-stream")
            let events = Self.events(text)
            #expect(events.last?.state == "canceled")
            #expect(zip(events, events.dropFirst()).allSatisfy { $0.id < $1.id }, "versions rise")
            let rank = ["basket", "placed", "approved", "canceling", "canceled"]
            let order = events.map { rank.firstIndex(of: $0.state) ?? -1 }
            #expect(order == order.sorted() && !order.contains(-1))

            let last = try #require(events.last)
            let over = try await shop.client.get(path, ["Last-Event-ID": "\(last.id)"])
            #expect(over.status == 204, "a browser that saw the end is told not to come back")
        }
    }

    @Test func aStreamResumesAfterTheVersionThatTheClientHas() async throws {
        try await TestShop.run { shop in
            let id = try await shop.order()
            let version = try #require(try await shop.client.get("/api/v1/orders/\(id)").json["version"] as? Int)
            let request = shop.client.head(
                "GET", "/api/v1/orders/\(id)/events", ["Last-Event-ID": "\(version)"], length: nil)
            async let stream = shop.client.exchange(request)
            _ = try await shop.client.delete("/api/v1/orders/\(id)")
            let events = Self.events(try await stream)
            #expect(!events.isEmpty)
            #expect(events.allSatisfy { $0.id > UInt64(version) })
        }
    }

    @Test func aQuietStreamBeats() async throws {
        var limits = WebLimits()
        limits.heartbeat = .milliseconds(20)
        try await TestShop.run(limits: limits) { shop in
            let id = try await shop.basket()
            let request = shop.client.head("GET", "/api/v1/orders/\(id)/events", [:], length: nil)
            let text = try await shop.client.exchange(request) {
                $0.components(separatedBy: ": heartbeat\n").count > 3
            }
            #expect(text.components(separatedBy: ": heartbeat\n").count > 3)
        }
    }

    @Test func aStreamEndsWhenTheServerStops() async throws {
        try await TestShop.run { shop in
            let id = try await shop.basket()
            let request = shop.client.head("GET", "/api/v1/orders/\(id)/events", [:], length: nil)
            async let stream = shop.client.exchange(request)
            try await Task.sleep(for: .milliseconds(50))
            let start = ContinuousClock.now
            await shop.group.triggerGracefulShutdown()
            _ = try await stream
            #expect(ContinuousClock.now - start < .seconds(5))
        }
    }

    @Test func whatCannotBeFollowedIsAProblem() async throws {
        try await TestShop.run { shop in
            let unknown = try await shop.client.get("/api/v1/orders/nope/events")
            #expect(unknown.status == 404)
            #expect(unknown.headers["content-type"] == "application/problem+json")
            let id = try await shop.basket()
            let odd = try await shop.client.get("/api/v1/orders/\(id)/events", ["Last-Event-ID": "soon"])
            #expect(odd.status == 422)
            #expect(odd.wrongFields == ["Last-Event-ID"])
        }
    }
}
