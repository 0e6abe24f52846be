import Kernel

/// What one connection may use.
struct LiveLimits: Hashable, Sendable {
    var subscriptions = 32
    /// About how many bytes a message has at most. One thing that is larger goes alone.
    var partBytes = 48 * 1024
    /// Answers that wait for a client that asks and does not read; with more it is cut.
    var waitingReplies = 64
}
