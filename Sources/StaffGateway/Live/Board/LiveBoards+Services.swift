import Kernel
import Messages

/// What the services' streams tell.
extension LiveBoards {
    mutating func take(_ update: OrdersV1.OrdersUpdate, at now: Timestamp) -> Set<BoardTopic> {
        take(
            update.orders.map(LiveEntity.order), removed: update.forgotten.map { EntityKey(kind: .order, id: $0) },
            isBeginning: update.beginning, isComplete: update.complete, from: .orders, at: now)
    }

    mutating func take(_ update: DepotV1.FleetUpdate, at now: Timestamp) -> Set<BoardTopic> {
        take(
            update.bots.map(LiveEntity.bot) + update.tasks.map(LiveEntity.task) + update.lists.map(LiveEntity.list),
            isBeginning: update.beginning, isComplete: update.complete, from: .depot, at: now)
    }

    mutating func take(_ update: StoresV1.StoresUpdate, at now: Timestamp) -> Set<BoardTopic> {
        take(
            update.stores.map(LiveEntity.store) + update.products.map(LiveEntity.product),
            removed: update.removedProducts.map { EntityKey(kind: .product, id: $0) },
            isBeginning: update.beginning, isComplete: update.complete, from: .stores, at: now)
    }
}
