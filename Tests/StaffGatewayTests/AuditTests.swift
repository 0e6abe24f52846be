import Foundation
import Kernel
import Messages
import Testing

@testable import StaffGateway

/// Who did what: the audit log.
@Suite(.timeLimit(.minutes(1)))
struct AuditTests {
    private func line(_ entry: [String: Any]) -> String {
        ["user", "action", "target", "outcome"].map { entry[$0] as? String ?? "" }.joined(separator: " | ")
    }

    @Test func commandsAndRefusalsAreThere() async throws {
        try await TestStaff.run { mall in
            let manager = try await mall.signedIn(as: .manager)
            let viewer = try await mall.signedIn(as: .viewer)
            _ = try await manager.post("/api/v1/bots/b-1/pause", #"{"reason": "wet floor"}"#)
            _ = try await manager.post("/api/v1/bots/nothing/pause")
            _ = try await viewer.post("/api/v1/bots/b-1/resume")
            _ = try await manager.post("/api/v1/stores", #"{"name": "Books", "node": "n1"}"#)
            _ = try await mall.client.post("/api/v1/session", #"{"name": "viewer", "password": "guess guess"}"#)
            _ = try await mall.client.post("/api/v1/session", #"{"name": "my own password", "password": "x"}"#)
            let page = try await manager.get("/api/v1/audit")
            #expect(page.status == 200)
            let entries = page.list("entries")
            let store = try await manager.get("/api/v1/stores").list("stores").first {
                $0["name"] as? String == "Books"
            }
            let storeID = try #require(store?["store_id"] as? String)
            #expect(
                entries.map(line) == [
                    "viewer | sign in | user/viewer | refused: the password was wrong",
                    "manager | create store | store/\(storeID) | done",
                    "viewer | resume robot | bot/b-1 | refused: This takes a manager; have one do it, or ask a manager for the role.",
                    "manager | pause robot | bot/nothing | refused: there is no robot 'nothing'",
                    "manager | pause robot | bot/b-1 | done",
                    "viewer | sign in | user/viewer | done", "manager | sign in | user/manager | done",
                ])
            #expect(entries[4]["detail"] as? String == "reason: wet floor")
            #expect(!page.body.contains("my own password"), "what was typed for a name may be a password")
        }
    }

    @Test(arguments: [
        ("/api/v1/bots/b-1/pause", "bot/b-1"), ("/api/v1/orders/o-1", "order/o-1"),
        ("/api/v1/lists/o-1/tasks/2/assign", "task/o-1/2"), ("/api/v1/lists/o-1/cancel", "list/o-1"),
        ("/api/v1/stores", "/api/v1/stores"), ("/api/v1/session/password", "/api/v1/session/password"),
    ])
    func aPathIsAboutSomething(_ path: String, _ target: String) {
        #expect(CommandTarget.of(path: path) == target)
    }

    @Test func itIsReadByPagesAndFiltered() async throws {
        try await TestStaff.run { mall in
            let manager = try await mall.signedIn(as: .manager)
            for number in 1...7 { _ = try await manager.post("/api/v1/bots/b-\(number % 2)/identify") }
            var seen: [Int] = []
            var token: String?
            repeat {
                let query = "page_size=2" + (token.map { "&page_token=\($0)" } ?? "")
                let page = try await manager.get("/api/v1/audit?\(query)")
                #expect(page.list("entries").count <= 2)
                seen += page.list("entries").compactMap { $0["position"] as? Int }
                token = page.json["next_page_token"] as? String
            } while token != nil
            #expect(seen.count == 8)
            #expect(seen == seen.sorted(by: >))
            let one = try await manager.get("/api/v1/audit?target=bot/b-1&user=MANAGER").list("entries")
            #expect(one.count == 4)
            #expect(try await manager.get("/api/v1/audit?target=bot").list("entries").count == 7)
            #expect(try await manager.get("/api/v1/audit?user=nobody").list("entries").isEmpty)
            #expect(try await manager.get("/api/v1/audit?page_token=x").wrongFields == ["page_token"])
        }
    }

    /// A command whose answer was never written: the server stopped in between.
    @Test func whatBrokeOffIsUnknown() async throws {
        try await TestStaff.run { mall in
            let manager = try await mall.signedIn(as: .manager)
            let given = GivenCommand(user: "manager", action: "refund order", target: "order/o-1")
            try await mall.staff.loop.decide { _, _ in Decision<StaffCore, Void>([given.event()]) }
            let entry = try #require(try await manager.get("/api/v1/audit").list("entries").first)
            #expect(line(entry) == "manager | refund order | order/o-1 | unknown")
        }
    }

    @Test func noSecretIsInTheLog() async throws {
        let log = InMemoryEventLog(name: "staff")
        let cookie = try await TestStaff.run(log: log) { mall in
            let manager = try await mall.signedIn(as: .manager)
            _ = try await manager.post(
                "/api/v1/users", #"{"name": "carl", "role": "clerk", "password": "carls password"}"#)
            _ = try await manager.patch("/api/v1/users/carl", #"{"password": "another password"}"#)
            _ = try await manager.request(
                "PUT", "/api/v1/session/password",
                body: #"{"current_password": "correct horse", "new_password": "battery staple"}"#)
            return manager.cookie
        }
        let token = try #require(cookie?.split(separator: "=").last.map(String.init))
        let events = try log.read(after: 0, limit: 1_000)
        #expect(events.count >= 8)
        for event in events {
            let text = String(decoding: event.payload, as: UTF8.self) + (event.cause.map { "\($0)" } ?? "")
            for secret in [token, "carls password", "another password", "correct horse", "battery staple"] {
                #expect(!text.contains(secret), "\(event.type)")
            }
        }
    }
}
