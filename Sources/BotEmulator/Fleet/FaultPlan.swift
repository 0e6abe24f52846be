import Glibc

/// When a robot's connection drops and when it crashes: drawn from the seed, pure.
struct FaultPlan: Sendable {
    let seed: UInt64
    let botID: String
    /// Drops per robot and minute of its time, at most 1.
    let rate: Double
    let speed: Double

    /// How long a connection lasts; nil: as long as the robot.
    func nextDrop(connection: Int) -> Duration? { wait("drop", connection, rate: rate) }

    /// How long a life lasts; nil: without end.
    func nextCrash(life: Int) -> Duration? { wait("crash", life, rate: rate / 4) }

    /// Waits between things that happen at random at a steady rate: the exponential distribution.
    private func wait(_ what: String, _ number: Int, rate: Double) -> Duration? {
        guard rate > 0 else { return nil }
        let luck = Chance.draw(seed: seed, botID, what, "\(number)")
        return .seconds(max(0.5, -log(1 - luck) * 60 / rate / max(speed, 0.001)))
    }
}
