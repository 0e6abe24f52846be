import Messages
import Wire

/// How long a robot waits before its next call: pure, chance is given.
struct RobotRetrying: Sendable {
    private var failures = 0
    /// By then the wait is the longest.
    private static let mostAttempts = 100

    /// - Parameters:
    ///   - status: what ended the call.
    ///   - hadSession: whether Welcome had come.
    ///   - random: in -1...1.
    mutating func delay(
        after status: WireStatus, hadSession: Bool, backoff: WireBackoff, random: Double
    ) -> Duration {
        failures = hadSession ? 1 : failures + 1
        // Another with the same name has come, perhaps: two of them would throw each other out without end.
        return backoff.delay(attempt: status.code == .aborted ? Self.mostAttempts : failures, random: random)
    }
}
