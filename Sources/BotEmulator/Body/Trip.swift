import Messages

/// A task as far as the robot has come with it: a fold over the directives and reports about it.
struct Trip: Sendable, Hashable {
    struct Line: Sendable, Hashable {
        let storeID: String
        let productID: String
        var picked: UInt32 = 0
        var unavailable: UInt32 = 0
    }

    let taskID: String
    let epoch: UInt64
    let orderID: String
    let depotNode: String
    private(set) var stops: [TypesV1.Stop]
    /// What was in the robot when it got the task, by the store that it came from.
    let custody: [TypesV1.Stop]
    private(set) var isAccepted = false
    private(set) var reached: String?
    private(set) var doneStores: [String] = []
    private(set) var lines: [Line] = []
    private(set) var cancel: BotsV1.CancelTask?

    init(_ assign: BotsV1.AssignTask) {
        taskID = assign.taskID
        epoch = assign.epoch
        orderID = assign.orderID
        depotNode = assign.depotNode
        stops = assign.stops
        custody = assign.custody
        for stop in custody {
            for item in stop.items { settle(stop.storeID, item.productID) { $0.picked += item.quantity } }
        }
    }

    /// The next stop; nil: on to the depot.
    var stop: TypesV1.Stop? { stops.first { !doneStores.contains($0.storeID) } }

    /// What is still to be fetched at a stop, the first of it.
    func open(at stop: TypesV1.Stop) -> (productID: String, quantity: UInt32)? {
        for item in stop.items {
            let line = lines.first { $0.storeID == stop.storeID && $0.productID == item.productID }
            let settled = (line?.picked ?? 0) + (line?.unavailable ?? 0)
            if settled < item.quantity { return (item.productID, item.quantity - settled) }
        }
        return nil
    }

    /// The stores from which something is in the robot, the last one first: the way back.
    var loadedStores: [String] {
        var stores: [String] = []
        for line in lines.reversed() where line.picked > 0 && !stores.contains(line.storeID) {
            stores.append(line.storeID)
        }
        return stores
    }

    /// Units in the robot from one store.
    func load(from store: String) -> UInt32 {
        lines.reduce(0) { $0 + ($1.storeID == store ? $1.picked : 0) }
    }

    /// Where a store is, as a node's id.
    func node(of store: String) -> String? { (stops + custody).first { $0.storeID == store }?.node }

    /// Whether a report with this task and epoch is about this trip.
    func isMeant(_ taskID: String, _ epoch: UInt64) -> Bool { self.taskID == taskID && self.epoch == epoch }

    mutating func cancel(_ cancel: BotsV1.CancelTask) { self.cancel = cancel }

    /// Stops that were visited stay known, so that the robot finds its way back to them.
    mutating func revise(_ revise: BotsV1.ReviseTask) {
        let visited = stops.filter { stop in
            doneStores.contains(stop.storeID) && !revise.stops.contains { $0.storeID == stop.storeID }
        }
        doneStores.removeAll { store in revise.stops.contains { $0.storeID == store } }
        stops = visited + revise.stops
    }

    mutating func note(_ report: BotsV1.FromBot.Body) {
        switch report {
        case .taskAccepted: isAccepted = true
        case .stopReached(let stop): reached = stop.storeID
        case .itemPicked(let item): settle(item.storeID, item.productID) { $0.picked += item.quantity }
        case .itemUnavailable(let item): settle(item.storeID, item.productID) { $0.unavailable += item.quantity }
        case .stopDone(let stop):
            reached = nil
            doneStores.append(stop.storeID)
        default: break
        }
    }

    private mutating func settle(_ store: String, _ product: String, _ change: (inout Line) -> Void) {
        if let index = lines.firstIndex(where: { $0.storeID == store && $0.productID == product }) {
            change(&lines[index])
        } else {
            var line = Line(storeID: store, productID: product)
            change(&line)
            lines.append(line)
        }
    }
}
