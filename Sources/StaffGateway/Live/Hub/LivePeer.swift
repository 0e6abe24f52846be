import NIOCore

/// A client's socket, as the live half of the gateway sees it.
struct LivePeer: Sendable {
    /// What the client sends; ends when it is gone.
    var messages: AsyncStream<String>
    /// Sends a message. Returns when the socket has taken it, which may be long with a slow client; throws when the client
    /// is gone.
    var send: @Sendable (ByteBuffer) async throws -> Void
    /// Closes with a WebSocket code and a reason.
    var close: @Sendable (UInt16, String) async -> Void
}

/// The session that a socket was opened with.
struct LiveSession: Sendable {
    var audience: Audience
    /// Whom the user's role makes of it, after each change of the role; ends when the session does.
    var changes: AsyncStream<Audience>
}

/// The code that a socket is closed with when its session has ended.
let sessionEndedCode: UInt16 = 4401
