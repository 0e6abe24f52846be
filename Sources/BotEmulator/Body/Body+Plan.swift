import Messages

// What a body does next when it does nothing: pure, from its state alone.
extension Body {
    enum Step {
        case report(BotsV1.FromBot.Body)
        case begin(Activity.Kind, duration: Int64)
        /// Nothing to do before something comes in or time passes.
        case rest
    }

    mutating func plan(_ docks: inout DockBoard) -> Step {
        lookAgainAt = nil
        noticeFlatBattery()
        if !ready.isEmpty { return .report(ready.removeFirst()) }
        if let decline = declines.first { return .report(.taskDeclined(decline)) }
        if let cancel = strayCancels.first {
            let abandoned = BotsV1.TaskAbandoned(
                taskID: cancel.taskID, epoch: cancel.epoch, reason: "not at work on it", returned: true)
            return .report(.taskAbandoned(abandoned))
        }
        if let trouble { return step(in: trouble) }
        if let wantsPause, !isPaused { return .report(.paused(BotsV1.Paused(reason: wantsPause))) }
        // Also when it is not paused: one that has forgotten that it was would count as paused for ever.
        if mayResume { return .report(.resumed(BotsV1.Resumed())) }
        if isPaused { return .rest }
        if let trip { return trip.cancel == nil ? work(trip) : bringBack(trip) }
        return idle(&docks)
    }

    // MARK: At work

    private mutating func work(_ trip: Trip) -> Step {
        if !trip.isAccepted {
            if let reason = willDecline ? "not now" : obstacle(to: trip) {
                return .report(
                    .taskDeclined(BotsV1.TaskDeclined(taskID: trip.taskID, epoch: trip.epoch, reason: reason)))
            }
            return .report(.taskAccepted(BotsV1.TaskAccepted(taskID: trip.taskID, epoch: trip.epoch)))
        }
        if willAbandon { return giveUp(trip, "gives up") }
        guard let stop = trip.stop else { return deliver(trip) }
        guard let goal = graph.node(stop.node), let step = drive(to: goal) else {
            // Not on the map, or no way there any more.
            return giveUp(trip, "no way to \(stop.storeID)")
        }
        if let step { return step }
        if trip.reached != stop.storeID {
            return .report(
                .stopReached(
                    BotsV1.StopReached(taskID: trip.taskID, epoch: trip.epoch, storeID: stop.storeID)))
        }
        if let (product, quantity) = trip.open(at: stop) {
            return .begin(
                .pick(storeID: stop.storeID, productID: product, quantity: quantity),
                duration: parameters.pickMs * Int64(quantity))
        }
        return .report(
            .stopDone(BotsV1.StopDone(taskID: trip.taskID, epoch: trip.epoch, storeID: stop.storeID)))
    }

    private mutating func deliver(_ trip: Trip) -> Step {
        guard let depot = graph.node(trip.depotNode), let step = drive(to: depot) else {
            return giveUp(trip, "no way to the depot")
        }
        if let step { return step }
        if !isUnloaded { return .begin(.unload, duration: parameters.unloadMs) }
        return .report(.taskDelivered(BotsV1.TaskDelivered(taskID: trip.taskID, epoch: trip.epoch)))
    }

    /// A cancelled task ends here: the load goes back to its stores, or to the depot.
    private mutating func bringBack(_ trip: Trip) -> Step {
        let reason = trip.cancel?.reason ?? ""
        let left = trip.loadedStores.filter { !returnedStores.contains($0) }
        if left.isEmpty { return abandon(trip, reason, returned: true) }
        if trip.cancel?.returnItems == true, let store = left.first {
            guard let name = trip.node(of: store), let goal = graph.node(name), let step = drive(to: goal) else {
                return giveUp(trip, "no way back to \(store)")
            }
            return step
                ?? .begin(.putBack(storeID: store), duration: parameters.pickMs * Int64(trip.load(from: store)))
        }
        guard let depot = graph.node(trip.depotNode), let step = drive(to: depot) else {
            return giveUp(trip, "no way to the depot")
        }
        if let step { return step }
        if !isUnloaded { return .begin(.unload, duration: parameters.unloadMs) }
        return abandon(trip, reason, returned: false)
    }

    private func giveUp(_ trip: Trip, _ reason: String) -> Step {
        abandon(trip, reason, returned: trip.loadedStores.isEmpty)
    }

    private func abandon(_ trip: Trip, _ reason: String, returned: Bool) -> Step {
        .report(
            .taskAbandoned(
                BotsV1.TaskAbandoned(taskID: trip.taskID, epoch: trip.epoch, reason: reason, returned: returned)))
    }

    /// Why a task cannot be taken; nil when it can.
    private func obstacle(to trip: Trip) -> String? {
        var here = node
        var way: Int64 = 0
        for name in trip.stops.map(\.node) + [trip.depotNode] {
            guard let next = graph.node(name) else { return "'\(name)' is not on the map" }
            guard let route = graph.route(from: here, to: next) else { return "no way to '\(name)'" }
            way += route.lengthMm
            here = next
        }
        if let dock = graph.nearestDock(to: here), let route = graph.route(from: here, to: dock.node) {
            way += route.lengthMm
        }
        if way > rangeMm { return "battery: \(way / 1000) m to go, enough for \(rangeMm / 1000) m" }
        let size = trip.stops.flatMap(\.items).reduce(UInt64(0)) { $0 + UInt64($1.quantity) * UInt64($1.sizeUnits) }
        return size > UInt64(parameters.capacityUnits) ? "too much: \(size) of \(parameters.capacityUnits) units" : nil
    }

    // MARK: Without work

    private mutating func idle(_ docks: inout DockBoard) -> Step {
        if batteryPercent < parameters.lowPercent, dock == nil { dock = graph.nearestDock(to: node) }
        if let dock {
            guard let step = drive(to: dock.node) else {
                self.dock = nil
                return .rest
            }
            if let step { return step }
            if batteryPercent < parameters.enoughPercent { return charge(at: dock.id, &docks) }
            self.dock = nil
            // Where it was sent it stays, until there is work.
            home = dock
        }
        if let askAgainAt {
            if now >= askAgainAt { return ask() }
        } else if !hasAsked {
            return ask()
        }
        // Waiting is done at the dock, where it costs nothing.
        guard let home, now - idleSince >= parameters.patienceMs else { return .rest }
        guard let step = drive(to: home.node) else { return .rest }
        if let step { return step }
        return batteryPercent < 95 ? charge(at: home.id, &docks) : .rest
    }

    /// Charges for a while, if the dock is free.
    private mutating func charge(at dock: String, _ docks: inout DockBoard) -> Step {
        if docks.claim(dock, for: botID) { return .begin(.charge, duration: 10_000) }
        lookAgainAt = now + 5_000
        return .rest
    }

    private func ask() -> Step {
        .report(
            .taskRequest(
                BotsV1.TaskRequest(
                    capacityUnits: parameters.capacityUnits, place: place, batteryPercent: UInt32(batteryPercent),
                    rangeMm: UInt64(rangeMm))))
    }

    // MARK: Ways

    /// The first stretch of the way; `.some(nil)` when the body is there, nil when there is no way.
    private func drive(to goal: Int) -> Step?? {
        if node == goal { return .some(nil) }
        guard let next = graph.route(from: node, to: goal)?.nodes.first,
            let length = graph.length(from: node, to: next)
        else { return nil }
        return .begin(.drive(to: next, lengthMm: length), duration: length * 1000 / max(1, parameters.speedMmPerS))
    }
}
