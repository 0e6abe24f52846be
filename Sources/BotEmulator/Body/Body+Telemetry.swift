public import Messages

// How a body looks from outside.
extension Body {
    var batteryPercent: Int64 { rangeMm * 100 / max(1, parameters.fullRangeMm) }

    /// Where it is, between two nodes on a straight line.
    var place: TypesV1.Place {
        guard let activity, case .drive(let to, _) = activity.kind, activity.end > activity.start else {
            return graph.places[node]
        }
        let from = graph.places[node]
        let goal = graph.places[to]
        let done = min(max(now - activity.start, 0), activity.end - activity.start)
        func between(_ a: Int32, _ b: Int32) -> Int32 {
            Int32(clamping: Int64(a) + (Int64(b) - Int64(a)) * done / (activity.end - activity.start))
        }
        return TypesV1.Place(
            floor: done * 2 < activity.end - activity.start ? from.floor : goal.floor,
            xMm: between(from.xMm, goal.xMm), yMm: between(from.yMm, goal.yMm))
    }

    /// The live report of this moment.
    public func telemetry() -> BotsV1.Telemetry {
        var heading: UInt32 = 0
        var speed: Int64 = 0
        var left: Int64 = 0
        if let activity, case .drive(let to, let length) = activity.kind {
            speed = parameters.speedMmPerS
            let span = max(1, activity.end - activity.start)
            left = length * max(0, activity.end - now) / span
            if let goal, let rest = graph.route(from: to, to: goal) { left += rest.lengthMm }
            heading = Self.heading(from: graph.places[node], to: graph.places[to])
        }
        return BotsV1.Telemetry(
            place: place, headingDegrees: heading, speedMmPerS: UInt32(clamping: speed),
            batteryPercent: UInt32(clamping: batteryPercent), taskID: trip?.taskID ?? "",
            distanceLeftMm: UInt32(clamping: left))
    }

    private var goal: Int? {
        guard let trip else { return dock?.node ?? home?.node }
        if trip.cancel == nil, let stop = trip.stop { return graph.node(stop.node) }
        let left = trip.loadedStores.first { !returnedStores.contains($0) }
        if trip.cancel?.returnItems == true, let store = left {
            return trip.node(of: store).flatMap { graph.node($0) }
        }
        return graph.node(trip.depotNode)
    }

    /// Degrees clockwise from north, to the nearest eighth of a turn.
    private static func heading(from: TypesV1.Place, to: TypesV1.Place) -> UInt32 {
        let east = Int64(to.xMm) - Int64(from.xMm)
        let north = Int64(to.yMm) - Int64(from.yMm)
        let isDiagonal = 2 * min(abs(east), abs(north)) > max(abs(east), abs(north))
        if isDiagonal { return north > 0 ? (east > 0 ? 45 : 315) : (east > 0 ? 135 : 225) }
        if abs(east) > abs(north) { return east > 0 ? 90 : 270 }
        return north < 0 ? 180 : 0
    }

    /// What it does, for people: "idle", "waiting", "to bakery", "picking", "to depot", "unloading", "charging", …
    public var state: String {
        if let trouble { return isFlat ? "flat" : trouble.isSaid ? "needs help" : "stuck" }
        if isPaused { return "paused" }
        if now < identifyUntil { return "blinking" }
        switch activity?.kind {
        case .pick: return "picking"
        case .putBack: return "putting back"
        case .unload: return "unloading"
        case .charge: return "charging"
        case .drive:
            guard let trip else { return "to dock" }
            if trip.cancel != nil { return "bringing back" }
            return trip.stop == nil ? "to depot" : "to store"
        case nil where lookAgainAt != nil: return "waiting for a dock"
        case nil: return trip == nil ? (hasAsked ? "waiting" : "idle") : "working"
        }
    }

    /// The task at hand; nil: none.
    public var taskID: String? { trip?.taskID }

    /// Where it goes or is for its task: a store's id, or "depot".
    public var stop: String? {
        guard let trip else { return nil }
        return trip.stop?.storeID ?? "depot"
    }
}
