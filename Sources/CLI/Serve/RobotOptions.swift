import ArgumentParser
import BotGateway
import Wire

/// Who may come in at the robots' door, and how much of it; shared by `serve` and `demo`.
struct RobotOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Which robots may come: open, any with a good certificate that is not retired; closed, only those that staff \
            have registered.
            """, valueName: "open|closed"))
    var roster = RosterChoice.open

    @Option(help: ArgumentHelp("Robots in session at once.", valueName: "number"))
    var maxSessions = GatewayLimits().maxSessions

    @Option(help: ArgumentHelp("Robots that open their session at the same moment.", valueName: "number"))
    var maxHellos = GatewayLimits().maxHellosInFlight

    @Option(help: ArgumentHelp("Connections of robots that shake hands at the same moment.", valueName: "number"))
    var maxHandshakes = WireLimits.robots.maxHandshakesInFlight

    @Option(
        help: ArgumentHelp(
            "Messages of one robot in a second, on average; ten times as many at once after a rest. 0: no limit.",
            valueName: "number"))
    var messageRate = GatewayLimits().messagesPerSecond

    @Option(help: ArgumentHelp("The longest message of a robot, in bytes.", valueName: "bytes"))
    var maxMessage = GatewayLimits().maxMessageBytes

    @Option(
        help: ArgumentHelp("How often robots are asked for telemetry. 0: not at all.", valueName: "milliseconds"))
    var telemetryInterval = GatewayLimits().telemetryIntervalMs

    @Option(
        help: ArgumentHelp(
            "How long a robot keeps its task after it was last heard from, 3 to 3600.", valueName: "seconds"))
    var leaseSeconds: UInt32 = 60

    func validate() throws {
        guard (3...3_600).contains(leaseSeconds) else {
            throw ValidationError("--lease-seconds is from 3 to 3600, not \(leaseSeconds)")
        }
        try check("--max-sessions", maxSessions, 1...10_000_000)
        try check("--max-hellos", maxHellos, 1...65_536)
        try check("--max-handshakes", maxHandshakes, 1...1_000_000)
        // What a robot must be able to say: a Hello with all its capabilities, a fault with its message.
        try check("--max-message", maxMessage, 1_024...65_536)
        guard messageRate == 0 || (0.1...1_000_000).contains(messageRate) else {
            throw ValidationError(
                "--message-rate is from 0.1 to 1000000 a second, or 0 for no limit, not \(messageRate)")
        }
        guard telemetryInterval == 0 || (20...3_600_000).contains(telemetryInterval) else {
            throw ValidationError(
                "--telemetry-interval is from 20 to 3600000 milliseconds, or 0 for none, not \(telemetryInterval)")
        }
    }

    private func check(_ flag: String, _ value: Int, _ range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw ValidationError("\(flag) is from \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
    }

    var limits: GatewayLimits {
        // The depot is told of signs of life often, compared with a lease; and robots show some as often.
        let alive = min(5_000, leaseSeconds * 1_000 / 5)
        var limits = GatewayLimits(
            leaseSeconds: leaseSeconds, telemetryIntervalMs: telemetryInterval == 0 ? 0 : min(telemetryInterval, alive),
            aliveInterval: .milliseconds(alive))
        limits.maxSessions = maxSessions
        limits.maxHellosInFlight = maxHellos
        limits.messagesPerSecond = messageRate
        limits.maxMessageBytes = maxMessage
        return limits
    }

    /// What one robot's connection may take.
    var wireLimits: WireLimits {
        var limits = WireLimits.robots
        limits.maxHandshakesInFlight = maxHandshakes
        return limits
    }
}

/// A roster's policy as it is written on the command line.
enum RosterChoice: String, ExpressibleByArgument, CaseIterable {
    case open, closed

    var policy: RosterPolicy {
        switch self {
        case .open: .open
        case .closed: .closed
        }
    }
}
