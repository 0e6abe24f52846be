/// How a ``SQLiteEventLog`` keeps its events.
public struct SQLiteLogOptions: Sendable {
    /// Whether a stream's events are found by an index. Without it ``EventLog/read(stream:afterVersion:limit:)`` looks
    /// through the whole log, and appending costs less: for a log that nobody reads by stream. Fixed when the file is
    /// made.
    public var indexStreams: Bool

    /// Files up to this size are checked through when they are opened.
    public var checkUpTo: Int64 = 32 << 20

    public init(indexStreams: Bool = true) {
        self.indexStreams = indexStreams
    }
}
