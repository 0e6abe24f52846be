import APIs
import Hummingbird
import Messages
import Web
import Wire

/// What a customer follows: the order at each of its versions, and where its robots are.
struct OrderEvents: Sendable {
    let orders: any OrdersAPI
    let robots: LiveRobots
    let orderID: String
    /// The newest version that the client has; only newer ones are sent.
    let seen: UInt64?

    /// The least time between two events about robots. Pages move them evenly meanwhile.
    private static let robotsInterval = Duration.seconds(1)

    /// Feeds until the order has ended.
    func produce(_ feed: EventFeed) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await follow(feed) }
            group.addTask { await locate(feed) }
            // Robots alone have no end.
            await group.next()
            group.cancelAll()
        }
    }

    /// Each version has the whole order, and is the event's id.
    private func follow(_ feed: EventFeed) async {
        let seen = seen
        let outbound = WireOutbound<OrdersV1.Order> { order in
            if let seen, order.version <= seen { return }
            feed.put(try ServerSentEvents.frame("order", id: order.version, OrderDocument(order)))
        }
        // However the watch ends, the stream ends with it: the client connects again and finds out where things are.
        try? await orders.watchOrder(OrdersV1.WatchOrderRequest(orderID: orderID), outbound, context: CallContext())
        // Nothing that waits to be sent is lost by ending here.
        feed.finish()
    }

    private func locate(_ feed: EventFeed) async {
        var known = OrderRobots(orderID: orderID)
        for await sightings in robots.updates(Self.robotsInterval) where known.take(sightings) {
            feed.replace(try? ServerSentEvents.frame("robots", known.document))
        }
        // Where there is no telemetry, the order is still followed.
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3_600)) }
    }
}
