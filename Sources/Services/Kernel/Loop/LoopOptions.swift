/// How a ``ServiceLoop`` works.
public struct LoopOptions: Sendable {
    /// Commands and reads that may wait; past it they are refused with `RESOURCE_EXHAUSTED`.
    public var mailboxCapacity = 65_536
    /// The most commands in one transaction.
    public var commandsPerBatch = 8192
    /// The most events of each foreign log in one transaction.
    public var foreignEventsPerBatch = 1024
    /// The least time between the begins of two commits while there is more than one command or event for each.
    public var commitInterval: Duration = .milliseconds(2)
    /// Events between two snapshots. With a large state it is more, so that snapshots stay a small part of all work.
    public var snapshotEvery = 20_000
    /// How long answers to keyed commands are kept.
    public var keepReplies: Duration = .seconds(7 * 24 * 3600)

    public init() {}
}
