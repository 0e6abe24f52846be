import APIs
import Kernel
import Logging
import Messages
import Synchronization
import Wire

/// How it hears of what changes at the services: one stream from each.
extension LiveHub {
    private static let shortestPause = Duration.milliseconds(100)
    private static let longestPause = Duration.seconds(5)

    /// Follows a service's stream, again after each break. It begins with all that there is, so nothing is missed.
    ///
    /// - Parameter watch: returns or throws when the stream breaks; says whether anything came
    func follow(_ source: LiveBoards.Source, _ watch: () async -> (isHeard: Bool, why: String)) async {
        var pause = Self.shortestPause
        while !Task.isCancelled {
            let (isHeard, why) = await watch()
            if Task.isCancelled { return }
            withBoards { $0.broken(source) }
            logger.info("a service's stream broke", metadata: ["service": "\(source.rawValue)", "error": "\(why)"])
            if isHeard { pause = Self.shortestPause }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
        }
    }

    func watchOrders() async -> (isHeard: Bool, why: String) {
        let heard = Heard()
        let outbound = WireOutbound<OrdersV1.OrdersUpdate> { [self] update in
            heard.note()
            noted(withBoards { $0.take(update, at: clock.now()) })
        }
        return await heard.until {
            try await services.orders.watchOrders(OrdersV1.WatchOrdersRequest(), outbound, context: CallContext())
        }
    }

    func watchFleet() async -> (isHeard: Bool, why: String) {
        let heard = Heard()
        let outbound = WireOutbound<DepotV1.FleetUpdate> { [self] update in
            heard.note()
            noted(withBoards { $0.take(update, at: clock.now()) })
        }
        return await heard.until {
            try await services.depot.watchFleet(DepotV1.WatchFleetRequest(), outbound, context: CallContext())
        }
    }

    func watchStores() async -> (isHeard: Bool, why: String) {
        let heard = Heard()
        let outbound = WireOutbound<StoresV1.StoresUpdate> { [self] update in
            heard.note()
            noted(withBoards { $0.take(update, at: clock.now()) })
        }
        return await heard.until {
            try await services.stores.watchStores(StoresV1.WatchStoresRequest(), outbound, context: CallContext())
        }
    }

    /// Whether anything came over a stream.
    private final class Heard: Sendable {
        private let isHeard = Atomic(false)

        func note() { isHeard.store(true, ordering: .relaxed) }

        func until(_ body: () async throws -> Void) async -> (isHeard: Bool, why: String) {
            var why = "it ended"
            do { try await body() } catch { why = "\(error)" }
            return (isHeard.load(ordering: .relaxed), why)
        }
    }
}
