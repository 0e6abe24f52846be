package import HTTPTypes
package import Hummingbird

/// One route of the API: a method and a path with `{names}`.
package struct Route: Hashable, Sendable {
    package var method: HTTPRequest.Method
    package var path: String

    package init(method: HTTPRequest.Method, path: String) {
        self.method = method
        self.path = path
    }

    /// Whether the path is of this form.
    package func matches(path: String) -> Bool {
        let pattern = self.path.split(separator: "/", omittingEmptySubsequences: true)
        let segments = path.split(separator: "/", omittingEmptySubsequences: true)
        guard pattern.count == segments.count else { return false }
        return zip(pattern, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}

/// Every route that the router has: knows what a path would have taken when a method was wrong.
package struct RouteTable: Sendable {
    package let routes: [Route]

    package init(routes: [Route]) {
        self.routes = routes
    }

    package init(_ router: Router<some WebContext>) {
        routes = router.routes.map { Route(method: $0.method, path: $0.path.description) }
    }

    /// The methods that a path takes, in order; empty for no path of the API. `HEAD` goes wherever `GET` goes.
    package func methods(at path: String) -> [String] {
        let methods = routes.filter { $0.matches(path: path) }.map(\.method.rawValue)
        return Set(methods + (methods.contains("GET") ? ["HEAD"] : [])).sorted()
    }
}
