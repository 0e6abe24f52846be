/// What one peer of a WebSocket may use.
package struct WebSocketLimits: Sendable {
    /// The longest message, over all its frames.
    package var maxMessageBytes = 16 * 1024
    /// Whether messages of bytes are taken too; text always is.
    package var takesBinary = false
    /// Frames of any kind in a second.
    package var maxFramesPerSecond = 1_000
    /// Messages that have come and that nobody has taken yet; past it nothing more is read.
    package var maxWaitingBytes = 64 * 1024
    /// A peer that is silent for so long is asked whether it is there.
    package var pingAfter = Duration.seconds(20)
    /// A peer that says nothing for so long after it was asked is gone.
    package var pongTimeout = Duration.seconds(20)
    /// How long the peer's answer to a close is waited for.
    package var closeTimeout = Duration.seconds(3)
    /// A peer that takes nothing for so long while something waits for it is cut.
    package var stallTimeout = Duration.seconds(30)

    package init() {}
}
