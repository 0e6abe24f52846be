import Messages

/// A transaction in the making: what commands and foreign events of one batch want written, already seen by the core.
struct Batch<Core: ServiceCore> {
    let now: Timestamp
    /// The position of the batch's last event so far.
    private(set) var head: UInt64
    private(set) var log: LogBatch
    private(set) var events: [CommittedEvent<Core.Event>] = []
    private let keepsEvents: Bool
    private var versions: [String: UInt64] = [:]
    private var replies: [String: StoredReply] = [:]

    /// - Parameter keepsEvents: whether somebody will look at `events`
    init(now: Timestamp, head: UInt64, keepsEvents: Bool) {
        self.keepsEvents = keepsEvents
        self.now = now
        self.head = head
        log = LogBatch(time: now)
    }

    /// Appends all events, or none when a stream's version cannot be read, and lets the core take them in.
    mutating func apply(
        _ new: [NewEvent<Core.Event>], cause: Cause?, to core: inout Core, over eventLog: any EventLog
    ) throws(StorageError) {
        for event in new where versions[event.stream] == nil {
            versions[event.stream] = try eventLog.version(of: event.stream)
        }
        for event in new {
            let version = versions[event.stream, default: 0]
            versions[event.stream] = version + 1
            head += 1
            let stamp = EventStamp(position: head, stream: event.stream, version: version + 1, time: now)
            log.events.append(
                LogBatch.Append(
                    stream: event.stream, expectedVersion: version, type: event.event.typeName,
                    cause: event.cause ?? cause, payload: event.event.protobuf()))
            core.evolve(event.event, stamp)
            if keepsEvents { events.append(CommittedEvent(stamp: stamp, event: event.event)) }
        }
    }

    func reply(to key: String, over eventLog: any EventLog) throws(StorageError) -> StoredReply? {
        if let reply = replies[key] { return reply }
        return try eventLog.reply(to: key)
    }

    mutating func store(_ reply: [UInt8], to key: IdempotencyKey) {
        let stored = StoredReply(digest: key.digest, time: now, reply: reply)
        replies[key.key] = stored
        log.replies.append((key.key, stored))
    }

    mutating func store(cursor: String, position: UInt64) {
        log.cursors.append((cursor, position))
    }

    mutating func store(_ view: StoredSnapshot, asView name: String) {
        log.views.append((name, view))
    }

    mutating func store(_ snapshot: StoredSnapshot, forgettingRepliesBefore limit: Timestamp) {
        log.snapshot = snapshot
        log.forgetRepliesBefore = limit
    }
}

/// An event that a service has just recorded, for its shell to act on.
public struct CommittedEvent<Event: EventMessage>: Sendable {
    public var stamp: EventStamp
    public var event: Event

    init(stamp: EventStamp, event: Event) {
        self.stamp = stamp
        self.event = event
    }
}
