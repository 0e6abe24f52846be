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
    private let logger: Logger
    private let faults: FaultPlan

    private struct State {
        var robot: Robot?
        var client: RobotClient?
        var past = FleetSummary()
        var pastSessions = 0
        var drops = 0
        var crashes = 0
        var failure: String?
        /// The gateway will not have it.
        var isRefused = false
        /// Why it has no map yet.
        var trouble: String?
        var isLeaving = false
    }

    private let state = Mutex(State())

    init(number: Int, configuration: FleetConfiguration, logger: Logger) {
        botID = configuration.botIDs[number]
        self.number = number
        self.configuration = configuration
        self.logger = logger
        faults = FaultPlan(
            seed: configuration.seed, botID: configuration.botIDs[number], rate: configuration.failRate,
            speed: configuration.speed)
    }

    /// Lives until the task is cancelled or the fleet leaves. A robot that cannot go on stays in the table as failed.
    func run() async {
        do {
            let graph = try await fetchMap()
            var life = 0
            while !Task.isCancelled, !isLeaving {
                try await live(graph: graph, life: life)
                life += 1
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
        client?.leave(reason: reason)
    }

    // MARK: A life

    private func fetchMap() async throws -> MallGraph {
        try await withClient { wire in
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

    private func live(graph: MallGraph, life: Int) async throws {
        let client = try await openClient()
        defer { retire() }
        var parameters = configuration.body
        parameters.outOfStockRate = configuration.failRate
        parameters.seed = configuration.seed
        guard let body = Body(botID: botID, number: number, graph: graph, parameters: parameters, now: 0) else {
            throw EmulationError("the mall's map has no nodes")
        }
        let robot = Robot(botID: botID, client: client, body: body, speed: configuration.speed)
        let isLeaving = state.withLock { state in
            (state.robot, state.client) = (robot, client)
            return state.isLeaving
        }
        if isLeaving { client.leave(reason: "stopped") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await robot.live() }
            group.addTask { try await self.stayConnected(client) }
            if let crash = faults.nextCrash(life: life) {
                group.addTask {
                    try await Task.sleep(for: crash)
                    self.state.withLock { $0.crashes += 1 }
                }
            }
            // Whichever comes first: a crash, a goodbye, or the end.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// The journal's lock of the life before is let go when its last write is done.
    private func openClient() async throws -> RobotClient {
        let card = BotClientCore.Card(
            botID: botID, model: configuration.model, capacityUnits: configuration.body.capacityUnits,
            software: "mallbots bots")
        let directory = "\(configuration.directory)/\(botID)"
        let logger = logger
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

    private func stayConnected(_ client: RobotClient) async throws {
        var connection = 0
        while !Task.isCancelled {
            let drop = faults.nextDrop(connection: connection)
            let hasLeft = try await withClient { wire in
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    defer { group.cancelAll() }
                    group.addTask {
                        try await client.run(over: BotClient(wire))
                        return true
                    }
                    if let drop {
                        group.addTask {
                            try await Task.sleep(for: drop)
                            return false
                        }
                    }
                    return try await group.next() ?? true
                }
            }
            if hasLeft { return }
            state.withLock { $0.drops += 1 }
            connection += 1
        }
    }

    /// A connection of the robot's own, for as long as `body` lasts.
    private func withClient<R: Sendable>(_ body: @Sendable @escaping (WireClient) async throws -> R) async throws -> R {
        let wire = try configuration.makeClient(botID)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await wire.run() }
            defer { group.cancelAll() }
            return try await body(wire)
        }
    }

    // MARK: How it goes

    func row() async -> FleetRow {
        let now = state.withLock { $0 }
        if let failure = now.failure {
            return FleetRow(botID: botID, state: now.isRefused ? "refused" : "failed", trouble: failure)
        }
        return await now.robot?.row ?? FleetRow(botID: botID, trouble: now.trouble)
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
        summary.drops = now.drops
        summary.crashes = now.crashes
        summary.failedRobots = now.failure == nil ? 0 : 1
        return summary
    }
}

/// Why a robot cannot be emulated.
struct EmulationError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension FleetSummary {
    mutating func add(_ other: FleetSummary) {
        robots += other.robots
        tasksDelivered += other.tasksDelivered
        tasksDeclined += other.tasksDeclined
        tasksAbandoned += other.tasksAbandoned
        itemsPicked += other.itemsPicked
        itemsUnavailable += other.itemsUnavailable
        reportsMade += other.reportsMade
        unacknowledged += other.unacknowledged
        reportsRejected += other.reportsRejected
        directives += other.directives
        reconnects += other.reconnects
        drops += other.drops
        crashes += other.crashes
        failedRobots += other.failedRobots
    }
}
