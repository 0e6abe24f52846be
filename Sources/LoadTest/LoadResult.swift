/// What a load test has found.
public struct LoadResult: Sendable {
    public var plan: LoadPlan
    /// "127.0.0.1:7443"
    public var server: String
    /// Since 1970, in seconds.
    public var startedAt: Double
    /// How long was measured, in seconds.
    public var measured: Double
    /// `measured`, and how long what was on its way then took to arrive, in seconds: what rates are of. Much more than
    /// `measured` when the server did not keep up.
    public var worked = 0.0
    /// It was ended before its time.
    public var isCutShort = false
    /// Robots with a session when measuring began, of those that were to have one.
    public var connected = 0
    public var expected = 0
    /// Until measuring began: the robots' first connections.
    public var connecting = LoadTally()
    /// While it was measured.
    public var tally = LoadTally()
    /// Bytes of frames while it worked; TLS and TCP add theirs.
    public var bytesSent = 0
    public var bytesReceived = 0
    public var seconds: [LoadSecond] = []
    /// The server's process, when it is on this machine.
    public var process: ProcessResult?
    /// This program.
    public var load: ProcessResult
    /// What a reader should know before believing the numbers.
    public var warnings: [String] = []
    /// A count as a number a second.
    public func rate(_ count: some BinaryInteger) -> Double { worked > 0 ? Double(count) / worked : 0 }

    /// What was exceeded; empty when all is well.
    public var violations: [String] = []

    /// Part of one processor that a process used; more than 1 with several.
    public func busy(_ process: ProcessResult) -> Double { worked > 0 ? Double(process.cpu) / 1e9 / worked : 0 }

    /// What one process used.
    public struct ProcessResult: Hashable, Sendable {
        public var pid: Int32
        public var name: String
        /// Resident memory in bytes: before the first connection, when measuring began, when it ended.
        public var memoryBefore = 0
        public var memoryConnected = 0
        public var memoryAfter = 0
        /// Processor time in nanoseconds, while robots connected and while they worked.
        public var cpuConnecting: Int64 = 0
        public var cpu: Int64 = 0
    }

    /// Microseconds of processor time for each message that robots sent; nil: they sent none.
    public func cpuPerMessage(_ process: ProcessResult) -> Double? {
        tally.messagesSent > 0 ? Double(process.cpu) / 1_000 / Double(tally.messagesSent) : nil
    }

    /// Milliseconds of processor time for each session that came and went; nil: none did, or messages were sent as well.
    public func cpuPerSession(_ process: ProcessResult) -> Double? {
        tally.sessions > 0 && tally.messagesSent == 0
            ? Double(process.cpu) / 1_000_000 / Double(tally.sessions) : nil
    }

    /// Milliseconds for each robot's first connection.
    public func cpuPerConnection(_ process: ProcessResult) -> Double? {
        let made = connecting.fullHandshakes + connecting.resumedHandshakes
        return made > 0 ? Double(process.cpuConnecting) / 1_000_000 / Double(made) : nil
    }

    /// KiB of resident memory that each connection took; nil: there were too few to tell.
    public func memoryPerConnection(_ process: ProcessResult) -> Double? {
        let made = connecting.fullHandshakes + connecting.resumedHandshakes
        let kib = Double(process.memoryConnected - process.memoryBefore) / 1_024 / Double(made)
        // With few it is the rest of the program that grows; and one that has served as many before grows no more.
        return made >= 100 && kib >= 1 ? kib : nil
    }
}
