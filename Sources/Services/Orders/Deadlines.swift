public import Kernel
public import Messages
import OrderedCollections

/// What happens because nobody does anything: baskets are abandoned, and a checkout that gets no answer ends.
extension OrdersCore {
    /// A basket that nobody touches for this long is abandoned.
    static let basketPatience = Duration.seconds(30 * 60)
    /// An order whose card or list is not heard of for this long is rejected. What comes of it later is undone by whoever
    /// did it: Payments lets go of the card, Depot cancels the list.
    static let stepPatience = Duration.seconds(60)

    public func nextDeadline(after now: Timestamp) -> Timestamp? {
        let basket = touched.oldest.map { Timestamp(unixMs: $0) + Self.basketPatience }
        let step = placed.oldest.map { max(Timestamp(unixMs: $0), began) + Self.stepPatience }
        return [basket, step].compactMap(\.self).min()
    }

    public func due(_ now: Timestamp) -> [NewEvent<OrdersV1.Event>] {
        let left = touched.ids(notAfter: (now - Self.basketPatience).unixMs).map { id in
            OrdersV1.Event(kind: .basketAbandoned(OrdersV1.BasketAbandoned(orderID: id)))
        }
        return (left + overdueSteps(now)).map(\.new)
    }

    private func overdueSteps(_ now: Timestamp) -> [OrdersV1.Event] {
        let latest = now - Self.stepPatience
        guard began <= latest else { return [] }
        return placed.ids(notAfter: latest.unixMs).compactMap { id in
            guard let order = orders[id] else { return nil }
            let seconds = Self.stepPatience.components.seconds
            return order.reject(
                order.lacksCard
                    ? "the card was not heard of in \(seconds) seconds"
                    : "no shopping list was made in \(seconds) seconds")
        }
    }
}
