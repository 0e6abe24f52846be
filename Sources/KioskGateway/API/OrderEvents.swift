import APIs
import Hummingbird
import Logging
import Messages
import NIOCore
import ServiceLifecycle
import Web
import Wire

/// An order's changes as server-sent events: the whole order at each version, with the version as the event's id.
///
/// Ends when the order has ended, when the client goes away and when the server shuts down; a client that reads too
/// slowly is cut, and carries on from its `Last-Event-ID`.
struct OrderEvents: Sendable {
    let orders: any OrdersAPI
    let orderID: String
    /// The newest version that the client has; only newer ones are sent.
    let seen: UInt64?
    let heartbeat: Duration
    /// Cuts the connection.
    let cut: @Sendable () -> Void

    /// How many events wait for a slow reader before it is cut.
    private static let bufferedEvents = 64

    func body(of request: Request) -> ResponseBody {
        ResponseBody { writer in
            do {
                try await request.body.consumeWithCancellationOnInboundClose { _ in
                    try await send { try await writer.write($0) }
                }
            } catch is CancellationError {
                // The client is gone.
            }
            try await writer.finish(nil)
        }
    }

    private func send(_ write: (ByteBuffer) async throws -> Void) async throws {
        let (frames, feed) = AsyncStream.makeStream(
            of: ByteBuffer.self, bufferingPolicy: .bufferingOldest(Self.bufferedEvents))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await watch(feed) }
            group.addTask { try await beat(feed) }
            try await write(ByteBuffer(string: "retry: 2000\n\n"))
            try await withGracefulShutdownHandler {
                for await frame in frames { try await write(frame) }
            } onGracefulShutdown: {
                feed.finish()
            }
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }

    /// Feeds the order's versions until it has ended, then ends the feed.
    private func watch(_ feed: AsyncStream<ByteBuffer>.Continuation) async {
        let seen = seen
        let outbound = WireOutbound<OrdersV1.Order> { order in
            if let seen, order.version <= seen { return }
            put(try Self.frame(order), feed)
        }
        // However the watch ends, the stream ends with it: the client connects again and finds out where things are.
        try? await orders.watchOrder(
            OrdersV1.WatchOrderRequest(orderID: orderID), outbound, context: CallContext())
        feed.finish()
    }

    /// Feeds comments, so that a dead connection is noticed and proxies keep a quiet one.
    private func beat(_ feed: AsyncStream<ByteBuffer>.Continuation) async throws {
        while true {
            try await Task.sleep(for: heartbeat)
            put(ByteBuffer(string: ": heartbeat\n\n"), feed)
        }
    }

    private func put(_ frame: ByteBuffer, _ feed: AsyncStream<ByteBuffer>.Continuation) {
        if case .dropped = feed.yield(frame) {
            feed.finish()
            cut()
        }
    }

    static func frame(_ order: OrdersV1.Order) throws -> ByteBuffer {
        var frame = ByteBuffer(string: "event: order\nid: \(order.version)\ndata: ")
        var data = try JSON.encode(OrderDocument(order))
        frame.writeBuffer(&data)
        frame.writeString("\n\n")
        return frame
    }
}
