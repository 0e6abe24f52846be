public import Kernel

/// One log that is to be audited.
public struct AuditedLog {
    public var service: String
    /// The events after a position, in order, at most so many; none at the end.
    public var read: (UInt64, Int) throws -> [RecordedEvent]

    public init(service: String, read: @escaping (UInt64, Int) throws -> [RecordedEvent]) {
        self.service = service
        self.read = read
    }
}

/// Feeds several logs to an ``Audit`` so that each event comes after the one that caused it, with little of each in
/// memory.
public struct AuditRun {
    private static let chunk = 1_000

    private struct Reader {
        let read: (UInt64, Int) throws -> [RecordedEvent]
        var events: ArraySlice<RecordedEvent> = []
        var position: UInt64 = 0

        mutating func peek() throws -> RecordedEvent? {
            if events.isEmpty { events = try read(position, AuditRun.chunk)[...] }
            return events.first
        }

        mutating func advance() {
            if let event = events.popFirst() { position = event.position }
        }
    }

    public private(set) var audit = Audit()
    private let services: [String]
    private var readers: [String: Reader]
    // The logs whose next event waits for its cause.
    private var pending: Set<String> = []
    private let progress: (UInt64) -> Void

    /// - parameter progress: called now and then with the number of events so far.
    public init(_ logs: [AuditedLog], progress: @escaping (UInt64) -> Void = { _ in }) {
        services = logs.map(\.service)
        readers = Dictionary(logs.map { ($0.service, Reader(read: $0.read)) }) { $1 }
        self.progress = progress
    }

    /// - throws: ``Violation``, the first one; or what a log's `read` throws.
    public mutating func run(settled: Bool) throws {
        for service in services { try feed(service, through: .max) }
        try audit.finish(settled: settled)
    }

    private mutating func feed(_ service: String, through position: UInt64) throws {
        guard pending.insert(service).inserted else { return }
        defer { pending.remove(service) }
        while audit.position(of: service) < position, let event = try readers[service]?.peek() {
            if case .event(let other, let cause) = event.cause, audit.position(of: other) < cause {
                try feed(other, through: cause)
            }
            try audit.take(event)
            readers[service]?.advance()
            if audit.events % 10_000 == 0 { progress(audit.events) }
        }
    }
}
