import APIs
import BotGateway
import Depot
import Kernel
import Orders
import Payments
import StaffGateway
import Stores
import Wire
import WireServices

/// What the listeners say about the services behind them.
struct MallHealth: Sendable {
    private let bots: HealthService
    private let services: HealthService

    /// Adds health and reflection to the listeners' routers, for all that is registered there. Before the parts run.
    init(bots: inout WireRouter, services: inout WireRouter, of parts: Services) {
        self.bots = Self.complete(&bots)
        self.services = Self.complete(&services)
        parts.gateway.onAvailability { [bots = self.bots] in bots.set("mallbots.bots.v1.BotService", serving: $0) }
        follow("mallbots.stores.v1.StoresService", parts.stores.onCondition)
        follow("mallbots.orders.v1.OrdersService", parts.orders.onCondition)
        follow("mallbots.payments.v1.PaymentsService", parts.payments.onCondition)
        follow("mallbots.depot.v1.DepotService", parts.depot.onCondition)
        follow("mallbots.staff.v1.StaffService", parts.staff.onCondition)
    }

    /// Nothing serves any more; returns when those who watch know it.
    func drain() async {
        await bots.drain()
        await services.drain()
    }

    /// A service that keeps no log serves as long as the listener does.
    private static func complete(_ router: inout WireRouter) -> HealthService {
        let health = HealthService()
        router.register(health: health)
        router.register(reflection: ReflectionService(of: router))
        for service in router.services { health.set(service, serving: true) }
        return health
    }

    /// A service with a log serves while that takes what it has to write.
    private func follow(
        _ service: String, _ onCondition: (@escaping @Sendable (LoopCondition) -> Void) -> Void
    ) {
        services.set(service, serving: false)
        onCondition { [services] in services.set(service, serving: $0.isWorking) }
    }
}
