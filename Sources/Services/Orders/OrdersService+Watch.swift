import APIs
import Kernel
public import Messages
import OrderedCollections
public import Wire

/// Orders as they change.
extension OrdersService {
    /// Sends the order and then each change of it that it can, the last one always, until it has ended.
    public func watchOrder(
        _ request: OrdersV1.WatchOrderRequest, _ outbound: WireOutbound<OrdersV1.Order>, context: CallContext
    ) async throws {
        let changes = watchers.values(of: request.orderID)
        let first = try await order(request.orderID)
        try await outbound.send(first.view)
        if first.hasEnded { return }
        var version = first.view.version
        for await order in changes where order.version > version {
            version = order.version
            try await outbound.send(order)
            if Order(order).hasEnded { return }
        }
        try Task.checkCancellation()
        throw ServiceError.unavailable("the service orders is stopping: watch again later")
    }

    /// Sends all orders and then their changes, until the caller has enough or the service stops.
    /// - Throws: UNAVAILABLE when the service stops.
    public func watchOrders(
        _ request: OrdersV1.WatchOrdersRequest, _ outbound: WireOutbound<OrdersV1.OrdersUpdate>, context: CallContext
    ) async throws {
        try await followers.follow(loop) { core in
            OrdersV1.OrdersUpdate(
                position: core.position, beginning: true,
                orders: core.orders.values.filter(\.isPlaced).map(\.view))
        } update: { core, ids in
            var update = OrdersV1.OrdersUpdate(position: core.position)
            for id in ids {
                if let order = core.orders[id] { update.orders.append(order.view) } else { update.forgotten.append(id) }
            }
            return update
        } send: {
            try await self.send($0, to: outbound)
        }
    }

    private func send(_ whole: OrdersV1.OrdersUpdate, to outbound: WireOutbound<OrdersV1.OrdersUpdate>) async throws {
        var (orders, forgotten) = (whole.orders[...], whole.forgotten[...])
        repeat {
            var share = Share()
            var part = OrdersV1.OrdersUpdate(position: whole.position, beginning: whole.beginning)
            part.orders = share.take(&orders)
            part.forgotten = Array(forgotten.prefix(Share.names))
            forgotten = forgotten.dropFirst(Share.names)
            let isLast = orders.isEmpty && forgotten.isEmpty
            part.complete = whole.beginning && isLast
            try await outbound.send(part)
            if isLast { return }
        } while true
    }

    /// Tells those who watch of what was just recorded.
    static func tell(
        _ events: [CommittedEvent<OrdersV1.Event>], _ core: OrdersCore, _ watchers: Watchers<OrdersV1.Order>,
        _ followers: Followers<String>
    ) {
        let hasFollowers = !followers.isEmpty
        var changed: [String] = []
        for event in events {
            guard let id = event.event.orderID, let order = core.orders[id] else { continue }
            if watchers.isWatched(id) { watchers.publish(order.view, of: id) }
            if hasFollowers, order.isPlaced { changed.append(id) }
        }
        guard hasFollowers, let first = events.first else { return }
        followers.note(changed + core.forgotten(since: first.stamp.position))
    }
}
