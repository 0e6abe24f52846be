import BotGateway
import Depot
import Kernel
import Logging
import Messages
import Orders
import Payments
import ServiceLifecycle
import StaffGateway
import Stores

/// The application services and the gateway's state, over their logs in a data directory.
struct Services: Sendable {
    let stream = EventStream()
    let stores: StoresService
    let orders: OrdersService
    let payments: PaymentsService
    let depot: DepotService
    let gateway: BotGateway
    let staff: StaffService

    /// Opens the logs and loads what they hold. Blocks while it reads.
    init(directory: DataDirectory, mall: DepotV1.Mall, robots: RobotOptions, logger: Logger) throws {
        stores = try StoresService(log: directory.log("stores"), stream: stream, logger: logger)
        orders = try OrdersService(log: directory.log("orders"), stream: stream, logger: logger)
        payments = try PaymentsService(log: directory.log("payments"), stream: stream, logger: logger)
        var policy = DispatchPolicy()
        policy.leaseSeconds = robots.leaseSeconds
        depot = try DepotService(
            log: directory.log("depot"), stream: stream, mall: mall, logger: logger, policy: policy)
        // Nobody reads the gateway's log by stream, and robots report a lot.
        let reports = try directory.log("gateway", options: SQLiteLogOptions(indexStreams: false))
        gateway = try BotGateway(
            log: reports, stream: stream, limits: robots.limits, roster: robots.roster.policy, liveness: depot,
            logger: logger)
        staff = try StaffService(log: directory.log("staff"), logger: logger)
    }

    /// Runs them all; on graceful shutdown the gateway stops first, then the services.
    func group(logger: Logger) -> ServiceGroup {
        let parts = [
            Part("stores", run: stores.run, stop: stores.stop),
            Part("payments", run: payments.run, stop: payments.stop),
            Part("orders", run: orders.run, stop: orders.stop),
            Part("depot", run: depot.run, stop: depot.stop),
            Part("gateway", run: gateway.run, stop: gateway.stop),
            Part("staff", run: staff.run, stop: staff.stop),
        ]
        return ServiceGroup(
            configuration: .init(services: parts.map { .init(service: $0) }, logger: logger))
    }

    /// Something with `run()` and `stop()`, as a service of a group.
    private struct Part: Service, CustomStringConvertible {
        let description: String
        let work: @Sendable () async throws -> Void
        let stop: @Sendable () -> Void

        init(
            _ name: String, run: @escaping @Sendable () async throws -> Void, stop: @escaping @Sendable () -> Void
        ) {
            description = name
            work = run
            self.stop = stop
        }

        func run() async throws {
            try await withGracefulShutdownHandler(operation: work, onGracefulShutdown: stop)
        }
    }
}
