public import APIs
public import Kernel
public import Logging
import Messages
public import Wire

/// The robots' gateway: their sessions on one side, the services' logs on the other.
///
/// Register it in a `WireRouter` and run `run()` beside the server. It keeps its own log (`gateway`), where each
/// durable report is flushed before it is acknowledged, and reads Depot's log for directives. Safe to use from
/// anywhere.
public final class BotGateway: Sendable {
    let loop: ServiceLoop<GatewayCore>
    let sessions: LiveSessions
    let limits: GatewayLimits
    let logger: Logger
    private let liveness: (any LivenessAPI)?
    private let availability = Availability()
    let follower: DepotFollower

    /// The newest telemetry of each robot.
    public let telemetry = TelemetryBoard()

    /// Loads the gateway's log; blocks while it reads.
    ///
    /// - Parameters:
    ///   - stream: where Depot's log is, or will be, registered.
    ///   - roster: whether robots may come that nobody has registered.
    ///   - liveness: who is told which robots are alive, as long as this runs: the depot, here or over Wire.
    /// - Throws: `StorageError` when the log cannot be read.
    public init(
        log: any EventLog, stream: EventStream, clock: any KernelClock = SystemClock(),
        limits: GatewayLimits = GatewayLimits(), roster: RosterPolicy = .open, liveness: (any LivenessAPI)? = nil,
        logger: Logger
    ) throws {
        sessions = LiveSessions(limits: limits, roster: roster)
        self.liveness = liveness
        self.limits = limits
        self.logger = logger
        loop = try ServiceLoop(log: log, stream: stream, clock: clock, logger: logger)
        follower = try DepotFollower(loop: loop, sessions: sessions, logger: logger)
        loop.onCondition { [availability] in availability.logIsWorking($0.isWorking) }
    }

    var clock: any KernelClock { loop.clock }

    /// Whether robots are served: what Depot's log held at the start is read, and the last life's sessions are ended.
    public var isServing: Bool { availability.phase == .serving }

    /// Has `observe` called, now and at each change, with whether robots' work can be done: sessions are served, and the
    /// log takes reports. It must be quick, and must not call the gateway.
    public func onAvailability(_ observe: @escaping @Sendable (Bool) -> Void) {
        availability.observe(observe)
    }

    /// The robots with a live session, by id.
    public var liveBotIDs: [String] { sessions.botIDs }

    /// How many sessions there are, how many are being opened, and how many Hellos found no room.
    public var sessionCounts: (live: Int, opening: Int, refused: Int) { sessions.counts }

    // MARK: Running

    /// Works until `stop()` is called or the task is cancelled. Stop the server first: what its sessions still have to
    /// say is then in the log.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer {
                availability.stop()
                group.cancelAll()
            }
            group.addTask { try await self.loop.run() }
            group.addTask { try await self.serve() }
            group.addTask { await self.forgetTelemetry() }
            if let liveness { group.addTask { await self.reportAlive(to: liveness) } }
            // The loop ends the group; reading Depot's log alone does not.
            try await group.next()
        }
    }

    /// Takes no more reports, and lets `run()` return once those that wait are on disk.
    public func stop() {
        follower.store()
        loop.stop()
    }

    private func serve() async throws {
        try await loop.decide { core, _ in Decision(core.start()) }
        try begin(try await loop.read { $0 })
        while !Task.isCancelled {
            for try await recorded in loop.stream.events(of: DepotFollower.depot, after: follower.position) {
                try take(recorded)
            }
            // Depot is not here yet, or has stopped; the loop's end cancels this.
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// The last life's sessions are ended in the log: takes up what it says, before Depot's log is read on.
    func begin(_ core: GatewayCore) throws {
        for (bot, state) in core.bots { sessions.stored(bot, through: state.directiveAck) }
        if try follower.begin() { beginServing() }
    }

    /// Takes in the next event of Depot's log.
    func take(_ recorded: RecordedEvent) throws {
        if try follower.take(recorded) { beginServing() }
    }

    /// The robots that were heard from since this was last asked.
    func takeAlive() -> [DepotV1.AliveBot] {
        sessions.takeHeard().map { DepotV1.AliveBot(botID: $0, batteryPercent: telemetry.battery(of: $0)) }
    }

    /// Names the robots that were heard from, in messages that fit into any frame. What does not arrive is not sent
    /// again: it is live.
    private func reportAlive(to liveness: any LivenessAPI) async {
        while (try? await Task.sleep(for: limits.aliveInterval)) != nil {
            var bots = takeAlive()[...]
            while !bots.isEmpty {
                let some = Array(bots.prefix(256))
                bots = bots.dropFirst(some.count)
                do {
                    _ = try await liveness.reportAlive(
                        DepotV1.ReportAliveRequest(bots: some), context: CallContext(timeout: limits.aliveInterval))
                } catch {
                    logger.debug("gateway.alive.failed", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    private func forgetTelemetry() async {
        let interval = min(.seconds(5), limits.telemetryKept)
        while (try? await Task.sleep(for: interval)) != nil {
            telemetry.sweep(before: clock.now() - limits.telemetryKept)
        }
    }

    private func beginServing() {
        availability.serve()
        logger.debug("gateway.serving")
    }

    // MARK: BotService

    /// Has this gateway answer the robots' calls that come to a server with this router.
    public func register(in router: inout WireRouter) {
        router.register(botConnect: { try self.connect($0) })
        router.register(unary: "/mallbots.bots.v1.BotService/GetMap") { try self.getMap($0, context: $1) }
    }

    private func connect(_ reply: WireReply<BotsV1.ToBot>) throws -> any WireReactor<BotsV1.FromBot> {
        guard isServing else {
            throw WireStatus(.unavailable, "the robots' gateway is starting or stopping: try again")
        }
        return SessionRunner(gateway: self, reply: reply)
    }

    private func getMap(_ request: BotsV1.GetMapRequest, context: CallContext) throws -> BotsV1.GetMapResponse {
        guard let mall = sessions.mall else {
            throw WireStatus(.unavailable, "the depot has not opened its mall yet: try again")
        }
        return BotsV1.GetMapResponse(mall: mall)
    }
}
