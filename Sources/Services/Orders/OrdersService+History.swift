import Kernel
import Messages
import OrderedCollections

/// Orders that ended long ago: the state has forgotten them, the log has not.
extension OrdersService {
    /// The order of this id, also one that ended long ago, or NOT_FOUND.
    func order(_ id: String) async throws -> Order {
        do {
            return try await loop.read { try $0.order(id) }
        } catch let error as ServiceError where error.code == .notFound {
            guard let old = try await forgotten(id) else { throw error }
            return old
        }
    }

    /// An order that the state has forgotten, as its stream in the log gives it; nil when there never was one.
    func forgotten(_ id: String) async throws -> Order? {
        var core = OrdersCore()
        for event in try await loop.history(of: OrdersCore.stream(of: id)) { core.evolve(event.event, event.stamp) }
        return core.orders[id]
    }

    /// Has something done to an order; when the state has none since it ended long ago, the refusal says so.
    func refusing<R: Sendable>(_ orderID: String, _ body: @Sendable () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch let error as ServiceError where error.code == .notFound {
            // Perhaps it was something else that was not found.
            guard try await loop.read({ $0.orders[orderID] == nil }), let old = try await forgotten(orderID) else {
                throw error
            }
            throw ServiceError.failedPrecondition(
                "order '\(orderID)' is \(old.stateName), and has been for long: nothing can be done to it any more")
        }
    }
}
