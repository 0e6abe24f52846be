package import APIs
package import Kernel
package import Logging
import Messages
import NIOCore
import Synchronization
package import Web
import Wire

/// The live half of the staff gateway: follows every service once, and tells all its sockets.
package final class LiveHub: Sendable {
    /// The services that it follows.
    package struct Services: Sendable {
        package var stores: any StoresAPI
        package var orders: any OrdersAPI
        package var payments: any PaymentsAPI
        package var depot: any DepotAPI
        /// The services' logs, for the events of an order or a robot.
        package var events: EventStream
        package var robots: LiveRobots

        package init(
            stores: any StoresAPI, orders: any OrdersAPI, payments: any PaymentsAPI, depot: any DepotAPI,
            events: EventStream, robots: LiveRobots
        ) {
            self.stores = stores
            self.orders = orders
            self.payments = payments
            self.depot = depot
            self.events = events
            self.robots = robots
        }
    }

    let services: Services
    let sources: DetailReader.Sources
    let limits: LiveLimits
    let clock: any KernelClock
    let logger: Logger
    private let boards: Mutex<LiveBoards>
    private let sockets = Mutex<(all: [Int: LiveSocket], next: Int)>(([:], 0))
    private let changes = Mutex<Set<BoardTopic>>([])
    private let changed = AsyncSignal()
    private let relay: EventRelay

    /// - Parameter life: this process's name for itself in positions: letters and digits, another one each time
    package convenience init(services: Services, life: String, logger: Logger) {
        self.init(services: services, life: life, rules: AlertRules(), clock: SystemClock(), logger: logger)
    }

    init(
        services: Services, life: String, rules: AlertRules, limits: LiveLimits = LiveLimits(), clock: any KernelClock,
        logger: Logger
    ) {
        self.services = services
        self.limits = limits
        self.clock = clock
        self.logger = logger
        relay = EventRelay(services.events)
        sources = DetailReader.Sources(
            orders: services.orders, payments: services.payments, timelines: TimelineReader(events: services.events),
            relay: relay, texts: TimelineTexts(), limits: limits)
        boards = Mutex(LiveBoards(life: life, rules: rules))
    }

    /// Follows the services until the task is cancelled.
    package func run() async {
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { [self] in await follow(.orders, watchOrders) }
            tasks.addTask { [self] in await follow(.depot, watchFleet) }
            tasks.addTask { [self] in await follow(.stores, watchStores) }
            tasks.addTask { [self] in await relay.run(logger: logger) }
            tasks.addTask { [self] in
                for await batch in services.robots.updates(Self.telemetryInterval) {
                    boards.withLock { $0.take(batch) }
                }
            }
            tasks.addTask { [self] in await pulse() }
            tasks.addTask { [self] in await tick() }
            await tasks.waitForAll()
        }
    }

    /// Serves a client for as long as its socket is open.
    func serve(_ peer: LivePeer, _ session: LiveSession) async {
        let socket = LiveSocket(peer, audience: session.audience, hub: self)
        let number = sockets.withLock { sockets in
            sockets.next += 1
            sockets.all[sockets.next] = socket
            return sockets.next
        }
        await socket.run(session)
        sockets.withLock { _ = $0.all.removeValue(forKey: number) }
    }

    func withBoards<R>(_ body: (inout LiveBoards) throws -> sending R) rethrows -> sending R {
        try boards.withLock { try body(&$0) }
    }

    // MARK: Telling

    private static let telemetryInterval = Duration.milliseconds(100)

    func noted(_ topics: Set<BoardTopic>) {
        if topics.isEmpty { return }
        changes.withLock { $0.formUnion(topics) }
        changed.notify()
    }

    /// Wakes the sockets that follow what has changed: at once, and then not again for a moment, which is longer the more
    /// of them there are, so that many changes go out together.
    private func pulse() async {
        while !Task.isCancelled {
            await changed.wait()
            let topics = changes.withLock { topics in
                defer { topics = [] }
                return topics
            }
            let sockets = sockets.withLock { Array($0.all.values) }
            for socket in sockets { socket.wake(for: topics) }
            try? await Task.sleep(for: Self.pause(sockets: sockets.count))
        }
    }

    /// 10 ms, and 200 ms with a thousand sockets and more.
    static func pause(sockets: Int) -> Duration {
        .microseconds(min(200_000, max(10_000, sockets * 200)))
    }

    /// Has telemetry sent when it is due, and alerts raised.
    private func tick() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.telemetryInterval)
            let now = clock.now()
            let (head, topics) = boards.withLock { boards in
                let isDue = boards.due.map { $0 <= now } ?? false
                return (boards.sightings.head, isDue ? boards.tick(at: now) : [])
            }
            noted(topics)
            let sockets = sockets.withLock { Array($0.all.values) }
            for socket in sockets where socket.wantsTelemetry(head, at: now) { socket.wake() }
        }
    }
}
