import OrderedCollections
import Synchronization

/// The logs of the services in this process, by name: read them from any position and be woken when they grow.
public final class EventStream: Sendable {
    private struct State {
        var feeds: OrderedDictionary<String, EventFeed> = [:]
        var registrations: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    public init() {}

    /// The names of the logs here, in the order in which they were registered.
    public var services: [String] {
        state.withLock { Array($0.feeds.keys) }
    }

    /// Adds a log under its name, replacing one of the same name. ``ServiceLoop`` does this for its own log.
    @discardableResult
    func register(_ log: any EventLog) -> EventFeed {
        let feed = EventFeed(log: log)
        let (replaced, wakers) = state.withLock { state in
            let replaced = state.feeds.updateValue(feed, forKey: log.name)
            return (replaced, state.registrations)
        }
        replaced?.finish()
        for wake in wakers { wake() }
        return feed
    }

    /// The position of the last event of a service's log; nil when the log is not here.
    public func head(of service: String) -> UInt64? {
        feed(of: service)?.head
    }

    /// A service's events with a greater position, first what is recorded, then what comes, without end.
    ///
    /// The sequence ends when the service stops or the log is not here. It holds at most a few hundred events, however
    /// slow its consumer; it may be iterated from any task, and never blocks its thread on a disk.
    public func events(of service: String, after position: UInt64) -> EventSequence {
        EventSequence(
            sources: feed(of: service).map { [EventSequence.Source(feed: $0, after: position)] } ?? [],
            filter: EventFilter(), follow: true)
    }

    /// The events of some or all logs here that match the filter, in the order of each log, merged by time.
    ///
    /// - parameter follow: false ends the sequence at what is recorded now.
    public func events(
        matching filter: EventFilter = EventFilter(), from start: EventStart = .beginning, follow: Bool = true
    ) -> EventSequence {
        let feeds = state.withLock { $0.feeds.values.filter { filter.services?.contains($0.log.name) ?? true } }
        let sources = feeds.map { EventSequence.Source(feed: $0, after: start.position(in: $0)) }
        return EventSequence(sources: sources, filter: filter, follow: follow)
    }

    func feed(of service: String) -> EventFeed? {
        state.withLock { $0.feeds[service] }
    }

    /// Asks to be told of each new log.
    func onRegistration(_ wake: @escaping @Sendable () -> Void) {
        state.withLock { $0.registrations.append(wake) }
    }
}

/// Which events to see. What is nil or empty leaves nothing out.
public struct EventFilter: Hashable, Sendable {
    public var services: Set<String>?
    /// Names as in ``RecordedEvent/type``, "OrderPlaced".
    public var types: Set<String>
    /// Beginnings of stream names: "order/", "bot/b-7".
    public var streamPrefixes: [String]

    public init(services: Set<String>? = nil, types: Set<String> = [], streamPrefixes: [String] = []) {
        self.services = services
        self.types = types
        self.streamPrefixes = streamPrefixes
    }

    public func matches(_ event: RecordedEvent) -> Bool {
        (services?.contains(event.service) ?? true)
            && (types.isEmpty || types.contains(event.type))
            && (streamPrefixes.isEmpty || streamPrefixes.contains { event.stream.hasPrefix($0) })
    }
}

/// Where to begin reading.
public enum EventStart: Hashable, Sendable {
    /// At the first event that is still in the log.
    case beginning
    /// Only what comes from now on.
    case now
    /// After these positions by service; a service that is not named starts as with `beginning`.
    case after([String: UInt64])

    func position(in feed: EventFeed) -> UInt64 {
        switch self {
        case .beginning: feed.log.earliest - 1
        case .now: feed.head
        case .after(let positions): positions[feed.log.name] ?? feed.log.earliest - 1
        }
    }
}
