import Kernel
import Messages
import OrderedCollections

/// What becomes of orders that have ended: the newest are kept for those who ask, older ones are forgotten, so that the
/// state and its snapshots do not grow with the log. The log still has them (``OrdersService/getOrder(_:context:)``).
extension OrdersCore {
    /// How many orders that have ended are kept at least, and how many baskets that were abandoned. Part of what the log
    /// means, so not a setting: a replay must forget the same ones.
    static let keptOrders = 2_000
    static let keptBaskets = 200
    /// Forgetting costs a walk over what is kept, so it is done for this many together, or an eighth of all.
    static let forgottenTogether = 250
    /// How many positions long it is remembered what was forgotten: for longer than any batch.
    private static let rememberedPositions: UInt64 = 100_000

    mutating func retain(_ order: Order, at position: UInt64) {
        guard order.hasEnded else { return }
        if order.view.state == .abandoned { abandoned.add(order.id) } else { ended.add(order.id) }
        let many = max(Self.forgottenTogether, orders.count / 8)
        if ended.count >= Self.keptOrders + many {
            let old = Self.takeOldest(of: &ended, many)
            forget(Set(old))
            forgotten.removeAll { $0.position + Self.rememberedPositions < position }
            forgotten.append((position, old))
        }
        if abandoned.count >= Self.keptBaskets + many { forget(Set(Self.takeOldest(of: &abandoned, many))) }
    }

    private static func takeOldest(of queue: inout Queue, _ many: Int) -> [String] {
        let old = Array(queue.names.prefix(many))
        for id in old { queue.remove(id) }
        return old
    }

    /// The orders that were forgotten at this position or later.
    func forgotten(since position: UInt64) -> [String] {
        forgotten.reversed().prefix { $0.position >= position }.flatMap(\.ids)
    }
}
