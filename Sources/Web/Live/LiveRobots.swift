package import Kernel
package import Messages

/// The newest that a robot said of itself, and when it came.
package struct RobotSighting: Sendable, Hashable {
    package var botID: String
    package var telemetry: BotsV1.Telemetry
    package var time: Timestamp

    package init(botID: String, telemetry: BotsV1.Telemetry, time: Timestamp) {
        self.botID = botID
        self.telemetry = telemetry
        self.time = time
    }
}

/// Where robots are, live: whoever puts the parts together gives it to the gateways.
package struct LiveRobots: Sendable {
    /// The newest of every robot heard from lately, by id.
    package var snapshot: @Sendable () -> [RobotSighting]
    /// Batches of what changed, each robot at most once in a batch, the first with all that are known; the least time
    /// between two is given. Ends when its consumer does.
    package var updates: @Sendable (Duration) -> AsyncStream<[RobotSighting]>

    package init(
        snapshot: @escaping @Sendable () -> [RobotSighting],
        updates: @escaping @Sendable (Duration) -> AsyncStream<[RobotSighting]>
    ) {
        self.snapshot = snapshot
        self.updates = updates
    }

    /// For a mall without robots.
    package static let none = LiveRobots(snapshot: { [] }, updates: { _ in AsyncStream { $0.finish() } })
}
