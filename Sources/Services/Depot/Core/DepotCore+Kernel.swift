public import Kernel
public import Messages

extension DepotCore: ServiceCore {
    public static var serviceName: String { "depot" }

    /// 2: lists and tasks are numbered, and ended ones are forgotten. 3: custody. 4: the queue for docks. 5: what staff ordered.
    /// 6: who only parks.
    public static var snapshotFormat: UInt32 { 6 }

    public init(snapshot: [UInt8]) throws {
        self.init(try DepotV1.Snapshot(protobuf: snapshot, limits: .unlimited))
    }

    public func snapshot() -> [UInt8] { record.protobuf() }

    public mutating func evolve(_ event: DepotV1.Event, _ stamp: EventStamp) {
        apply(event, at: stamp.time.unixMs)
        position = stamp.position
    }

    /// A task that was refused and whatever waits for a robot's answer need a time; whatever else calls for
    /// dispatching is itself in a batch.
    public func nextDeadline(after now: Timestamp) -> Timestamp? {
        [nextReoffer(after: now.unixMs), nextOverdue].compactMap(\.self).min().map(Timestamp.init(unixMs:))
    }

    /// Dispatches, after each batch: all robots and tasks that have come to wait by then are matched together.
    public func due(_ now: Timestamp) -> [NewEvent<DepotV1.Event>] { whatIsDue(now: now.unixMs).map(\.new) }
}

extension DepotV1.Event.Kind {
    /// Ready to be recorded in its stream.
    var new: NewEvent<DepotV1.Event> { NewEvent(stream, DepotV1.Event(kind: self)) }
}
