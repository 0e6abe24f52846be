/// A result as JSON, for programs: encode it with keys in snake_case. Times are in seconds, latencies in microseconds, unless
/// a key says otherwise.
public struct LoadReport: Encodable, Sendable {
    let profile: LoadProfile
    let server: String
    let startedAtUnix: Double
    let streams: Int
    let connections: Int
    let rate: Double
    let inFlight: Int
    let rampSeconds: Double
    let durationSeconds: Double
    let measuredSeconds: Double
    let workedSeconds: Double
    let cutShort: Bool
    /// Robots that stay, with a session when measuring began, and how many should have had one.
    let connected: Int
    let connectedExpected: Int
    let connecting: Connecting
    let reports: Reports
    let telemetry: Telemetry
    let sessions: Sessions
    let messagesSent: UInt64
    let messagesPerSecond: Double
    let bytesSent: Int
    let bytesReceived: Int
    let reconnects: UInt64
    let latency: Latencies
    let errors: [ErrorTally.Entry]
    let errorsTotal: UInt64
    let serverProcess: Process?
    let loadProcess: Process
    let seconds: [LoadSecond]
    let warnings: [String]
    let violations: [String]
    let passed: Bool

    /// Before measuring began.
    struct Connecting: Encodable, Sendable {
        let fullHandshakes: UInt64
        let resumedHandshakes: UInt64
        let latency: LatencySummary?
        let errors: [ErrorTally.Entry]
    }

    struct Reports: Encodable, Sendable {
        let sent: UInt64
        let resent: UInt64
        let acknowledged: UInt64
        let unanswered: UInt64
        let acknowledgedPerSecond: Double
    }

    struct Telemetry: Encodable, Sendable {
        let sent: UInt64
        let leftOut: UInt64
    }

    struct Sessions: Encodable, Sendable {
        let opened: UInt64
        let perSecond: Double
        let fullHandshakes: UInt64
        let resumedHandshakes: UInt64
    }

    /// nil where there was nothing.
    struct Latencies: Encodable, Sendable {
        let report: LatencySummary?
        let reportSinceSent: LatencySummary?
        let sessionFull: LatencySummary?
        let sessionResumed: LatencySummary?
        let lateness: LatencySummary?
    }

    struct Process: Encodable, Sendable {
        let pid: Int32
        let name: String
        let cpuSeconds: Double
        let cpuMicrosPerMessage: Double?
        let cpuMillisPerSession: Double?
        let cpuMillisPerConnection: Double?
        let memoryBytesBefore: Int
        let memoryBytesConnected: Int
        let memoryBytesAfter: Int
        let memoryKibPerConnection: Double?
    }

    public init(_ result: LoadResult) {
        let (plan, tally) = (result.plan, result.tally)
        func summary(_ histogram: LatencyHistogram) -> LatencySummary? {
            histogram.isEmpty ? nil : LatencySummary(histogram)
        }
        func perSecond(_ count: UInt64) -> Double { (result.rate(count) * 10).rounded() / 10 }
        func process(_ process: LoadResult.ProcessResult) -> Process {
            Process(
                pid: process.pid, name: process.name, cpuSeconds: Double(process.cpu) / 1e9,
                cpuMicrosPerMessage: result.cpuPerMessage(process), cpuMillisPerSession: result.cpuPerSession(process),
                cpuMillisPerConnection: result.cpuPerConnection(process), memoryBytesBefore: process.memoryBefore,
                memoryBytesConnected: process.memoryConnected, memoryBytesAfter: process.memoryAfter,
                memoryKibPerConnection: result.memoryPerConnection(process))
        }
        profile = plan.profile
        server = result.server
        startedAtUnix = (result.startedAt * 1_000).rounded() / 1_000
        streams = plan.streams
        connections = plan.connections
        rate = plan.rate
        inFlight = plan.inFlight
        rampSeconds = plan.ramp.inSeconds
        durationSeconds = plan.duration.inSeconds
        measuredSeconds = (result.measured * 1_000).rounded() / 1_000
        workedSeconds = (result.worked * 1_000).rounded() / 1_000
        cutShort = result.isCutShort
        connected = result.connected
        connectedExpected = result.expected
        connecting = Connecting(
            fullHandshakes: result.connecting.fullHandshakes, resumedHandshakes: result.connecting.resumedHandshakes,
            latency: summary(result.connecting.sessionLatency), errors: result.connecting.errors.entries)
        reports = Reports(
            sent: tally.reportsSent, resent: tally.reportsResent, acknowledged: tally.reportsAcknowledged,
            unanswered: tally.reportsUnanswered, acknowledgedPerSecond: perSecond(tally.reportsAcknowledged))
        telemetry = Telemetry(sent: tally.telemetrySent, leftOut: tally.telemetryLeftOut)
        sessions = Sessions(
            opened: tally.sessions, perSecond: perSecond(tally.sessions), fullHandshakes: tally.fullHandshakes,
            resumedHandshakes: tally.resumedHandshakes)
        messagesSent = tally.messagesSent
        messagesPerSecond = perSecond(tally.messagesSent)
        bytesSent = result.bytesSent
        bytesReceived = result.bytesReceived
        reconnects = tally.reconnects
        latency = Latencies(
            report: summary(tally.reportLatency), reportSinceSent: summary(tally.reportLatencySinceSent),
            sessionFull: summary(tally.fullSessionLatency), sessionResumed: summary(tally.resumedSessionLatency),
            lateness: summary(tally.lateness))
        errors = tally.errors.entries
        errorsTotal = tally.errors.total
        serverProcess = result.process.map(process)
        loadProcess = process(result.load)
        seconds = result.seconds
        warnings = result.warnings
        violations = result.violations
        passed = result.violations.isEmpty
    }
}
