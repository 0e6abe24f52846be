import Kernel
import Messages
import OrderedCollections

/// Who goes to which dock. A robot that needs one gets the nearest free one, and waits while all are taken.
extension DepotCore {
    /// Sends robots with too little battery for any task to charge, as far as docks are free: first come first.
    func charge(_ docks: inout DockPlan) -> [Kind] {
        var events: [Kind] = []
        for id in low.names {
            guard let bot = bots[id] else { continue }
            guard let charge = docks.charge(bot) else { break }
            events.append(directive(.goCharge(charge), to: id))
        }
        return events
    }
}

/// How many robots each dock is kept for, so that looking for a free one is no look at every robot.
struct DockUse: Hashable, Sendable {
    struct Count: Hashable, Sendable {
        /// Those that were sent there to charge.
        var charging = 0
        /// Those that were sent there to park.
        var parked = 0
    }

    private var counts: [String: Count] = [:]

    /// Counts a robot in or out.
    mutating func count(_ bot: FleetBot, _ change: Int) {
        if bot.dockID.isEmpty { return }
        var count = counts[bot.dockID] ?? Count()
        if bot.isParked { count.parked += change } else { count.charging += change }
        counts[bot.dockID] = count == Count() ? nil : count
    }

    /// Those that have a dock besides this robot.
    func others(than bot: FleetBot, at dockID: String) -> Count {
        var count = counts[dockID] ?? Count()
        if bot.dockID == dockID {
            if bot.isParked { count.parked -= 1 } else { count.charging -= 1 }
        }
        return count
    }
}

/// Which docks are free, and which were given away since that was looked up.
struct DockPlan {
    private let graph: MallGraph?
    private let use: DockUse
    private var given: Set<Int> = []

    init(of core: DepotCore) {
        graph = core.graph
        use = core.docks
    }

    /// The nearest free dock for a robot, which is its own from then on. Where others only park they make room, if
    /// there is nowhere else: a robot that has nothing to do must not keep one from charging.
    /// - Returns: nil when robots charge at all of them, or the mall has none.
    mutating func charge(_ bot: FleetBot) -> BotsV1.GoCharge? {
        let nearest = nearest(to: bot) { others in others.charging > 0 ? nil : others.parked > 0 ? 1 : 0 }
        guard let graph, let nearest else { return nil }
        given.insert(nearest)
        let dock = graph.mall.docks[nearest]
        return BotsV1.GoCharge(dockID: dock.id, node: dock.node, place: graph.place(of: graph.docks[nearest]))
    }

    /// Where a robot parks: at the nearest free dock, or at the nearest of all when none is free.
    /// - Returns: nil when the mall has none.
    func park(_ bot: FleetBot) -> BotsV1.ReturnToDock? {
        nearest(to: bot) { others in others.charging + others.parked > 0 ? 1 : 0 }.flatMap(dock)
    }

    /// The dock of this name as a place to park.
    func park(at id: String) -> BotsV1.ReturnToDock? {
        graph?.mall.docks.firstIndex { $0.id == id }.flatMap(dock)
    }

    private func dock(_ index: Int) -> BotsV1.ReturnToDock? {
        guard let graph else { return nil }
        let dock = graph.mall.docks[index]
        return BotsV1.ReturnToDock(dockID: dock.id, node: dock.node, place: graph.place(of: graph.docks[index]))
    }

    /// The nearest of the docks with the lowest rank; a dock without one is out of the question.
    private func nearest(to bot: FleetBot, rank: (DockUse.Count) -> Int?) -> Int? {
        guard let graph else { return nil }
        var best: (index: Int, rank: Int, distance: Int)?
        for (index, node) in graph.docks.enumerated() {
            var others = use.others(than: bot, at: graph.mall.docks[index].id)
            if given.contains(index) { others.charging += 1 }
            guard let rank = rank(others) else { continue }
            let distance = graph.distance(node, bot.node)
            if let best, (best.rank, best.distance) <= (rank, distance) { continue }
            best = (index, rank, distance)
        }
        return best?.index
    }
}
