/// One service's log: its events in order, and what it keeps beside them, changed only together.
///
/// One writer commits; any thread may read. Calls block on the disk: never make them on an event loop or on Swift's
/// cooperative threads.
public protocol EventLog: AnyObject, Sendable {
    /// The service's name, as in ``RecordedEvent/service``.
    var name: String { get }

    /// The last event's position; 0 while the log is empty. Never blocks.
    var head: UInt64 { get }

    /// The first event's position; 1 unless older events were cut off.
    var earliest: UInt64 { get }

    /// Writes all of the batch or nothing, and returns once it is safe on disk.
    ///
    /// After an error the log is as before and may be used on; a later commit may succeed.
    func commit(_ batch: LogBatch) throws(StorageError) -> [RecordedEvent]

    /// The events with a greater position, in order, at most `limit`.
    func read(after position: UInt64, limit: Int) throws(StorageError) -> [RecordedEvent]

    /// A stream's events with a greater version, in order, at most `limit`.
    func read(stream: String, afterVersion version: UInt64, limit: Int) throws(StorageError) -> [RecordedEvent]

    /// The version of the stream's last event; 0 when there is no such stream.
    func version(of stream: String) throws(StorageError) -> UInt64

    /// The position that was last stored under a name; 0 when there is none.
    func cursor(_ name: String) throws(StorageError) -> UInt64

    /// What a command with this idempotency key was answered.
    func reply(to key: String) throws(StorageError) -> StoredReply?

    func snapshot() throws(StorageError) -> StoredSnapshot?

    /// What was last stored of a view (``LogBatch/views``); nil when nothing was.
    func view(_ name: String) throws(StorageError) -> StoredSnapshot?

    /// Lets go of files. Later calls throw `.closed`.
    func close() throws(StorageError)
}

/// What one transaction writes.
public struct LogBatch: Sendable {
    /// An event to be recorded.
    public struct Append: Sendable {
        public var stream: String
        /// The stream's version before this event, counting the batch's earlier ones; nil takes any.
        public var expectedVersion: UInt64?
        public var type: String
        public var cause: Cause?
        public var payload: [UInt8]

        public init(
            stream: String, expectedVersion: UInt64? = nil, type: String, cause: Cause? = nil, payload: [UInt8]
        ) {
            self.stream = stream
            self.expectedVersion = expectedVersion
            self.type = type
            self.cause = cause
            self.payload = payload
        }
    }

    /// The time of all the batch's events.
    public var time: Timestamp
    public var events: [Append] = []
    /// Positions to store, by name. Of two with the same name the later counts.
    public var cursors: [(name: String, position: UInt64)] = []
    /// Answers to commands, by idempotency key; a key must not have one yet.
    public var replies: [(key: String, reply: StoredReply)] = []
    /// Replaces the snapshot before.
    public var snapshot: StoredSnapshot?
    /// What this service keeps of other services' logs, by name, with the position there. Each replaces the one before. It
    /// only saves reading: whatever comes after that position is read again.
    public var views: [(name: String, view: StoredSnapshot)] = []
    /// Drops answers that are older.
    public var forgetRepliesBefore: Timestamp?

    public init(time: Timestamp) {
        self.time = time
    }

    public var isEmpty: Bool {
        events.isEmpty && cursors.isEmpty && replies.isEmpty && snapshot == nil && views.isEmpty
            && forgetRepliesBefore == nil
    }
}

/// The answer that a keyed command got.
public struct StoredReply: Hashable, Sendable {
    /// Tells whether a later request with the key is the same one.
    public var digest: UInt64
    /// When it was answered.
    public var time: Timestamp
    public var reply: [UInt8]

    public init(digest: UInt64, time: Timestamp, reply: [UInt8]) {
        self.digest = digest
        self.time = time
        self.reply = reply
    }
}

/// A service's whole state after the event at `position`.
public struct StoredSnapshot: Hashable, Sendable {
    /// ``ServiceCore/snapshotFormat`` of the program that made it.
    public var format: UInt32
    public var position: UInt64
    public var state: [UInt8]

    public init(format: UInt32, position: UInt64, state: [UInt8]) {
        self.format = format
        self.position = position
        self.state = state
    }
}

extension EventLog {
    static func conflict(log: String, stream: String, expected: UInt64, actual: UInt64) -> StorageError {
        StorageError(
            .conflict,
            "the log of \(log): stream \(stream) is at version \(actual), not \(expected) as expected: "
                + "read it again, then decide again")
    }

    /// That a reader cannot begin where it wants to.
    func archived(after position: UInt64, wantedBy reader: String) -> StorageError {
        StorageError(
            .archived,
            "the log of \(name) begins at position \(earliest), and \(reader) asks for what comes after \(position): "
                + "the events between were archived; read them with `mallbots events list --archive`")
    }

    static func closed(log: String) -> StorageError {
        StorageError(.closed, "the log of \(log) is closed")
    }

    static func keyTaken(log: String, key: String) -> StorageError {
        StorageError(.conflict, "the log of \(log) already holds a reply to the idempotency key '\(key)'")
    }
}
