import Web

/// The socket at which the staff's pages follow what happens.
struct LiveRoute: Sendable {
    static let path = "/api/v1/live"
    static let subprotocol = "mallbots.staff.v1"
    /// What a client says is short.
    static let maxMessageBytes = 16 * 1024

    let hub: LiveHub
    let admission: Admission

    var socket: WebSocketRoute {
        var limits = WebSocketLimits()
        limits.maxMessageBytes = Self.maxMessageBytes
        return WebSocketRoute(
            path: Self.path, subprotocol: Self.subprotocol, limits: limits,
            admit: { [admission] head in try await admission.session(ofSocket: head) },
            serve: { [self] connection, session in await serve(connection, session) })
    }

    private func serve(_ connection: WebSocketConnection, _ session: StaffSession) async {
        guard let changes = try? await admission.staff.changes(of: session) else {
            return await connection.close(1_011, "the session cannot be looked up: try again")
        }
        let (audiences, feed) = AsyncStream.makeStream(of: Audience.self)
        let watching = Task {
            watching: for await change in changes {
                switch change {
                case .role(let role): feed.yield(Audience(role))
                case .ended: break watching
                }
            }
            feed.finish()
        }
        await hub.serve(
            LivePeer(
                messages: connection.messages, send: { try await connection.send($0) },
                close: { await connection.close($0, $1) }),
            LiveSession(audience: Audience(session.role), changes: audiences))
        watching.cancel()
    }
}

extension Audience {
    init(_ role: StaffRole) {
        self = role >= .clerk ? .clerk : .viewer
    }
}
