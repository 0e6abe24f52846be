/// A whole service's state as one value. It decides and evolves; it does no I/O, reads no clock, draws no numbers.
///
/// Decisions are plain functions on the core that return events; ``ServiceLoop/decide(_:)`` runs them. State changes only
/// in ``evolve(_:_:)``, so the log's events alone give the state back.
public protocol ServiceCore: Sendable {
    associatedtype Event: EventMessage

    /// "orders": also the name of the log.
    static var serviceName: String { get }

    /// Rises when ``snapshot()`` changes its meaning: an older snapshot is then left aside and the log replayed. Default 1.
    static var snapshotFormat: UInt32 { get }

    init()

    /// - throws: anything, when the bytes make no sense; the log is then replayed from its beginning.
    init(snapshot: [UInt8]) throws

    func snapshot() -> [UInt8]

    /// Takes in what has happened. It must accept every event in the log, also those of older programs.
    mutating func evolve(_ event: Event, _ stamp: EventStamp)

    /// When ``due(_:)`` wants to be asked next, which may be at once; nil for never. Asked after each batch: be quick.
    func nextDeadline(after now: Timestamp) -> Timestamp?

    /// What happens because it is time, or because a batch's commands and events together call for it. Asked once in
    /// each batch that has something to do, and when the deadline passes. What it returns must move the deadline on.
    func due(_ now: Timestamp) -> [NewEvent<Event>]
}

extension ServiceCore {
    public static var snapshotFormat: UInt32 { 1 }
    public func nextDeadline(after now: Timestamp) -> Timestamp? { nil }
    public func due(_ now: Timestamp) -> [NewEvent<Event>] { [] }
}

/// What a decision comes to: events to record and the answer to give once they are on disk.
public struct Decision<Core: ServiceCore, Reply: Sendable>: Sendable {
    public var events: [NewEvent<Core.Event>]
    /// Sees the core with these events taken in. It must not fail, and should not capture large parts of the core.
    public var reply: @Sendable (Core) -> Reply

    public init(_ events: [NewEvent<Core.Event>], reply: @escaping @Sendable (Core) -> Reply) {
        self.events = events
        self.reply = reply
    }

    public init(_ events: [NewEvent<Core.Event>], replying reply: Reply) {
        self.init(events) { _ in reply }
    }
}

extension Decision where Reply == Void {
    public init(_ events: [NewEvent<Core.Event>]) {
        self.init(events) { _ in }
    }
}
