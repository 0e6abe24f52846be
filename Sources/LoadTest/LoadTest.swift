import Foundation
public import Logging
import Synchronization
import Wire

/// Many robots' streams against a gateway, and what they find.
///
/// First the robots connect, spread over the plan's ramp. Then is measured: each does what its profile says, when it is
/// due, whatever the gateway does. At the end, what is on its way may still arrive.
public final class LoadTest: Sendable {
    private let plan: LoadPlan
    private let target: LoadTarget
    private let limits: LoadLimits
    private let server: ServerProcess?
    private let clock = LoadClock()
    private let shards: [LoadShard]
    private let isStopped = Atomic(false)
    /// How often is looked, which is how exact the phases are, but not what is measured.
    private static let tick = Duration.milliseconds(100)
    /// How long robots may all fail to connect before there is no point in waiting.
    private static let hopeless = 4.0

    /// - Parameters:
    ///   - threads: how many there are for the robots.
    ///   - server: the gateway's process, to measure it as well.
    /// - Throws: `LoadFailure` when the machine does not have what the plan needs.
    public init(
        plan: LoadPlan, target: LoadTarget, limits: LoadLimits = LoadLimits(), threads: Int = 1, openFiles: OpenFiles,
        server: ServerProcess? = nil, logger: Logger
    ) throws(LoadFailure) {
        if let problem = openFiles.problem(connections: plan.connections) { throw LoadFailure(problem) }
        if let problem = SourceAddresses(host: target.host).problem(connections: plan.connections) {
            throw LoadFailure(problem)
        }
        self.plan = plan
        self.target = target
        self.limits = limits
        self.server = server
        let (clock, count) = (clock, max(1, min(threads, plan.connections)))
        let journal = "load-\(String(UInt64.random(in: .min ... .max), radix: 16))"
        shards = (0..<count).map {
            LoadShard(number: $0, of: count, plan: plan, target: target, clock: clock, journal: journal, logger: logger)
        }
    }

    /// Ends it early: what was measured until now is the result.
    public func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Runs it once.
    ///
    /// - Parameter progress: called ten times a second.
    /// - Throws: `LoadFailure` when no robot could connect.
    public func run(progress: @Sendable (LoadProgress) async -> Void = { _ in }) async throws -> LoadResult {
        var run = LoadRun(plan: plan, target: target, server: server)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for shard in shards {
                group.addTask(executorPreference: shard.loop.executor) { await shard.run() }
            }
            defer { clock.stop() }
            try await connect(&run, progress)
            if !isStopped.load(ordering: .relaxed) { await measure(&run, progress) }
        }
        return run.result(limits)
    }

    // MARK: Phases

    private func connect(_ run: inout LoadRun, _ progress: (LoadProgress) async -> Void) async throws {
        let patience = plan.ramp.inSeconds + plan.patience.inSeconds
        while run.connected < run.expected, !isStopped.load(ordering: .relaxed) {
            try? await Task.sleep(for: Self.tick)
            look(&run)
            try checkCalls(run)
            let elapsed = Double(clock.sinceStart) / 1e9
            await progress(run.progress(.connecting, elapsed: elapsed, length: plan.ramp.inSeconds))
            if run.connected == 0, elapsed > min(Self.hopeless, patience), let failure = run.lastFailure {
                throw LoadFailure("no robot could connect: \(failure)")
            }
            if elapsed > patience { break }
        }
        if run.expected > 0, run.connected == 0, !isStopped.load(ordering: .relaxed) {
            throw LoadFailure("no robot got a session: \(run.lastError ?? "the gateway does not answer")")
        }
    }

    private func checkCalls(_ run: LoadRun) throws {
        guard let most = run.maxCalls, plan.robotsPerConnection > most else { return }
        let enough = (plan.streams + most - 1) / most
        throw LoadFailure(
            """
            the gateway takes \(LoadText.counted(most, "call")) on a connection, and \(plan.streams) robots on \
            \(LoadText.counted(plan.connections, "connection")) are more: use --connections \(enough) or more
            """)
    }

    private func measure(_ run: inout LoadRun, _ progress: (LoadProgress) async -> Void) async {
        look(&run)
        run.beginMeasuring(sinceStart: clock.sinceStart)
        clock.begin(for: plan.duration.wholeNanoseconds)
        while !clock.isOver, !isStopped.load(ordering: .relaxed) {
            let left = Duration.nanoseconds(max(0, clock.end - clock.now))
            try? await Task.sleep(for: min(Self.tick, left))
            look(&run)
            await progress(
                run.progress(.measuring, elapsed: Double(clock.now) / 1e9, length: plan.duration.inSeconds))
        }
        let isCutShort = !clock.isOver
        clock.endNow()
        look(&run)
        run.endMeasuring(
            sinceStart: clock.sinceStart, seconds: Double(clock.end) / 1e9, isCutShort: isCutShort)
        // Whoever has pressed Ctrl-C does not want to wait long.
        let grace = isCutShort ? min(plan.grace, .seconds(2)) : plan.grace
        let began = clock.now
        while shards.contains(where: \.isWaiting), clock.now - began < grace.wholeNanoseconds {
            try? await Task.sleep(for: .milliseconds(20))
            look(&run)
            await progress(
                run.progress(.finishing, elapsed: Double(clock.now - began) / 1e9, length: grace.inSeconds))
        }
        run.endWork(seconds: Double(clock.now) / 1e9)
        for shard in shards { shard.giveUpOnUnanswered() }
        look(&run, isLast: true)
    }

    private func look(_ run: inout LoadRun, isLast: Bool = false) {
        run.take(shards.map { $0.collect() }, sinceStart: clock.sinceStart, isLast: isLast)
    }
}
