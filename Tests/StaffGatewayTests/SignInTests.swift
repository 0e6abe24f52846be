import Foundation
import Kernel
import Logging
import Messages
import Testing

@testable import StaffGateway

/// Signing in and out over HTTP, and what ends a session.
@Suite(.timeLimit(.minutes(1)))
struct SignInTests {
    @Test func theFirstUserIsMadeWithTheTokenOnce() async throws {
        try await TestStaff.run { mall in
            let before = try await mall.client.get("/api/v1/session")
            #expect(before.status == 200)
            #expect(before.json["user"] is NSNull)
            #expect(before.json["needs_setup"] as? Bool == true)
            #expect(before.text("mall_name") == "Test")
            #expect(before.text("currency_code") == "EUR")
            let token = try #require(try await mall.staff.setupToken())

            let wrong = #"{"token": "wrong", "name": "anna", "password": "correct horse"}"#
            #expect(try await mall.client.post("/api/v1/setup", wrong).status == 403)
            let weak = #"{"token": "\#(token)", "name": "anna", "password": "short"}"#
            #expect(try await mall.client.post("/api/v1/setup", weak).status == 422)

            let right = #"{"token": "\#(token)", "name": "anna", "password": "correct horse"}"#
            let made = try await mall.client.post("/api/v1/setup", right)
            #expect(made.status == 201)
            let user = try #require(made.json["user"] as? [String: Any])
            #expect(user["role"] as? String == "manager")
            #expect(made.json["needs_setup"] as? Bool == false)
            var browser = mall.client
            browser.cookie = made.cookie
            #expect(try await browser.get("/api/v1/users").status == 200)

            #expect(try await mall.client.post("/api/v1/setup", right).status == 409)
            #expect(try await mall.staff.setupToken() == nil)
        }
    }

    @Test func theCookieIsForTheServerAlone() async throws {
        try await TestStaff.run { mall in
            _ = try await mall.signedIn(as: .manager)
            let reply = try await mall.client.post(
                "/api/v1/session", #"{"name": "Manager", "password": "correct horse"}"#)
            #expect(reply.status == 200)
            let attributes = try #require(reply.headers["set-cookie"]).components(separatedBy: "; ")
            #expect(attributes[0].hasPrefix("mallbots_staff="))
            #expect(attributes.dropFirst() == ["Path=/", "Max-Age=43200", "HttpOnly", "SameSite=Strict"])
            #expect(reply.headers["cache-control"] == "no-store")
            let token = try #require(attributes[0].split(separator: "=").last)
            #expect(!reply.body.contains(token), "a script cannot read it from the answer")
        }
    }

    @Test func wrongNamesAndPasswordsLookTheSame() async throws {
        try await TestStaff.run { mall in
            _ = try await mall.signedIn(as: .viewer)
            _ = try await mall.staff.changeUser(name: "viewer", role: nil, disabled: true, password: nil)
            let bodies = try await [
                ("manager", "wrong password"), ("nobody", "wrong password"), ("viewer", TestStaff.password),
            ]
            .asyncMap { name, password in
                let reply = try await mall.client.post(
                    "/api/v1/session", #"{"name": "\#(name)", "password": "\#(password)"}"#)
                #expect(reply.status == 401)
                #expect(reply.problem == "wrong-password")
                #expect(reply.cookie == nil)
                return reply.body
            }
            #expect(Set(bodies).count == 1)
        }
    }

    @Test func failuresHaveToWait() async throws {
        try await TestStaff.run { mall in
            _ = try await mall.signedIn(as: .manager)
            let wrong = #"{"name": "manager", "password": "wrong password"}"#
            for _ in 1...5 { #expect(try await mall.client.post("/api/v1/session", wrong).status == 401) }
            let right = #"{"name": "manager", "password": "\#(TestStaff.password)"}"#
            let refused = try await mall.client.post("/api/v1/session", right)
            #expect(refused.status == 429)
            #expect(refused.problem == "too-many-tries")
            #expect(refused.headers["retry-after"] == "1")
            mall.clock.advance(by: .seconds(1))
            #expect(try await mall.client.post("/api/v1/session", right).status == 200)
        }
    }

    @Test func signingOutEndsTheSessionAndClearsTheCookie() async throws {
        try await TestStaff.run { mall in
            let browser = try await mall.signedIn(as: .clerk)
            let other = try await mall.signedIn("clerk")
            let reply = try await browser.delete("/api/v1/session")
            #expect(reply.status == 204)
            #expect(reply.headers["set-cookie"]?.contains("Max-Age=0") == true)
            #expect(try await browser.get("/api/v1/orders").status == 401)
            #expect(try await browser.get("/api/v1/session").json["user"] is NSNull)
            #expect(try await other.get("/api/v1/orders").status == 200)
        }
    }

    @Test func aPasswordIsChanged() async throws {
        try await TestStaff.run { mall in
            let browser = try await mall.signedIn(as: .clerk)
            let other = try await mall.signedIn("clerk")
            func change(_ current: String, _ new: String) async throws -> StaffClient.Reply {
                try await browser.request(
                    "PUT", "/api/v1/session/password",
                    body: #"{"current_password": "\#(current)", "new_password": "\#(new)"}"#)
            }
            let wrong = try await change("wrong password", "battery staple")
            #expect(wrong.status == 422)
            #expect(wrong.wrongFields == ["current_password"])
            #expect(try await change(TestStaff.password, "short").status == 422)
            #expect(try await other.get("/api/v1/orders").status == 200)
            #expect(try await change(TestStaff.password, "battery staple").status == 204)
            #expect(try await browser.get("/api/v1/orders").status == 200, "this session goes on")
            #expect(try await other.get("/api/v1/orders").status == 401, "the others have ended")
            #expect(try await mall.signedIn("clerk").cookie == nil)
            #expect(try await mall.signedIn("clerk", "battery staple").cookie != nil)
        }
    }

    @Test func aSessionEndsInTime() async throws {
        try await TestStaff.run { mall in
            let browser = try await mall.signedIn(as: .viewer)
            mall.clock.advance(by: StaffCore.sessionLength - .seconds(1))
            #expect(try await browser.get("/api/v1/orders").status == 200)
            mall.clock.advance(by: .seconds(1))
            #expect(try await browser.get("/api/v1/orders").status == 401)
        }
    }

    @Test func sessionsAndUsersOutliveTheServer() async throws {
        let log = InMemoryEventLog(name: "staff")
        let clock = ManualClock()
        let cookie = try await TestStaff.run(log: log, clock: clock) { mall in
            try await mall.signedIn(as: .clerk).cookie
        }
        try await TestStaff.run(log: log, clock: clock) { mall in
            var browser = mall.client
            browser.cookie = cookie
            let session = try await browser.get("/api/v1/session")
            #expect((session.json["user"] as? [String: Any])?["name"] as? String == "clerk")
            #expect(session.json["needs_setup"] as? Bool == false)
            #expect(try await mall.staff.setupToken() == nil)
            #expect(try await mall.signedIn("clerk").cookie != nil)
        }
    }

    /// What watches a session, as its socket does, hears of its end and of a higher role.
    @Test func changesOfASessionAreSeen() async throws {
        try await TestStaff.run { mall in
            let browser = try await mall.signedIn(as: .viewer)
            let token = try #require(browser.cookie?.split(separator: "=").last.map(String.init))
            let session = try #require(try await mall.staff.session(token: token))
            var changes = try await mall.staff.changes(of: session).makeAsyncIterator()
            _ = try await mall.staff.changeUser(name: "viewer", role: .clerk, disabled: nil, password: nil)
            #expect(await changes.next() == .role(.clerk))
            // Who looks away meanwhile sees where things are.
            var late = try await mall.staff.changes(of: session).makeAsyncIterator()
            #expect(await late.next() == .role(.clerk))
            _ = try await mall.staff.changeUser(name: "viewer", role: .viewer, disabled: nil, password: nil)
            #expect(await changes.next() == .ended("the user is a viewer now"))
            var tooLate = try await mall.staff.changes(of: session).makeAsyncIterator()
            #expect(await tooLate.next() == .ended("it is over"))
            #expect(await tooLate.next() == nil)
        }
    }
}

extension Sequence {
    func asyncMap<R>(_ body: (Element) async throws -> R) async throws -> [R] {
        var results: [R] = []
        for element in self { results.append(try await body(element)) }
        return results
    }
}
