import NIOCore

/// Sees that a request's body arrives in time, on its connection's event loop. Costs nothing where the body comes with its
/// head, which is nearly always.
struct BodyTimer {
    /// The body did not arrive in time. Whoever reads it gets this.
    struct Late: Error {}

    private let patience: TimeAmount
    private var isUnfinished = false
    private var timer: Scheduled<Void>?

    init(patience: Duration) {
        self.patience = TimeAmount(patience)
    }

    mutating func begin() { isUnfinished = true }

    mutating func end() {
        isUnfinished = false
        timer?.cancel()
        timer = nil
    }

    /// What had come was passed on.
    mutating func readComplete(_ context: ChannelHandlerContext) {
        guard isUnfinished, timer == nil else { return }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.fireErrorCaught(Late()) }
    }
}
