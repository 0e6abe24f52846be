import HTTPTypes
import Hummingbird
import Messages
import Testing
import Web

@testable import StaffGateway

/// Who may use which route: every route that the router has, with every role.
@Suite(.timeLimit(.minutes(2)))
struct AccessTests {
    /// The routes as the router has them, but for the page's files, which anyone may have. HEAD goes wherever GET goes.
    private static func routes(_ services: StaffGateway.Services) -> [Route] {
        let files = Set(pageFiles.map { Route(method: .get, path: $0.path) })
        let configuration = StaffGateway.Configuration(host: "", port: 0)
        let hub = StaffGateway.hub(services, logger: TestStaff.logger)
        return StaffGateway.router(services, configuration, StaffGateway.live(hub, services, configuration)).routes
            .map { Route(method: $0.method, path: $0.path.description) }
            .filter { $0.method != .head && !files.contains($0) }
    }

    /// A path of the route, of things that do not exist: who is let in gets another refusal than who is not.
    private static func example(_ route: Route) -> String {
        route.path.split(separator: "/").map { $0.hasPrefix("{") ? "nothing" : "/\($0)" }
            .map { $0.hasPrefix("/") ? $0 : "/\($0)" }.joined()
    }

    @Test func theTableAndTheRouterHaveTheSameRoutes() async throws {
        try await TestStaff.run { mall in
            let routes = Self.routes(mall.services)
            #expect(Set(routes) == Set(AccessTable.rules.keys))
            #expect(routes.count > 40)
        }
    }

    @Test func everyCommandIsInTheAuditLogAndNothingElse() {
        let unaudited: Set = ["POST /api/v1/session", "POST /api/v1/setup"]
        for (route, rule) in AccessTable.rules {
            let name = "\(route.method) \(route.path)"
            #expect((rule.command == nil) == (route.method == .get || unaudited.contains(name)), "\(name)")
        }
    }

    @Test func everyRouteIsForItsRoleAndThoseAboveIt() async throws {
        try await TestStaff.run { mall in
            for route in Self.routes(mall.services) {
                let rule = try #require(AccessTable.rules[route])
                let name = "\(route.method) \(route.path)"
                let anyone = try await mall.client.request(route.method.rawValue, Self.example(route))
                #expect((anyone.problem == "unauthenticated") == (rule.role != nil), "\(name): \(anyone)")
                for role in StaffRole.allCases {
                    // Signing out is one of the routes: a session each.
                    let browser = try await mall.signedIn(as: role)
                    let reply = try await browser.request(route.method.rawValue, Self.example(route))
                    let mayNot = rule.role.map { role < $0 } ?? false
                    #expect((reply.problem == "forbidden") == mayNot, "\(name) as \(role): \(reply)")
                    #expect((reply.status == 403) == mayNot, "\(name) as \(role): \(reply)")
                    if mayNot, let needed = rule.role {
                        #expect(reply.text("detail").contains(needed.word), "\(name) as \(role): \(reply)")
                    }
                    #expect(reply.problem != "unauthenticated", "\(name) as \(role): \(reply)")
                }
            }
        }
    }

    /// Every method that changes something, from another site's page, with a good session.
    @Test func otherSitesAreRefusedEverywhere() async throws {
        try await TestStaff.run { mall in
            let browser = try await mall.signedIn(as: .manager)
            let foreign: [[String: String]] = [
                ["Origin": "https://evil.example"], ["Origin": "null"], ["Origin": "http://127.0.0.1:1"],
                ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"],
                ["Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:\(browser.port)"],
            ]
            for route in Self.routes(mall.services) {
                for headers in foreign {
                    let reply = try await browser.request(
                        route.method.rawValue, Self.example(route), headers: headers)
                    #expect(
                        (reply.problem == "cross-site") == (route.method != .get),
                        "\(route.method) \(route.path) with \(headers): \(reply)")
                }
            }
            #expect(try await browser.get("/api/v1/users").status == 200, "the session goes on")
        }
    }

    @Test func theGatewaysOwnPageIsTakenIn() async throws {
        try await TestStaff.run { mall in
            let browser = try await mall.signedIn(as: .manager)
            for headers in [
                ["Origin": "http://127.0.0.1:\(browser.port)", "Sec-Fetch-Site": "same-origin"],
                ["Origin": "HTTP://127.0.0.1:\(browser.port)"], ["Sec-Fetch-Site": "none"], [:],
            ] {
                let reply = try await browser.request("POST", "/api/v1/bots/b-1/identify", headers: headers)
                #expect(reply.problem != "cross-site", "\(headers)")
            }
        }
    }

    @Test(arguments: [
        ("http://mall:7490", "mall:7490", false, true), ("http://mall", "mall:80", false, true),
        ("http://mall:80", "mall", false, true), ("https://mall", "mall", false, true),
        ("https://mall:443", "mall", true, true), ("http://mall", "mall", true, false),
        ("http://mall:7490", "mall", false, false), ("https://mall", "mall:80", false, false),
        ("null", "mall", false, false), ("", "mall", false, false), ("http://mall.evil", "mall", false, false),
        ("http://evil/mall", "mall", false, false), ("file://", "", false, false),
        ("http://mall/", "mall", false, false),
    ])
    func anOriginIsOfAHost(_ origin: String, _ host: String, _ secure: Bool, _ isOwn: Bool) {
        #expect(Admission.is(origin, of: host, secure: secure) == isOwn)
    }
}
