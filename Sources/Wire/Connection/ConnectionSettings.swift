/// What all connections of one server or client share: their limits, made sound, and what they call themselves.
///
/// One object for all of them, since a copy for each would take as much memory as the rest of the machine; and times in the
/// unit that machines count in, since they are looked at for each message.
final class ConnectionSettings: Sendable {
    let limits: WireLimits
    let agent: String
    /// Nanoseconds; 0: never.
    let keepalive: Int64
    /// Nanoseconds; 0: for ever.
    let idleTimeout: Int64

    init(_ limits: WireLimits, agent: String) {
        var limits = limits
        limits.maxFrameBytes = max(limits.maxFrameBytes, ConnectionMachine.Defaults.frameBytes)
        limits.initialCreditBytes = min(
            max(limits.initialCreditBytes, ConnectionMachine.Defaults.creditBytes), ConnectionMachine.maxCredit)
        self.limits = limits
        self.agent = agent
        let origin = MonotonicTime(nanoseconds: 0)
        keepalive = max(0, (origin + limits.keepalive).nanoseconds)
        idleTimeout = max(0, (origin + limits.idleTimeout).nanoseconds)
    }
}
