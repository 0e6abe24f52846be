import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// The bytes that answer a request for a WebSocket, once HTTP's handlers have left its connection.
enum WebSocketUpgrade {
    // NIOWebSocket knows how a key is accepted, and tells it only by the way of an upgrade.
    private static let upgrader = NIOWebSocketServerUpgrader(
        shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
        upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })

    /// 101, with the key accepted and the subprotocol chosen.
    static func acceptance(
        of head: HTTPRequest, subprotocol: String?, on channel: any Channel
    ) -> EventLoopFuture<ByteBuffer> {
        let request = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/",
            headers: [
                "Sec-WebSocket-Key": head.headerFields[.secWebSocketKey] ?? "",
                "Sec-WebSocket-Version": WebSocketHandshake.version,
            ])
        return upgrader.buildUpgradeResponse(channel: channel, upgradeRequest: request, initialResponseHeaders: [:])
            .map { headers in
                var headers = headers
                if let subprotocol { headers.add(name: "Sec-WebSocket-Protocol", value: subprotocol) }
                return answer("101 Switching Protocols", headers)
            }
    }

    /// A problem, after which the connection is closed.
    static func refusal(_ problem: Problem) -> ByteBuffer {
        var body = problem.document()
        var bytes = answer(
            "\(problem.status.code) \(problem.status.reasonPhrase)",
            [
                "Content-Type": Problem.contentType, "Content-Length": "\(body.readableBytes)",
                "Cache-Control": "no-store", "Connection": "close",
            ])
        bytes.writeBuffer(&body)
        return bytes
    }

    private static func answer(_ status: String, _ headers: HTTPHeaders) -> ByteBuffer {
        ByteBuffer(
            string: "HTTP/1.1 \(status)\r\n" + headers.map { "\($0.name): \($0.value)\r\n" }.joined() + "\r\n")
    }
}
