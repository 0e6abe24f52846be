import Messages

/// Why an event was recorded.
public enum Cause: Hashable, Sendable {
    /// Another event, perhaps of another service.
    case event(service: String, position: UInt64)
    /// A command, by its idempotency key or another name.
    case command(String)
}

/// An event that a decision wants recorded.
public struct NewEvent<Event: EventMessage>: Sendable {
    /// What the event belongs to: "order/o-7k3v9", "bot/b-7". Versions count per stream.
    public var stream: String
    public var event: Event
    /// When nil, the service loop fills in the foreign event that is reacted to, or the command's idempotency key.
    public var cause: Cause?

    public init(_ stream: String, _ event: Event, cause: Cause? = nil) {
        self.stream = stream
        self.event = event
        self.cause = cause
    }
}

/// An event as a log holds it.
public struct RecordedEvent: Hashable, Sendable {
    /// The service whose log it is in.
    public var service: String
    /// 1 for the log's first event, and no number is left out.
    public var position: UInt64
    public var stream: String
    /// 1 for the stream's first event, and no number is left out.
    public var version: UInt64
    public var type: String
    /// When it was recorded; never less than the event's before it.
    public var time: Timestamp
    public var cause: Cause?
    /// The service's `Event` message in protobuf.
    public var payload: [UInt8]

    public init(
        service: String, position: UInt64, stream: String, version: UInt64, type: String, time: Timestamp,
        cause: Cause?, payload: [UInt8]
    ) {
        self.service = service
        self.position = position
        self.stream = stream
        self.version = version
        self.type = type
        self.time = time
        self.cause = cause
        self.payload = payload
    }

    public var stamp: EventStamp {
        EventStamp(position: position, stream: stream, version: version, time: time)
    }
}

/// Where and when an event was recorded: what a core may want to know besides the event itself.
public struct EventStamp: Hashable, Sendable {
    public var position: UInt64
    public var stream: String
    public var version: UInt64
    public var time: Timestamp

    public init(position: UInt64, stream: String, version: UInt64, time: Timestamp) {
        self.position = position
        self.stream = stream
        self.version = version
        self.time = time
    }
}

/// An event of another service, decoded.
public struct ForeignEvent<Event: EventMessage>: Sendable {
    public var service: String
    public var stamp: EventStamp
    public var cause: Cause?
    public var event: Event

    public init(service: String, stamp: EventStamp, cause: Cause?, event: Event) {
        self.service = service
        self.stamp = stamp
        self.cause = cause
        self.event = event
    }

    /// - throws: ``StorageError`` of code `.damaged` when the payload is not an `Event`.
    public init(_ recorded: RecordedEvent) throws(StorageError) {
        self.init(
            service: recorded.service, stamp: recorded.stamp, cause: recorded.cause,
            event: try recorded.decoded(as: Event.self))
    }

    public var position: UInt64 { stamp.position }
    public var time: Timestamp { stamp.time }
}

extension RecordedEvent {
    /// The payload as the service's event message.
    public func decoded<Event: EventMessage>(as _: Event.Type) throws(StorageError) -> Event {
        do {
            return try Event(protobuf: payload, limits: .unlimited)
        } catch {
            throw StorageError(
                .damaged,
                "the log of \(service), position \(position): the payload of \(type) does not decode: \(error)")
        }
    }
}
