import Foundation
import HTTPTypes
import Testing
import Web

@testable import StaffGateway

/// Whatever is sent, the answer is a problem that names what is wrong, and the gateway goes on.
@Suite(.timeLimit(.minutes(1)))
struct BadInputTests {
    /// Routes that take a body, with what has to be in it.
    private static let bodies: [(method: String, path: String, fields: [String: String])] = [
        ("POST", "/api/v1/session", ["name": #""a""#, "password": #""b""#]),
        ("POST", "/api/v1/setup", ["token": #""a""#, "name": #""a""#, "password": #""b""#]),
        ("PUT", "/api/v1/session/password", ["current_password": #""a""#, "new_password": #""b""#]),
        ("POST", "/api/v1/users", ["name": #""a""#, "role": #""clerk""#, "password": #""b""#]),
        ("PATCH", "/api/v1/users/x", [:]), ("POST", "/api/v1/orders/x/hand-over", ["pickup_code": #""a""#]),
        ("POST", "/api/v1/orders/x/payment", ["method": #""cash""#]), ("POST", "/api/v1/orders/x/refund", [:]),
        ("POST", "/api/v1/bots", ["bot_id": #""a""#, "capacity_units": "1"]), ("POST", "/api/v1/bots/x/pause", [:]),
        ("POST", "/api/v1/bots/x/resume", [:]), ("POST", "/api/v1/bots/x/dock", [:]),
        ("POST", "/api/v1/bots/x/retire", [:]), ("POST", "/api/v1/bots/x/lost", [:]),
        ("POST", "/api/v1/bots/x/identify", [:]), ("POST", "/api/v1/lists/x/cancel", [:]),
        ("POST", "/api/v1/lists/x/tasks/1/assign", ["bot_id": #""a""#]),
        ("POST", "/api/v1/lists/x/tasks/1/reassign", [:]),
        ("POST", "/api/v1/stores", ["name": #""a""#, "node": #""n1""#]), ("PATCH", "/api/v1/stores/bakery", [:]),
        (
            "POST", "/api/v1/stores/bakery/products",
            ["name": #""a""#, "stock": "1", "price": #"{"minor_units": 1, "currency_code": "EUR"}"#]
        ),
        ("PATCH", "/api/v1/products/bread", [:]),
    ]

    @Test func thereIsOneForEveryRouteWithABody() {
        let withBodies = AccessTable.rules.keys.filter { $0.method != .get && $0.method != .delete }
        for route in withBodies {
            #expect(
                Self.bodies.contains { $0.method == route.method.rawValue && route.matches(path: $0.path) },
                "\(route)")
        }
        #expect(withBodies.count == Self.bodies.count)
    }

    @Test func wrongBodiesAreNamed() async throws {
        try await TestStaff.run { mall in
            let manager = try await mall.signedIn(as: .manager)
            for (method, path, fields) in Self.bodies {
                let name = "\(method) \(path)"
                func send(_ body: String) async throws -> StaffClient.Reply {
                    try await manager.request(method, path, body: body)
                }
                #expect(try await send("{").status == 400, "\(name)")
                #expect(try await send("[1]").status == 400, "\(name)")
                #expect(try await send("\"\u{0}").status == 400, "\(name)")
                let misspelt = try await send(#"{"misspelt": 1}"#)
                #expect(misspelt.status == 422, "\(name): \(misspelt)")
                #expect(misspelt.wrongFields.contains("misspelt"), "\(name)")
                for field in fields.keys {
                    #expect(misspelt.wrongFields.contains(field), "\(name) needs \(field)")
                    let body = fields.map { #""\#($0.key)": \#($0.key == field ? "[true]" : $0.value)"# }
                    let wrong = try await send("{\(body.joined(separator: ", "))}")
                    #expect(wrong.status == 422, "\(name) with \(field)")
                    #expect(wrong.wrongFields == [field], "\(name) with \(field): \(wrong)")
                }
            }
            #expect(try await manager.get("/healthz").status == 200)
        }
    }

    @Test func optionalFieldsAreCheckedToo() async throws {
        try await TestStaff.run { mall in
            let manager = try await mall.signedIn(as: .manager)
            let cases: [(String, String, String, [String])] = [
                ("PATCH", "/api/v1/users/x", #"{"role": "boss"}"#, ["role"]),
                ("PATCH", "/api/v1/users/x", #"{"disabled": "yes"}"#, ["disabled"]),
                ("PATCH", "/api/v1/users/x", "{}", ["role"]),
                ("POST", "/api/v1/orders/x/payment", #"{"method": "gold"}"#, ["method"]),
                ("POST", "/api/v1/orders/x/payment", #"{"method": "card"}"#, ["card_token"]),
                ("POST", "/api/v1/orders/x/payment", #"{"method": "cash", "card_token": "c"}"#, ["card_token"]),
                ("POST", "/api/v1/orders/x/refund", #"{"minor_units": 0}"#, ["minor_units"]),
                ("POST", "/api/v1/orders/x/refund", #"{"minor_units": 1.5}"#, ["minor_units"]),
                ("POST", "/api/v1/bots/x/retire", #"{"at_once": 1}"#, ["at_once"]),
                ("POST", "/api/v1/bots/x/pause", #"{"reason": "\#(String(repeating: "x", count: 151))"}"#, ["reason"]),
                ("PATCH", "/api/v1/products/bread", #"{"price": 5}"#, ["price"]),
                (
                    "PATCH", "/api/v1/products/bread", #"{"price": {"minor_units": "5", "cent": 1}}"#,
                    ["price.minor_units", "price.currency_code", "price.cent"]
                ),
                ("PATCH", "/api/v1/products/bread", #"{"stock": -1}"#, ["stock"]),
                ("PATCH", "/api/v1/stores/bakery", #"{"node": "nowhere"}"#, ["node"]),
                ("GET", "/api/v1/orders?page_size=0", "", ["page_size"]),
                ("GET", "/api/v1/orders?pagesize=1", "", ["pagesize"]),
                ("GET", "/api/v1/tasks?state=odd", "", ["state"]),
                ("GET", "/api/v1/lists?state=odd", "", ["state"]),
                ("GET", "/api/v1/audit?page_token=0", "", ["page_token"]),
                ("GET", "/api/v1/bots/b-1/log?before=d1.x2", "", ["before"]),
            ]
            for (method, path, body, fields) in cases {
                let reply = try await manager.request(method, path, body: body)
                #expect(reply.status == 422, "\(method) \(path) \(body): \(reply)")
                #expect(reply.wrongFields == fields, "\(method) \(path) \(body): \(reply)")
            }
        }
    }

    @Test func whatDoesNotExistIsNotFound() async throws {
        try await TestStaff.run { mall in
            let manager = try await mall.signedIn(as: .manager)
            for route in AccessTable.rules.keys where route.path.contains("{") {
                let path = route.path.replacing("{number}", with: "1").replacing(/\{\w+\}/, with: "nothing")
                let body = Self.bodies.first { $0.method == route.method.rawValue && route.matches(path: $0.path) }
                let fields = body?.fields.map { #""\#($0.key)": \#($0.value)"# } ?? []
                let change = route.method == .patch ? [#""name": "x""#] : fields
                // A role is what a user has that can be changed.
                let given = route.path.hasSuffix("users/{name}") ? [#""role": "clerk""#] : change
                let reply = try await manager.request(
                    route.method.rawValue, path,
                    body: route.method == .get || route.method == .delete
                        ? "" : "{\(given.joined(separator: ", "))}")
                #expect(reply.status == 404, "\(route.method) \(path): \(reply)")
            }
            #expect(try await manager.get("/api/v1/bots/%zz").wrongFields == ["id"])
            #expect(try await manager.get("/api/v1/nothing").problem == "no-such-route")
            let put = try await manager.request("PUT", "/api/v1/orders")
            #expect(put.status == 405)
            #expect(put.headers["allow"] == "GET, HEAD")
        }
    }

    @Test(arguments: ["mallbots_staff=", "mallbots_staff=x", "mallbots_staff", "=", ";;;", "other=1"])
    func aWrongCookieIsNone(_ cookie: String) async throws {
        try await TestStaff.run { mall in
            _ = try await mall.signedIn(as: .manager)
            var browser = mall.client
            browser.cookie = cookie
            #expect(try await browser.get("/api/v1/orders").status == 401)
            #expect(try await browser.get("/api/v1/session").status == 200)
        }
    }
}
