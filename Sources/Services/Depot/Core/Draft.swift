import Messages

/// A decision of several steps, each of which sees what those before it come to.
///
/// The core in it is a copy: what is decided takes effect when the events are recorded. Copying is cheap; the first
/// step that has an event pays for what it changes.
struct Draft {
    private(set) var core: DepotCore
    private(set) var events: [Kind] = []
    private let unixMs: Int64

    init(_ core: DepotCore, now unixMs: Int64) {
        self.core = core
        self.unixMs = unixMs
    }

    mutating func add(_ step: [Kind]) {
        for event in step { core.apply(DepotV1.Event(kind: event), at: unixMs) }
        events += step
    }

    mutating func add(_ step: Kind) { add([step]) }
}
