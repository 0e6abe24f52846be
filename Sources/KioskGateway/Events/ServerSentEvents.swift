import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import Web

/// A response of server-sent events (WHATWG's `text/event-stream`): begins with how soon to come back, beats while
/// nothing happens, and ends when its producer has, when the client goes away and when the server shuts down.
struct ServerSentEvents: Sendable {
    let heartbeat: Duration
    /// The request's connection, which is cut when its client reads too slowly; it carries on from its `Last-Event-ID`.
    let channel: any Channel

    /// - Parameter produce: puts events into the feed; the stream ends when it returns.
    func response(
        to request: Request, produce: @escaping @Sendable (EventFeed) async -> Void
    ) -> Response {
        let body = ResponseBody { writer in
            do {
                try await request.body.consumeWithCancellationOnInboundClose { _ in
                    try await send(produce) { try await writer.write($0) }
                }
            } catch is CancellationError {
                // The client is gone.
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .connection: "close"], body: body)
    }

    private func send(
        _ produce: @escaping @Sendable (EventFeed) async -> Void, _ write: (ByteBuffer) async throws -> Void
    ) async throws {
        let feed = EventFeed { [channel] in channel.close(promise: nil) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await produce(feed)
                feed.finish()
            }
            group.addTask { try await beat(feed) }
            try await write(ByteBuffer(string: "retry: 2000\n\n"))
            try await withGracefulShutdownHandler {
                for await frame in feed.frames { try await write(frame) }
            } onGracefulShutdown: {
                feed.finish()
            }
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }

    /// Comments, so that a dead connection is noticed and proxies keep a quiet one.
    private func beat(_ feed: EventFeed) async throws {
        while true {
            try await Task.sleep(for: heartbeat)
            feed.put(ByteBuffer(string: ": heartbeat\n\n"))
        }
    }

    /// One event. Without an id, the client's `Last-Event-ID` stays what it was.
    static func frame(_ name: String, id: UInt64? = nil, _ document: some Encodable) throws -> ByteBuffer {
        var frame = ByteBuffer(string: "event: \(name)\n")
        if let id { frame.writeString("id: \(id)\n") }
        frame.writeString("data: ")
        var data = try JSON.encode(document)
        frame.writeBuffer(&data)
        frame.writeString("\n\n")
        return frame
    }
}
