import Messages
import Wire

/// Holds one robot to its rate of messages, reports and all others: a pure value.
///
/// A robot that talks faster than it may is not refused: the gateway stops reading from it for as long as it is ahead,
/// and Wire's credit then stops the robot. What it has to say is not lost and not late by more than it must be; a backlog of
/// hours goes through like this. Only one that never stops to breathe for minutes is sent away for a while: it is broken,
/// and its next session may find it mended.
struct MessageMeter: Sendable, Hashable {
    enum Verdict: Sendable, Hashable {
        case goOn
        /// Read nothing more until then.
        case hold(until: ContinuousClock.Instant)
        /// End the call.
        case end(WireStatus)
    }

    /// Shorter holds would cost more than they are worth.
    private static let leastHold = Duration.milliseconds(20)

    private let patience: Duration
    private var bucket: TokenBucket
    /// Since when it was held without having had a rest.
    private var heldSince: ContinuousClock.Instant?

    /// nil: messages are not limited.
    init?(_ limits: GatewayLimits, now: ContinuousClock.Instant) {
        guard limits.messagesPerSecond > 0 else { return nil }
        patience = limits.messagePatience
        bucket = TokenBucket(
            perSecond: limits.messagesPerSecond,
            capacity: max(1, limits.messagesPerSecond * limits.messageBurstSeconds),
            now: now)
    }

    /// One message came.
    mutating func count(at now: ContinuousClock.Instant) -> Verdict {
        if heldSince != nil, bucket.isRested(at: now) { heldSince = nil }
        let debt = bucket.take(at: now)
        guard debt > .zero else { return .goOn }
        let since = heldSince ?? now
        heldSince = since
        guard now - since < patience else {
            return .end(
                WireStatus(
                    .resourceExhausted,
                    "for \(patience) this robot had more to say than \(Int(bucket.perSecond)) messages a second: "
                        + "something is wrong with it", retryAfter: patience / 5))
        }
        return .hold(until: now + max(debt, Self.leastHold))
    }
}
