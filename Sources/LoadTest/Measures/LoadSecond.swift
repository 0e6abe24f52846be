/// What happened in one second, or in what was left of the last one.
public struct LoadSecond: Hashable, Sendable, Encodable {
    /// When it began, in seconds from the beginning of what is measured; below zero while robots connect.
    public var at: Double
    /// Its length, in seconds.
    public var length: Double
    /// Robots with a session, at its end.
    public var connected: Int
    public var reportsSent: UInt64
    public var reportsAcknowledged: UInt64
    public var telemetrySent: UInt64
    public var sessions: UInt64
    public var errors: UInt64
    /// From due to acknowledged, or to Welcome where no reports are sent: microseconds; nil: there was none.
    public var p50: UInt64?
    public var p99: UInt64?
    public var max: UInt64?
    /// The server's processors in use, 1: one of them; nil: not known.
    public var serverCPU: Double?
    /// The server's resident memory in bytes.
    public var serverMemory: Int?
    /// This program's processors in use.
    public var loadCPU: Double

    /// - Parameters:
    ///   - tally: of this second alone
    ///   - machine: the server's and this program's use during it
    public init(
        at: Double, length: Double, connected: Int, tally: LoadTally, server: MachineUse?, load: MachineUse
    ) {
        self.at = (at * 1_000).rounded() / 1_000
        self.length = (length * 1_000).rounded() / 1_000
        self.connected = connected
        reportsSent = tally.reportsSent + tally.reportsResent
        reportsAcknowledged = tally.reportsAcknowledged
        telemetrySent = tally.telemetrySent
        sessions = tally.sessions
        errors = tally.errors.total
        let latency = tally.reportLatency.isEmpty ? tally.sessionLatency : tally.reportLatency
        if !latency.isEmpty {
            let percentiles = latency.percentiles([50, 99])
            p50 = percentiles[0]
            p99 = percentiles[1]
            max = latency.maximum
        }
        serverCPU = server.map { $0.processors(over: length) }
        serverMemory = server?.memory
        loadCPU = load.processors(over: length)
    }

    public var messagesSent: UInt64 { reportsSent + telemetrySent }
}

extension LoadTally {
    /// Of all new connections.
    public var sessionLatency: LatencyHistogram {
        var all = fullSessionLatency
        all.merge(resumedSessionLatency)
        return all
    }
}

/// What a process used of the machine during some time.
public struct MachineUse: Hashable, Sendable {
    /// Processor time, in nanoseconds.
    public var cpu: Int64
    /// Resident memory at the end, in bytes.
    public var memory: Int

    public init(cpu: Int64, memory: Int) {
        self.cpu = cpu
        self.memory = memory
    }

    func processors(over seconds: Double) -> Double {
        seconds > 0 ? (Double(cpu) / 1e9 / seconds * 1_000).rounded() / 1_000 : 0
    }
}
