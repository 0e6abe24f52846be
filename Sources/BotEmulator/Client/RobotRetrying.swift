import Messages
import Wire

/// How long a robot waits before its next call: pure, chance is given.
struct RobotRetrying: Sendable {
    /// Calls since the last session that came to none; the session's own end is the first.
    private var failures = 0

    /// - Parameters:
    ///   - status: what ended the call.
    ///   - hadSession: whether Welcome had come.
    ///   - random: in -1...1.
    mutating func delay(
        after status: WireStatus, hadSession: Bool, backoff: WireBackoff, random: Double
    ) -> Duration {
        failures = hadSession ? 1 : failures + 1
        return backoff.delay(after: status, attempt: failures, random: random)
    }
}
