import Kernel

/// The first place in the logs where a promise is broken.
public struct Violation: Error, Hashable, Sendable {
    /// What was promised; docs/operations.md tells of each.
    public enum Promise: String, Sendable, CaseIterable {
        /// A log's positions, times and its streams' versions go on without a gap.
        case log
        /// What came of an event of another log came once, and in that log's order.
        case causes
        /// A robot's reports are in the gateway's log once, in their order, in sessions that rise.
        case reports
        /// One robot under one epoch holds a task, and nothing of an older epoch changes it.
        case fencing
        /// Each unit ends delivered, unavailable or returned, once, and none is more than was ordered.
        case units
        /// A robot's directives are numbered without a gap, and say what was decided.
        case directives
        /// What was taken for an order and not given back is the price of what it got, and no card is charged twice.
        case money
        /// What began comes to its end.
        case endings
    }

    public var promise: Promise
    /// The log, the event's position in it (0: the log as a whole), its type and its stream.
    public var service: String
    public var position: UInt64
    public var type: String
    public var stream: String
    /// For people.
    public var expected: String
    public var found: String

    init(_ promise: Promise, _ event: RecordedEvent, expected: String, found: String) {
        self.init(
            promise, service: event.service, position: event.position, type: event.type, stream: event.stream,
            expected: expected, found: found)
    }

    public init(
        _ promise: Promise, service: String, position: UInt64 = 0, type: String = "", stream: String = "",
        expected: String, found: String
    ) {
        self.promise = promise
        self.service = service
        self.position = position
        self.type = type
        self.stream = stream
        self.expected = expected
        self.found = found
    }
}

extension Violation: CustomStringConvertible {
    public var description: String {
        let place =
            position == 0 ? "the log of \(service)" : "\(service) #\(position), \(type) in the stream \(stream)"
        return "\(place): expected \(expected); found \(found) (promise: \(promise.rawValue))"
    }
}
