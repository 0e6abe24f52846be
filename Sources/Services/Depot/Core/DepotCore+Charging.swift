import Messages
import OrderedCollections

/// Who goes to which dock. A robot that needs one gets the nearest free one, and waits while all are taken.
extension DepotCore {
    /// Sends robots with too little battery for any task to charge, as far as docks are free: first come first.
    func charge(_ docks: inout DockPlan) -> [Kind] {
        var events: [Kind] = []
        for id in low.names {
            guard let bot = bots[id] else { continue }
            guard let charge = docks.charge(id, from: bot.node) else { break }
            events.append(directive(.goCharge(charge), to: id))
        }
        return events
    }
}

/// Which docks are free, and who was sent where since that was looked up.
struct DockPlan {
    private let graph: MallGraph?
    private let bots: OrderedDictionary<String, FleetBot>
    /// Who each dock is kept for; worked out when first needed: most dispatches send nobody to a dock.
    private var holders: [String?]?

    init(of core: DepotCore) {
        graph = core.graph
        bots = core.bots
    }

    /// The nearest free dock for a robot at a node, which is its own from then on; the one that it has already counts
    /// as free for it.
    /// - Returns: nil when all are taken, or the mall has none.
    mutating func charge(_ botID: String, from node: Int) -> BotsV1.GoCharge? {
        guard let graph, let nearest = nearest(to: node, for: botID, in: graph, freeOnly: true) else { return nil }
        holders?[nearest] = botID
        let dock = graph.mall.docks[nearest]
        return BotsV1.GoCharge(dockID: dock.id, node: dock.node, place: graph.place(of: graph.docks[nearest]))
    }

    /// Where a robot parks: at the nearest free dock, or at the nearest of all when none is free.
    /// - Returns: nil when the mall has none.
    mutating func park(_ botID: String, from node: Int) -> BotsV1.ReturnToDock? {
        guard let graph else { return nil }
        let free = nearest(to: node, for: botID, in: graph, freeOnly: true)
        return (free ?? nearest(to: node, for: botID, in: graph, freeOnly: false)).flatMap { dock($0) }
    }

    /// The dock of this name as a place to park.
    func park(at id: String) -> BotsV1.ReturnToDock? {
        graph?.mall.docks.firstIndex { $0.id == id }.flatMap { dock($0) }
    }

    private func dock(_ index: Int) -> BotsV1.ReturnToDock? {
        guard let graph else { return nil }
        let dock = graph.mall.docks[index]
        return BotsV1.ReturnToDock(dockID: dock.id, node: dock.node, place: graph.place(of: graph.docks[index]))
    }

    private mutating func nearest(
        to node: Int, for botID: String, in graph: MallGraph, freeOnly: Bool
    ) -> Int? {
        let holders = holders ?? findHolders(graph)
        self.holders = holders
        let wanted = graph.docks.indices.filter { !freeOnly || holders[$0] == nil || holders[$0] == botID }
        return wanted.min { one, other in
            (graph.distance(graph.docks[one], node), one) < (graph.distance(graph.docks[other], node), other)
        }
    }

    private func findHolders(_ graph: MallGraph) -> [String?] {
        var indices: [String: Int] = [:]
        for (index, dock) in graph.mall.docks.enumerated() { indices[dock.id] = index }
        var holders = [String?](repeating: nil, count: graph.docks.count)
        for bot in bots.values where !bot.dockID.isEmpty {
            if let index = indices[bot.dockID] { holders[index] = bot.id }
        }
        return holders
    }
}
