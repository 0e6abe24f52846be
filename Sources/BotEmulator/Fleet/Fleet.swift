public import Logging
import Synchronization

/// Emulated robots: each with its own certificate, connection and journal, driving a simulated body.
///
/// Run `run()`; look with `rows()` and `summary()` at any time, from anywhere.
public final class Fleet: Sendable {
    private let robots: [RobotLives]
    private let hasEnded = Atomic(false)

    /// Whether `run()` has returned: all robots have left, or given up.
    public var isOver: Bool { hasEnded.load(ordering: .acquiring) }

    public init(_ configuration: FleetConfiguration, logger: Logger) {
        let shared = FleetShared()
        robots = configuration.botIDs.indices.map {
            RobotLives(number: $0, configuration: configuration, shared: shared, logger: logger)
        }
    }

    /// Drives the robots until the task is cancelled, as by a power cut, or `stop` was called and all have said
    /// goodbye.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            for robot in robots { group.addTask { await robot.run() } }
        }
        hasEnded.store(true, ordering: .releasing)
    }

    /// Has each robot send what it has to report and say goodbye; `run()` then returns. Robots without a connection
    /// have nobody to say it to: cancel `run()` after a grace.
    public func stop() {
        for robot in robots { robot.leave(reason: "stopped") }
    }

    /// Each robot, in the order of the configuration.
    public func rows() async -> [FleetRow] {
        var rows: [FleetRow] = []
        for robot in robots { rows.append(await robot.row()) }
        return rows
    }

    /// How it went until now.
    public func summary() async -> FleetSummary {
        var summary = FleetSummary()
        for robot in robots { summary.add(await robot.summary()) }
        return summary
    }
}
