import HTTPTypes
import Web

/// Who may use a route, and what the audit log calls its command.
struct AccessRule: Sendable, Hashable {
    /// The lowest role that may; nil: anyone, signed in or not.
    var role: StaffRole?
    /// "cancel order"; nil for what changes nothing, and for signing in, which has an entry of its own.
    var command: String?
}

/// Every route of the gateway, with who may use it. A route that is not here cannot be registered (``StaffRouter``).
enum AccessTable {
    static let rules: [Route: AccessRule] = {
        var rules: [Route: AccessRule] = [:]
        for (method, path, role, command) in entries {
            let route = Route(method: method, path: path)
            precondition(rules[route] == nil, "\(method) \(path) is twice in the access table")
            rules[route] = AccessRule(role: role, command: command)
        }
        return rules
    }()

    private static let entries: [(HTTPRequest.Method, String, StaffRole?, String?)] = [
        (.get, "/healthz", nil, nil),
        (.get, "/openapi.yaml", nil, nil),
        (.get, "/api/v1/session", nil, nil),
        (.post, "/api/v1/setup", nil, nil),
        (.post, "/api/v1/session", nil, nil),
        (.delete, "/api/v1/session", .viewer, "sign out"),
        (.put, "/api/v1/session/password", .viewer, "change own password"),

        (.get, "/api/v1/users", .manager, nil),
        (.post, "/api/v1/users", .manager, "add user"),
        (.patch, "/api/v1/users/{name}", .manager, "change user"),
        (.delete, "/api/v1/users/{name}", .manager, "remove user"),
        (.get, "/api/v1/audit", .manager, nil),

        (.get, "/api/v1/orders", .viewer, nil),
        (.get, "/api/v1/orders/{id}", .viewer, nil),
        (.get, "/api/v1/orders/{id}/invoice", .viewer, nil),
        (.get, "/api/v1/orders/{id}/timeline", .viewer, nil),
        (.get, "/api/v1/pickup/{code}", .clerk, nil),
        (.post, "/api/v1/orders/{id}/hand-over", .clerk, "hand over order"),
        (.post, "/api/v1/orders/{id}/payment", .clerk, "take payment"),
        (.post, "/api/v1/orders/{id}/refund", .manager, "refund order"),
        (.delete, "/api/v1/orders/{id}", .clerk, "cancel order"),

        (.get, "/api/v1/live", .viewer, nil),

        (.get, "/api/v1/mall", .viewer, nil),
        (.get, "/api/v1/bots", .viewer, nil),
        (.get, "/api/v1/bots/{id}", .viewer, nil),
        (.get, "/api/v1/bots/{id}/log", .viewer, nil),
        (.post, "/api/v1/bots", .manager, "register robot"),
        (.post, "/api/v1/bots/{id}/pause", .manager, "pause robot"),
        (.post, "/api/v1/bots/{id}/resume", .manager, "resume robot"),
        (.post, "/api/v1/bots/{id}/dock", .manager, "send robot to dock"),
        (.post, "/api/v1/bots/{id}/retire", .manager, "retire robot"),
        (.post, "/api/v1/bots/{id}/lost", .manager, "declare robot lost"),
        (.post, "/api/v1/bots/{id}/identify", .manager, "identify robot"),

        (.get, "/api/v1/lists", .viewer, nil),
        (.get, "/api/v1/lists/{id}", .viewer, nil),
        (.post, "/api/v1/lists/{id}/cancel", .manager, "cancel list"),
        (.get, "/api/v1/tasks", .viewer, nil),
        (.post, "/api/v1/lists/{id}/tasks/{number}/assign", .manager, "assign task"),
        (.post, "/api/v1/lists/{id}/tasks/{number}/reassign", .manager, "reassign task"),

        (.get, "/api/v1/stores", .viewer, nil),
        (.post, "/api/v1/stores", .manager, "create store"),
        (.patch, "/api/v1/stores/{id}", .manager, "change store"),
        (.get, "/api/v1/stores/{id}/products", .viewer, nil),
        (.post, "/api/v1/stores/{id}/products", .manager, "add product"),
        (.patch, "/api/v1/products/{id}", .manager, "change product"),
        (.delete, "/api/v1/products/{id}", .manager, "remove product"),
    ]
}
