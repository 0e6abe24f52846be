/// What robots may take of the gateway, one and all together, and what the gateway asks of them.
public struct GatewayLimits: Sendable, Hashable {
    /// How long a call may wait before its Hello.
    public var helloDeadline: Duration
    /// How many reports of one session may wait for the disk before the gateway stops reading from it.
    public var maxUnflushedReports: Int
    /// The length of a bot's id, in bytes.
    public var maxBotIDBytes: Int
    /// The length of a journal's id, in bytes.
    public var maxJournalIDBytes: Int
    /// Told to robots in Welcome: a task's lease ends this long after the robot was last heard from.
    public var leaseSeconds: UInt32
    /// Told to robots in Welcome: how often telemetry is wanted, in milliseconds. 0: not at all.
    public var telemetryIntervalMs: UInt32
    /// How often the depot is told which robots are alive: often, compared with a lease.
    public var aliveInterval: Duration

    /// Sessions in all.
    public var maxSessions = 100_000
    /// Hellos that may wait for their session to be on disk. As many as the log takes in one transaction.
    public var maxHellosInFlight = 8_192
    /// How many messages one robot may send, on average; 0: as many as it likes.
    public var messagesPerSecond = 1_000.0
    /// How many seconds' worth of messages a robot may send at once after a rest.
    public var messageBurstSeconds = 10.0
    /// How long a robot may have more to say than it may, without a rest, before its call ends.
    public var messagePatience = Duration.seconds(300)
    /// The longest message of a robot, in bytes. One ends the call.
    public var maxMessageBytes = 16_384
    /// An event loop that is later than this lets less telemetry through.
    public var telemetryLagLimit = Duration.milliseconds(25)
    /// How long the newest telemetry of a robot is kept when no more comes.
    public var telemetryKept = Duration.seconds(300)

    public init(
        helloDeadline: Duration = .seconds(10), maxUnflushedReports: Int = 256, maxBotIDBytes: Int = 128,
        maxJournalIDBytes: Int = 64, leaseSeconds: UInt32 = 60, telemetryIntervalMs: UInt32 = 1_000,
        aliveInterval: Duration = .seconds(5)
    ) {
        self.helloDeadline = helloDeadline
        self.maxUnflushedReports = maxUnflushedReports
        self.maxBotIDBytes = maxBotIDBytes
        self.maxJournalIDBytes = maxJournalIDBytes
        self.leaseSeconds = leaseSeconds
        self.telemetryIntervalMs = telemetryIntervalMs
        self.aliveInterval = aliveInterval
    }
}
