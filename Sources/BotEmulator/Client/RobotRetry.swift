import Messages
public import Wire

/// A gateway that will not have this robot, for a reason that does not mend itself: a wrong name or journal, a robot that
/// is retired or not in the roster. Not to be tried again before a person has looked.
public struct RobotRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    public let status: WireStatus

    /// nil: what ended the call with this status may be over soon.
    public init?(_ status: WireStatus) {
        switch status.code {
        case .permissionDenied, .unauthenticated, .failedPrecondition, .invalidArgument: self.status = status
        default: return nil
        }
    }

    public var description: String { "the gateway refuses this robot: \(status)" }
}

extension WireBackoff {
    /// Robots come back soon: the first wait is a quarter of a second, the longest half a minute.
    public static var robots: WireBackoff {
        var backoff = WireBackoff()
        backoff.initial = .milliseconds(250)
        backoff.maximum = .seconds(30)
        return backoff
    }

    /// How long a robot waits before its next call.
    ///
    /// - Parameters:
    ///   - attempt: 1 after a session, one more after each call that came to none.
    ///   - random: in -1...1.
    func delay(after status: WireStatus, attempt: Int, random: Double) -> Duration {
        // Another robot with this name is at work: who comes back at once throws it out, and is thrown out again.
        if status.code == .aborted { return maximum * (1 + jitter * random) }
        let usual = delay(attempt: attempt, random: random)
        guard let asked = status.retryAfter else { return usual }
        // Not before it was asked to, and not all at once.
        return max(usual, asked * (1 + jitter * abs(random)))
    }
}
