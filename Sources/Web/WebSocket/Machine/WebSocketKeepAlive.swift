/// Whether a peer is still there: asked by a ping after a silence, given up after a second one.
struct WebSocketKeepAlive {
    enum Action: Hashable {
        /// Look again after so long.
        case wait(Duration)
        /// Send a ping, and look again after so long.
        case ping(Duration)
        /// The peer is gone.
        case giveUp
    }

    private let pingAfter: Duration
    private let pongTimeout: Duration
    private var heard: Duration
    private var asked: Duration?

    /// - Parameter now: since any origin, which is that of all times given
    init(limits: WebSocketLimits, now: Duration) {
        pingAfter = limits.pingAfter
        pongTimeout = limits.pongTimeout
        heard = now
    }

    /// Bytes of any kind came.
    mutating func heard(at now: Duration) {
        heard = now
        asked = nil
    }

    /// The time to look has come.
    ///
    /// - Parameter isListening: whether bytes would be noticed; while we read nothing, silence says nothing
    mutating func look(at now: Duration, isListening: Bool) -> Action {
        guard isListening else {
            heard(at: now)
            return .wait(pingAfter)
        }
        if let asked {
            let left = asked + pongTimeout - now
            return left > .zero ? .wait(left) : .giveUp
        }
        let left = heard + pingAfter - now
        if left > .zero { return .wait(left) }
        asked = now
        return .ping(pongTimeout)
    }
}
