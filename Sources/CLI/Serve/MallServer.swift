import APIs
import BotGateway
import Depot
import Foundation
import Kernel
import KioskGateway
import Logging
import Messages
import Orders
import Payments
import ServiceLifecycle
import Stores
import Wire

/// Puts the parts of a mall together in one process and runs them.
///
/// Two groups: the services, which hold the state, and the listeners, which let the world in. The listeners open after
/// the services have loaded and close before them, so nothing that was let in meets a service that is gone.
struct MallServer: Sendable {
    let options: ServeOptions
    let plan: MallPlan
    /// Each value has the certificates loaded again.
    var hangUps = AsyncStream<Void> { $0.finish() }

    /// Runs until `stop` returns, then drains and stops. Or until something fails.
    ///
    /// - Parameters:
    ///   - stop: returns when the mall is to close
    ///   - ready: called once, when everything listens
    /// - Throws: `Failure`, naming what cannot be had and what to do.
    func run(
        until stop: @escaping @Sendable () async -> Void, ready: @escaping @Sendable (RunningMall) async throws -> Void
    ) async throws {
        let folders = options.data.folders
        let directory = try explaining { try DataDirectory.open(folders.root) }
        defer { directory.close() }
        let logger = Loggers.logger("mallbots", level: options.log.logLevel.level)
        let services = try explaining {
            try Services(directory: directory, mall: plan.mall, robots: options.robots, logger: logger)
        }
        let listeners = try explaining {
            try Listeners(options: options, services: services, hangUps: hangUps, logger: logger)
        }

        try await withThrowingTaskGroup(of: Void.self) { tasks in
            let servicesGroup = services.group(logger: logger)
            tasks.addTask { try await servicesGroup.run() }
            do {
                try await Seeding(stores: services.stores).open(plan)
                try await runListeners(listeners, services: services, until: stop, ready: ready, logger: logger)
            } catch {
                await servicesGroup.triggerGracefulShutdown()
                try? await tasks.waitForAll()
                throw error
            }
            await servicesGroup.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private func runListeners(
        _ listeners: Listeners, services: Services, until stop: @escaping @Sendable () async -> Void,
        ready: @escaping @Sendable (RunningMall) async throws -> Void, logger: Logger
    ) async throws {
        let group = listeners.group(logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                let addresses = try await listeners.addresses(data: options.data.folders.root)
                try addresses.write()
                try await ready(
                    RunningMall(
                        addresses: addresses, stores: services.stores, orders: services.orders,
                        payments: services.payments, depot: services.depot, staff: services.staff,
                        telemetry: services.gateway.telemetry,
                        events: services.stream))
                await stop()
                await listeners.announceDrain()
                await group.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
    }

    /// Errors of the parts say what is wrong in their own words.
    private func explaining<R>(_ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch {
            throw Failure("\(error)")
        }
    }
}
