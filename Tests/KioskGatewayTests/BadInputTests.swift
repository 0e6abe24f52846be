import Foundation
import Logging
import Testing
import Web

@testable import KioskGateway

@Suite(.timeLimit(.minutes(1)))
struct BadInputTests {
    @Test func everyWrongFieldIsNamedAtOnce() async throws {
        try await TestShop.run { shop in
            let id = try await shop.basket()
            let path = "/api/v1/baskets/\(id)/items"
            let wrong = try await shop.client.post(path, #"{"quantity": "two", "colour": 1}"#)
            #expect(wrong.status == 422)
            #expect(wrong.headers["content-type"] == "application/problem+json")
            #expect(wrong.problem == "invalid-fields")
            #expect(wrong.json["status"] as? Int == 422)
            #expect(wrong.wrongFields == ["product_id", "quantity", "colour"])
            for body in [
                #"{"product_id": 7}"#, #"{"product_id": ""}"#, #"{"product_id": null}"#, #"{"product_id": ["a"]}"#,
            ] {
                #expect(try await shop.client.post(path, body).wrongFields == ["product_id"], "\(body)")
            }
            for quantity in ["0", "-1", "100", "1.5", "1e99", "true", "99999999999999999999", "{}"] {
                let body = #"{"product_id": "bread", "quantity": \#(quantity)}"#
                #expect(try await shop.client.post(path, body).wrongFields == ["quantity"], "\(body)")
            }
        }
    }

    @Test func whatIsNotJSONIsToldWhere() async throws {
        try await TestShop.run { shop in
            let reply = try await shop.client.post("/api/v1/baskets", "{\n  \"kiosk_id\": oops\n}")
            #expect(reply.status == 400)
            #expect(reply.problem == "malformed-json")
            #expect(reply.text("detail").contains("line 2"), "\(reply.body)")
            for body in ["[]", "7", "\"x\"", "{", "{\"a\":1", "\u{0}", String(repeating: "[", count: 30_000)] {
                #expect(try await shop.client.post("/api/v1/baskets", body).status == 400, "\(body.prefix(20))")
            }
        }
    }

    @Test func largeBodiesAreRefused() async throws {
        try await TestShop.run { shop in
            let large = #"{"kiosk_id": ""# + String(repeating: "x", count: 70_000) + #""}"#
            let declared = try await shop.client.post("/api/v1/baskets", large)
            #expect(declared.status == 413)
            #expect(declared.problem == "too-large")
            let head =
                "POST /api/v1/baskets HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                + "Content-Type: application/json\r\nConnection: close\r\n\r\n"
            let chunk = "4000\r\n" + String(repeating: "x", count: 0x4000) + "\r\n"
            let chunked = try await shop.client.exchange(head + String(repeating: chunk, count: 8) + "0\r\n\r\n")
            #expect(try TestClient.parse(chunked).status == 413)
            // More than anybody reads: refused by its length alone, and cut instead of read to its end.
            let start = ContinuousClock.now
            let endless = try await shop.client.exchange(
                "POST /api/v1/baskets HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\nx")
            #expect(try TestClient.parse(endless).status == 413)
            #expect(ContinuousClock.now - start < .seconds(10))
            #expect(try await shop.client.get("/healthz").status == 200)
        }
    }

    @Test func slowBodiesAreCut() async throws {
        var limits = WebLimits()
        limits.bodyTimeout = .milliseconds(100)
        try await TestShop.run(limits: limits) { shop in
            let text = try await shop.client.exchange(
                "POST /api/v1/baskets HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 20\r\n\r\n{"
            ) { $0.contains("urn:mallbots") }
            #expect(try TestClient.parse(text).status == 408)
        }
    }

    @Test func bodiesMustBeDeclaredAsJSON() async throws {
        try await TestShop.run { shop in
            let form = try await shop.client.request(
                "POST", "/api/v1/baskets", headers: ["Content-Type": "application/x-www-form-urlencoded"], body: "a=b")
            #expect(form.status == 415)
            #expect(form.problem == "unsupported-media-type")
            let charset = try await shop.client.request(
                "POST", "/api/v1/baskets", headers: ["Content-Type": "application/json; charset=utf-8"], body: "{}")
            #expect(charset.status == 201)
        }
    }

    @Test func unknownThingsAreNotFound() async throws {
        try await TestShop.run { shop in
            for path in [
                "/api/v1/orders/nope", "/api/v1/baskets/nope", "/api/v1/stores/nope/products", "/api/v1/orders/%00",
                "/api/v1/orders/" + String(repeating: "x", count: 2_000),
            ] {
                let reply = try await shop.client.get(path)
                #expect(reply.status == 404, "\(path.prefix(60)): \(reply.body)")
                #expect(reply.headers["content-type"] == "application/problem+json")
            }
            #expect(try await shop.client.delete("/api/v1/orders/nope").status == 404)
            #expect(try await shop.client.post("/api/v1/baskets/nope/checkout").status == 404)
            let id = try await shop.basket()
            let item = try await shop.client.post("/api/v1/baskets/\(id)/items", #"{"product_id": "nope"}"#)
            #expect(item.status == 404)
        }
    }

    @Test func routesAndMethodsThatDoNotExist() async throws {
        try await TestShop.run { shop in
            for path in ["/nope", "/api/v1", "/api/v1/nope", "/api/v2/stores", "/api/v1/stores/a/b/c"] {
                let reply = try await shop.client.get(path)
                #expect(reply.status == 404, "\(path)")
                #expect(reply.problem == "no-such-route", "\(path)")
            }
            let put = try await shop.client.request("PUT", "/api/v1/orders/o-1")
            #expect(put.status == 405)
            #expect(put.problem == "method-not-allowed")
            #expect(put.headers["allow"] == "DELETE, GET, HEAD")
            #expect(try await shop.client.get("/api/v1/baskets").headers["allow"] == "POST")
            #expect(try await shop.client.request("HEAD", "/api/v1/stores").status == 200)
        }
    }

    @Test func queriesAndKeysAreChecked() async throws {
        try await TestShop.run { shop in
            for size in ["0", "-1", "201", "ten", ""] {
                let reply = try await shop.client.get("/api/v1/products?page_size=\(size)")
                #expect(reply.wrongFields == ["page_size"], "\(size)")
            }
            #expect(try await shop.client.get("/api/v1/products?query=bread").wrongFields == ["query"])
            let strange = try await shop.client.get("/api/v1/products?page_token=!")
            #expect(strange.status == 404)
            #expect(strange.problem == "no-such-page")
            let words = String(repeating: "a", count: 51)
            #expect(try await shop.client.get("/api/v1/products?q=\(words)").wrongFields == ["q"])
            #expect(
                try await shop.client.post("/api/v1/baskets", key: "\"\"").status == 201, "quotes are visible ASCII")
            #expect(try await shop.client.post("/api/v1/baskets", #"{"kiosk_id": null}"#).status == 201)
            let long = try await shop.client.post("/api/v1/baskets", key: String(repeating: "k", count: 129))
            #expect(long.wrongFields == ["Idempotency-Key"])
        }
    }

    @Test func cashIsNotTakenByAKiosk() async throws {
        try await TestShop.run { shop in
            let id = try await shop.order()
            let reply = try await shop.client.post("/api/v1/orders/\(id)/payment", #"{"method": "cash"}"#)
            #expect(reply.status == 422)
            #expect(reply.wrongFields == ["card_token", "method"])
        }
    }

    @Test func garbageHarmsNobodyElse() async throws {
        try await TestShop.run { shop in
            for garbage in ["\u{1}\u{2}\u{3}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"] {
                let text = try await shop.client.exchange(garbage)
                #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 4") || text.hasPrefix("HTTP/1.0 4"), "\(text)")
            }
            #expect(try await shop.client.get("/healthz").body == #"{"status":"ok"}"#)
        }
    }

    @Test func aPortInUseIsNamed() async throws {
        try await TestShop.run { shop in
            let second = KioskGateway(
                configuration: .init(host: "127.0.0.1", port: shop.client.port), settings: .init(),
                services: shop.services, logger: .init(label: "test"))
            let error = await #expect(throws: WebServerError.self) { try await second.run() }
            #expect(error?.description.contains("\(shop.client.port): the port is in use") == true)
            await #expect(throws: WebServerError.self) { _ = try await second.boundAddress }
        }
    }
}
