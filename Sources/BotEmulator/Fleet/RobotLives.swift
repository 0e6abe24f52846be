import APIs
import Dispatch
import Logging
import Messages
import RobotLink
import Synchronization
import Wire

/// One robot of a fleet through all its lives: it starts, connects, drops its connection, crashes and starts again.
final class RobotLives: Sendable {
    let botID: String
    private let number: Int
    private let configuration: FleetConfiguration
    private let shared: FleetShared
    private let logger: Logger
    private let faults: FaultBox
    private let card: BotClientCore.Card

    private struct State {
        var robot: Robot?
        var client: RobotClient?
        var past = FleetSummary()
        var pastSessions = 0
        var failure: String?
        /// The gateway will not have it.
        var isRefused = false
        /// Why it has no map yet.
        var trouble: String?
        var isLeaving = false
        /// Down after a crash.
        var isDown = false
        var clockSkewMs: Int64 = 0
    }

    private let state = Mutex(State())

    init(number: Int, configuration: FleetConfiguration, shared: FleetShared, logger: Logger) {
        let id = configuration.botIDs[number]
        botID = id
        self.number = number
        self.configuration = configuration
        self.shared = shared
        self.logger = logger
        faults = FaultBox(
            FaultPlan(
                bot: id, number: number, scenario: configuration.scenario, rate: configuration.failRate,
                speed: configuration.speed, seed: configuration.seed))
        card = BotClientCore.Card(
            botID: id, model: configuration.model, capacityUnits: configuration.body.capacityUnits,
            software: "mallbots bots")
    }

    /// Lives until the task is cancelled or the fleet leaves. A robot that cannot go on stays in the table as failed.
    func run() async {
        do {
            let graph = try await shared.maps.map { try await self.fetchMap() }
            while !Task.isCancelled, !isLeaving {
                guard let crash = try await live(graph: graph) else { continue }
                logger.debug("robot.crashed", metadata: ["bot": "\(botID)"])
                state.withLock { $0.isDown = true }
                await stayDown(for: .milliseconds(crash.lastsMs))
                state.withLock { $0.isDown = false }
            }
        } catch is CancellationError {
        } catch {
            if Task.isCancelled || isLeaving { return }
            state.withLock { state in
                state.failure = "\(error)"
                state.isRefused = error is RobotRefusal
            }
            logger.error("robot.failed", metadata: ["bot": "\(botID)", "error": "\(error)"])
        }
    }

    private var isLeaving: Bool { state.withLock { $0.isLeaving } }

    /// Has the robot say goodbye once its reports are sent; `run` then returns.
    func leave(reason: String) {
        let client = state.withLock { state in
            state.isLeaving = true
            return state.client
        }
        // One that hangs would never get to say it.
        client?.silence(false)
        client?.leave(reason: reason)
    }

    // MARK: A life

    private func fetchMap() async throws -> MallGraph {
        try await newConnection().use { wire in
            while true {
                do {
                    var context = CallContext(timeout: .seconds(30), waitForReady: true)
                    context.notReady = { reason in self.state.withLock { $0.trouble = reason } }
                    let response = try await BotClient(wire).getMap(BotsV1.GetMapRequest(), context: context)
                    self.state.withLock { $0.trouble = nil }
                    return MallGraph(response.mall ?? DepotV1.Mall())
                } catch let status as WireStatus
                    where status.code == .unavailable || status.code == .deadlineExceeded
                {
                    try await Task.sleep(for: .milliseconds(500))
                }
            }
        }
    }

    private func newConnection() -> RobotConnection {
        RobotConnection {
            let skew = self.state.withLock { $0.clockSkewMs }
            return try self.configuration.makeClient(self.botID, .milliseconds(skew))
        }
    }

    /// - Returns: the crash that ended it; nil: it has said goodbye.
    private func live(graph: MallGraph) async throws -> Fault? {
        let client = try await openClient()
        defer { retire() }
        var parameters = configuration.body
        parameters.outOfStockRate = configuration.failRate
        parameters.seed = configuration.seed
        guard let body = Body(botID: botID, number: number, graph: graph, parameters: parameters, now: 0) else {
            throw EmulationError("the mall's map has no nodes")
        }
        let (strikes, strike) = AsyncStream.makeStream(of: Fault.self)
        let robot = Robot(
            botID: botID, client: client, body: body, speed: configuration.speed, faults: faults, docks: shared.docks
        ) { strike.yield($0) }
        let isLeaving = state.withLock { state in
            (state.robot, state.client) = (robot, client)
            return state.isLeaving
        }
        if isLeaving { client.leave(reason: "stopped") }
        let connection = newConnection()
        return try await withThrowingTaskGroup(of: Fault?.self) { group in
            group.addTask {
                try await robot.live()
                return nil
            }
            group.addTask {
                try await connection.stay(client)
                return nil
            }
            group.addTask { await self.suffer(strikes, connection) }
            // Whichever comes first: a crash, a goodbye, or the end.
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// What concerns the whole robot, until it crashes.
    private func suffer(_ strikes: AsyncStream<Fault>, _ connection: RobotConnection) async -> Fault? {
        await withTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            for await fault in strikes {
                logger.debug("robot.fault", metadata: ["bot": "\(botID)", "fault": "\(fault.kind.rawValue)"])
                switch fault.kind {
                case .crash: return fault
                case .drop: connection.cut(for: .milliseconds(fault.lastsMs))
                case .clockSkew:
                    state.withLock { $0.clockSkewMs = fault.skewMs }
                    // It is by its clock that a robot judges certificates: when it connects.
                    connection.cut(for: .zero)
                case .duplicate: group.addTask { await self.meetTwin(for: .milliseconds(fault.lastsMs)) }
                default: break
                }
            }
            return nil
        }
    }

    private func meetTwin(for stay: Duration) async {
        let hello = BotsV1.Hello(
            botID: botID, model: card.model, protocolVersion: 1, capacityUnits: card.capacityUnits, software: "twin")
        try? await newConnection().use { wire in await Twin.appear(as: hello, over: BotClient(wire), for: stay) }
    }

    /// Nothing of it runs; leaving ends this.
    private func stayDown(for duration: Duration) async {
        let end = ContinuousClock.now + duration
        while !isLeaving, ContinuousClock.now < end {
            guard (try? await Task.sleep(for: min(.milliseconds(200), end - ContinuousClock.now))) != nil else {
                return
            }
        }
    }

    /// The journal's lock of the life before is let go when its last write is done.
    private func openClient() async throws -> RobotClient {
        let (card, logger) = (card, logger)
        let directory = "\(configuration.directory)/\(botID)"
        var attempts = 0
        while true {
            do {
                return try await withCheckedThrowingContinuation { continuation in
                    DispatchQueue.global().async {
                        continuation.resume(
                            with: Result { try RobotClient(card: card, directory: directory, logger: logger) })
                    }
                }
            } catch let error as JournalError where error.code == .inUse && attempts < 20 {
                attempts += 1
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private func retire() {
        let robot = state.withLock { state in
            defer { (state.robot, state.client) = (nil, nil) }
            return state.robot
        }
        guard let robot else { return }
        Task {
            let (tally, sessions) = await robot.work
            state.withLock { state in
                state.past.add(tally)
                // The next life finds them in its journal.
                state.past.unacknowledged = 0
                state.pastSessions += sessions
            }
        }
    }

    // MARK: How it goes

    func row() async -> FleetRow {
        let now = state.withLock { $0 }
        let count = faults.struck.kinds.values.reduce(0, +)
        if let failure = now.failure {
            return FleetRow(
                botID: botID, state: now.isRefused ? "refused" : "failed", trouble: failure, faults: count)
        }
        var row = await now.robot?.row ?? FleetRow(botID: botID, trouble: now.trouble)
        row.faults = count
        if now.isDown { row.state = "down" }
        return row
    }

    func summary() async -> FleetSummary {
        let now = state.withLock { $0 }
        var summary = now.past
        var sessions = now.pastSessions
        if let (tally, more) = await now.robot?.work {
            summary.add(tally)
            sessions += more
        }
        summary.robots = 1
        summary.reconnects = max(0, sessions - 1)
        summary.failedRobots = now.failure == nil ? 0 : 1
        let struck = faults.struck
        summary.faults = struck.kinds.mapValues { FaultCount(times: $0, robots: 1) }
        summary.rulesStruck = Array(struck.rules.prefix(configuration.scenario.rules.count))
        return summary
    }
}

/// What the robots of a fleet have in common.
struct FleetShared: Sendable {
    let docks = DockBox()
    let maps = MapKeeper()
}

/// Why a robot cannot be emulated.
struct EmulationError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
