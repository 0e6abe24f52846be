package import HTTPTypes
package import Hummingbird

/// A path at which a WebSocket is served.
package struct WebSocketRoute: Sendable {
    /// What runs for as long as one socket lives.
    typealias Serve = @Sendable (WebSocketConnection) async -> Void

    /// "/api/v1/live"
    package let path: String
    /// What both speak over the socket; the client must offer it. nil: nothing is agreed on.
    package let subprotocol: String?
    package let limits: WebSocketLimits
    private let open: @Sendable (HTTPRequest) async throws -> Serve

    /// - Parameters:
    ///   - admit: before the upgrade, on the request's head: who it is (cookies, Origin, …). What it throws is answered as
    ///     any route's error is, and there is no upgrade. A request that is refused may be looked at twice.
    ///   - serve: for as long as the socket lives; cancelled when the socket is gone. When it returns, the socket is closed
    ///     with code 1000.
    package init<Session: Sendable>(
        path: String, subprotocol: String?, limits: WebSocketLimits = WebSocketLimits(),
        admit: @escaping @Sendable (HTTPRequest) async throws -> Session,
        serve: @escaping @Sendable (WebSocketConnection, Session) async -> Void
    ) {
        self.path = path
        self.subprotocol = subprotocol
        self.limits = limits
        open = { head in
            let session = try await admit(head)
            return { await serve($0, session) }
        }
    }

    /// Adds what answers requests that do not become a WebSocket: each with what is wrong with it.
    package func add(to router: some RouterMethods<some WebContext>) {
        router.get(RouterPath(path)) { request, _ -> Response in try await refuse(request.head) }
    }

    /// What a request is told that does not become a WebSocket.
    /// - Throws: always
    package func refuse(_ head: HTTPRequest) async throws -> Response {
        _ = try await admit(head)
        // Everything is as it should be, but it is too late on this connection.
        throw Problem.lateUpgrade
    }

    /// Whether a request is for this path.
    func matches(_ head: HTTPRequest) -> Bool {
        guard head.method == .get, let target = head.path else { return false }
        return target.prefix { $0 != "?" } == path
    }

    /// - Throws: what the request is refused with
    func admit(_ head: HTTPRequest) async throws -> Serve {
        try WebSocketHandshake.check(head, subprotocol: subprotocol)
        return try await open(head)
    }
}
