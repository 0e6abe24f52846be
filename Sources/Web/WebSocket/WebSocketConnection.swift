package import NIOCore
import NIOWebSocket

/// One WebSocket after the upgrade. Messages are whole, reassembled and checked.
package final class WebSocketConnection: Sendable {
    private let channel: any Channel
    private let inbox: WebSocketInbox

    init(channel: any Channel, inbox: WebSocketInbox) {
        self.channel = channel
        self.inbox = inbox
    }

    /// The peer's text messages; ends when the peer closes, or is cut, or we close. For one task.
    ///
    /// While nobody takes them, the peer can send no more than `WebSocketLimits.maxWaitingBytes`.
    package var messages: AsyncStream<String> {
        AsyncStream(unfolding: { [inbox] in
            while let message = await inbox.next() {
                if case .text(let text) = message { return text }
            }
            return nil
        })
    }

    /// The same, of either kind.
    package var allMessages: AsyncStream<WebSocketMessage> {
        AsyncStream(unfolding: { [inbox] in await inbox.next() })
    }

    /// Sends a text message. Returns when the socket has taken it: waits while the peer reads slowly.
    ///
    /// - Parameter text: UTF-8
    /// - Throws: `WebSocketClosed`, or a channel's error, when the socket is closed or being closed
    package func send(_ text: ByteBuffer) async throws {
        try await channel.writeAndFlush(WebSocketFrame(fin: true, opcode: .text, data: text))
    }

    /// Sends a message of bytes; as `send(_:)`.
    package func send(binary: ByteBuffer) async throws {
        try await channel.writeAndFlush(WebSocketFrame(fin: true, opcode: .binary, data: binary))
    }

    /// Says that it ends, and why; then waits a moment for the peer to say so too, and for the connection to be closed.
    ///
    /// - Parameter reason: at most 123 bytes of it are sent
    package func close(_ code: UInt16, _ reason: String) async {
        channel.triggerUserOutboundEvent(WebSocketClose(code, reason), promise: nil)
        await closed()
    }

    /// Returns when the connection is gone.
    package func closed() async {
        try? await channel.closeFuture.get()
    }
}

/// Something was to be sent on a WebSocket that is closed, or being closed.
package struct WebSocketClosed: Error {}
