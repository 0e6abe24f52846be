package import Messages
import NIOCore

/// What a handler can do wrong on purpose, to see how its caller takes it. For servers that clients are tried against.
///
/// A handler of a router that allows it (`WireRouter.allowFaults`) finds it in `CallFaults.current`; any other router's
/// handlers have no way to it.
package struct CallFaults: Sendable {
    @TaskLocal package static var current: CallFaults?

    let stream: CallStream

    /// Sends the initial metadata now, and not with the first message. Then `reset` is the next thing that is sent.
    package func sendHeaders() {
        onConnection { [stream] in stream.sendHeaders(on: $0) }
    }

    /// Sends the one answer of a call that has one, ahead of its end.
    package func answer(_ message: some Message) async throws {
        try await stream.answer(message)
    }

    /// Ends the call with a reset in place of a status, behind what was sent. The handler is cancelled by it.
    package func reset(_ code: WireV1.Code, _ message: String) async throws -> Never {
        onConnection { [stream] in $0.reset(stream, code, message) }
        try await waitForCancellation()
    }

    /// Sends `GoAway`; this call and those that are open may go on for `grace`.
    package func goAway(_ message: String, reconnectAfter: Duration, grace: Duration) {
        onConnection { $0.drain(message, reconnectAfter: reconnectAfter, grace: grace) }
    }

    /// Closes the connection behind what was sent, with no word of why. The handler is cancelled by it.
    package func cut() async throws -> Never {
        onConnection { $0.close("cut on purpose") }
        try await waitForCancellation()
    }

    /// Behind what this handler has asked for before, whichever thread it is on.
    private func onConnection(_ body: @escaping @Sendable (WireConnection) -> Void) {
        // Without a connection the call is over, and this comes too late.
        guard let connection = stream.connection else { return }
        connection.eventLoop.execute { body(connection) }
    }

    private func waitForCancellation() async throws -> Never {
        while true { try await Task.sleep(for: .seconds(60)) }
    }
}
