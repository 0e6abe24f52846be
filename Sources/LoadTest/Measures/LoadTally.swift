import Messages

/// What a load test has counted so far. Those of several threads merge.
public struct LoadTally: Hashable, Sendable {
    /// Durable reports sent for the first time; sent again in a later session; acknowledged.
    public var reportsSent: UInt64 = 0
    public var reportsResent: UInt64 = 0
    public var reportsAcknowledged: UInt64 = 0
    /// Reports that were due and not acknowledged when the test ended.
    public var reportsUnanswered: UInt64 = 0
    /// Live messages sent, and those that were due and left out: there was no connection, or no room on it.
    public var telemetrySent: UInt64 = 0
    public var telemetryLeftOut: UInt64 = 0
    /// Sessions that robots opened which come and go.
    public var sessions: UInt64 = 0
    /// Connections made, the first ones included, by kind of handshake.
    public var fullHandshakes: UInt64 = 0
    public var resumedHandshakes: UInt64 = 0
    /// Sessions that were lost and opened again.
    public var reconnects: UInt64 = 0
    public var errors = ErrorTally()

    /// From when a report was due to its acknowledgement.
    public var reportLatency = LatencyHistogram()
    /// From when it was sent: what one would see who waits for each answer before asking again.
    public var reportLatencySinceSent = LatencyHistogram()
    /// From when a session was due to its Welcome, over a new connection.
    public var fullSessionLatency = LatencyHistogram()
    public var resumedSessionLatency = LatencyHistogram()
    /// How late this program itself was.
    public var lateness = LatencyHistogram()

    public init() {}

    /// What robots sent, once they had a session; each repetition counts.
    public var messagesSent: UInt64 { reportsSent + reportsResent + telemetrySent }

    public mutating func merge(_ other: LoadTally) {
        reportsSent += other.reportsSent
        reportsResent += other.reportsResent
        reportsAcknowledged += other.reportsAcknowledged
        reportsUnanswered += other.reportsUnanswered
        telemetrySent += other.telemetrySent
        telemetryLeftOut += other.telemetryLeftOut
        sessions += other.sessions
        fullHandshakes += other.fullHandshakes
        resumedHandshakes += other.resumedHandshakes
        reconnects += other.reconnects
        errors.merge(other.errors)
        reportLatency.merge(other.reportLatency)
        reportLatencySinceSent.merge(other.reportLatencySinceSent)
        fullSessionLatency.merge(other.fullSessionLatency)
        resumedSessionLatency.merge(other.resumedSessionLatency)
        lateness.merge(other.lateness)
    }
}

/// Errors by code, each with one that stands for the others.
public struct ErrorTally: Hashable, Sendable {
    public struct Entry: Hashable, Sendable, Encodable {
        public var code: String
        public var count: UInt64
        /// The first one's words.
        public var example: String
    }

    /// Codes that are not a call's status.
    public enum Code {
        /// A connection could not be made.
        public static let connect = "CONNECT"
        /// The gateway said what it cannot rightly say.
        public static let contract = "CONTRACT"
        /// A report was due and had no acknowledgement at the end.
        public static let unanswered = "UNANSWERED"
        /// The mall rejected a report.
        public static let rejected = "REJECTED"
        /// A robot had no session when measuring began.
        public static let notConnected = "NOT_CONNECTED"
    }

    /// By code.
    public private(set) var entries: [Entry] = []

    public var total: UInt64 { entries.reduce(0) { $0 + $1.count } }

    public mutating func add(_ code: String, _ example: String, count: UInt64 = 1) {
        guard count > 0 else { return }
        if let index = entries.firstIndex(where: { $0.code == code }) {
            entries[index].count += count
        } else {
            entries.append(Entry(code: code, count: count, example: example))
            entries.sort { $0.code < $1.code }
        }
    }

    public mutating func merge(_ other: ErrorTally) {
        for entry in other.entries { add(entry.code, entry.example, count: entry.count) }
    }
}
