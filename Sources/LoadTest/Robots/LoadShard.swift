import Logging
import Messages
import Synchronization
import Wire

/// The robots of one thread: their connections, sessions and messages, and what is counted of them.
///
/// Everything that happens to them happens on the shard's loop, so its lock is free but for the moments in which the
/// coordinator collects.
final class LoadShard: Sendable {
    struct Robot {
        /// Of all robots, from 0.
        let number: Int
        let role: LoadProfile.Role
        var book: ReportBook
        /// While it has a session.
        var outbound: WireOutbound<BotsV1.FromBot>?
        var hasHadSession = false
        var telemetry: UInt64 = 0
    }

    struct State {
        /// Their places here are what the shard knows them by.
        var robots: [Robot] = []
        var rota = Rota([])
        /// Since the coordinator last collected.
        var recent = LoadTally()
        var connected = 0
        /// Sessions that a robot is opening which comes and goes.
        var visits = 0
        var visitsBegun = 0
        /// Of connections that stay.
        var clients: [WireClient] = []
        /// Of those that went.
        var bytesSent = 0
        var bytesReceived = 0
        /// How many calls the gateway takes on one connection, once it has said so.
        var maxCalls: Int?
        var lastFailure: String?
    }

    let plan: LoadPlan
    let target: LoadTarget
    let clock: LoadClock
    let loop = WireLoop.next()
    let logger: Logger
    let journal: String
    /// Of all shards, from 0.
    let number: Int
    let count: Int
    private let sources: SourceAddresses
    /// Connections that stay, with the places of their robots.
    private let connections: [(number: Int, robots: [Int])]
    let state: Mutex<State>

    /// - Parameters:
    ///   - number: of `count` shards, from 0; it has every `count`th connection and the robots on them.
    ///   - journal: the robots' journals begin with this, so that each test has its own.
    init(
        number: Int, of count: Int, plan: LoadPlan, target: LoadTarget, clock: LoadClock, journal: String,
        logger: Logger
    ) {
        self.plan = plan
        self.target = target
        self.clock = clock
        self.logger = logger
        self.journal = journal
        self.number = number
        self.count = count
        sources = SourceAddresses(host: target.host)
        var state = State()
        var connections: [(number: Int, robots: [Int])] = []
        var seats: [Rota.Seat] = []
        for connection in stride(from: number, to: plan.connections, by: count) {
            var staying: [Int] = []
            for robot in stride(from: connection, to: plan.streams, by: plan.connections) {
                let (place, cadence) = (state.robots.count, plan.cadence(ofRobot: robot))
                let role = plan.profile.role(ofRobot: robot)
                let inFlight = role == .reports ? plan.inFlight : 1
                state.robots.append(
                    Robot(number: robot, role: role, book: ReportBook(cadence: cadence, inFlight: inFlight)))
                if role != .storm { staying.append(place) }
                if role == .telemetry || role == .reports { seats.append(.init(robot: place, cadence: cadence)) }
            }
            if !staying.isEmpty { connections.append((connection, staying)) }
        }
        state.rota = Rota(seats)
        self.connections = connections
        self.state = Mutex(state)
    }

    // MARK: Running

    /// Connects the robots, lets them work, and lets them go when the clock says so.
    func run() async {
        await withDiscardingTaskGroup { group in
            await connectAll(in: &group)
            while !clock.hasBegun, !clock.isStopping { await loop.pause(for: .milliseconds(2)) }
            group.addTask(executorPreference: loop.executor) { await self.pace() }
            for robot in state.withLock({ $0.robots }) where robot.role == .storm {
                group.addTask(executorPreference: loop.executor) {
                    await self.comeAndGo(robot.number, robot.book.cadence)
                }
            }
            while !clock.isStopping { await loop.pause(for: .milliseconds(10)) }
            await sayGoodbye()
            group.cancelAll()
        }
    }

    private func connectAll(in group: inout DiscardingTaskGroup) async {
        for (number, robots) in connections {
            let due = plan.dialTime(ofConnection: number)
            while clock.sinceStart < due, !clock.isStopping {
                await loop.pause(for: .nanoseconds(min(due - clock.sinceStart, 10_000_000)))
            }
            if clock.isStopping { return }
            let client = makeClient(number, .resumed) { self.heard($0) }
            state.withLock { $0.clients.append(client) }
            group.addTask(executorPreference: loop.executor) { try? await client.run() }
            for robot in robots {
                group.addTask(executorPreference: loop.executor) { await self.stay(robot, over: client) }
            }
        }
    }

    func makeClient(
        _ connection: Int, _ handshake: LoadTarget.Handshake, source: Int? = nil,
        observer: @escaping @Sendable (WireClientEvent) -> Void
    ) -> WireClient {
        var configuration = target.configuration(connection, handshake)
        configuration.agent = target.software
        if plan.connections > SourceAddresses.perAddress || source != nil {
            configuration.sourceAddress = sources.address(ofConnection: source ?? connection)
        }
        // A robot's: soon again, then more and more patient.
        configuration.backoff.initial = .milliseconds(250)
        configuration.backoff.maximum = .seconds(10)
        configuration.observer = observer
        return WireClient(configuration: configuration, on: loop, logger: logger)
    }

    private func sayGoodbye() async {
        let outbounds = state.withLock { $0.robots.compactMap(\.outbound) }
        for outbound in outbounds {
            _ = outbound.offer(RobotMessages.goodbye)
            outbound.finish()
        }
        let end = clock.sinceStart + 2_000_000_000
        while state.withLock({ $0.connected > 0 }), clock.sinceStart < end {
            await loop.pause(for: .milliseconds(5))
        }
        for client in state.withLock({ $0.clients }) { client.close() }
    }

    // MARK: Counting

    /// What was counted since the last time, and how things stand.
    struct Collected {
        var tally: LoadTally
        var connected: Int
        var bytesSent: Int
        var bytesReceived: Int
        var maxCalls: Int?
        var lastFailure: String?
    }

    func collect() -> Collected {
        state.withLock { state in
            defer { state.recent = LoadTally() }
            return Collected(
                tally: state.recent, connected: state.connected,
                bytesSent: state.clients.reduce(state.bytesSent) { $0 + $1.traffic.bytesSent },
                bytesReceived: state.clients.reduce(state.bytesReceived) { $0 + $1.traffic.bytesReceived },
                maxCalls: state.maxCalls, lastFailure: state.lastFailure)
        }
    }

    /// Whether something that was due by the end is still on its way.
    var isWaiting: Bool {
        let last = clock.lastDue
        return state.withLock { state in
            state.visits > 0 || state.robots.contains { $0.role == .reports && $0.book.unanswered(by: last) > 0 }
        }
    }

    /// What has no answer at the end counts.
    func giveUpOnUnanswered() {
        let (now, last) = (clock.now, clock.lastDue)
        state.withLock { state in
            for robot in state.robots where robot.role == .reports {
                robot.book.giveUp(by: last, now: now, &state.recent)
            }
            state.recent.errors.add(
                ErrorTally.Code.unanswered, "reports that were due had no acknowledgement at the end",
                count: state.recent.reportsUnanswered)
        }
    }

    func heard(_ event: WireClientEvent) {
        state.withLock { state in
            switch event {
            case .connected(let connection): state.noteHandshake(connection)
            case .failed(let reason): state.noteFailure(reason)
            // Its calls end, and say so.
            case .connecting, .disconnected: break
            }
        }
    }
}

extension LoadShard.State {
    mutating func noteHandshake(_ connection: WireClientConnection) {
        maxCalls = connection.maxCalls
        if connection.isResumed { recent.resumedHandshakes += 1 } else { recent.fullHandshakes += 1 }
    }

    mutating func noteFailure(_ reason: String) {
        lastFailure = reason
        recent.errors.add(ErrorTally.Code.connect, reason)
    }
}
