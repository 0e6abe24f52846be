import Messages

/// One trip of one robot for (part of) a list: what is wanted, what became of it, and who holds it.
struct ShoppingTask: Hashable, Sendable {
    /// One store of the trip.
    struct Stop: Hashable, Sendable {
        /// With the units wanted.
        var wanted: TypesV1.Stop
        /// The robot has left it, or there is nothing to fetch there.
        var done = false
        /// Units in the robot or delivered; one for each of the wanted items.
        var picked: [UInt32]
        /// Units that could not be had; one for each of the wanted items.
        var unavailable: [UInt32]

        init(_ wanted: TypesV1.Stop) {
            self.wanted = wanted
            picked = Array(repeating: 0, count: wanted.items.count)
            unavailable = picked
        }

        /// Units of an item that are neither picked nor known to be unavailable.
        func left(of item: Int) -> UInt32 { wanted.items[item].quantity - picked[item] - unavailable[item] }

        /// The stop with another quantity of each item; nil when nothing of it remains.
        func with(_ quantity: (Int) -> UInt32) -> TypesV1.Stop? {
            var stop = wanted
            stop.items = wanted.items.indices.compactMap { index in
                var item = wanted.items[index]
                item.quantity = quantity(index)
                return item.quantity > 0 ? item : nil
            }
            return stop.items.isEmpty ? nil : stop
        }

        /// Leaves out the units that are neither picked nor known to be unavailable.
        mutating func dropOpen() {
            for item in wanted.items.indices { wanted.items[item].quantity -= left(of: item) }
            let kept = wanted.items.indices.filter { wanted.items[$0].quantity > 0 }
            picked = kept.map { picked[$0] }
            unavailable = kept.map { unavailable[$0] }
            wanted.items = kept.map { wanted.items[$0] }
            done = true
        }
    }

    /// A robot that refused the task or gave it up.
    struct Decline: Hashable, Sendable {
        var botID: String
        var unixMs: Int64
    }

    /// As many declines as are kept: the newest ones.
    private static let maxDeclines = 32

    let id: String
    /// 1 for the first task ever made: a page's token.
    let number: UInt64
    let listID: String
    var state = DepotV1.TaskState.queued
    /// Rises by 1 at each assignment; 0 before the first.
    var epoch: UInt64 = 0
    /// Who holds it or ended it; empty when queued.
    var botID = ""
    /// In the order of the trip.
    var stops: [Stop]
    /// When its items were first queued: their age does not start again when they are.
    var queuedUnixMs: Int64
    /// When a cancel was sent to the robot that holds it, which has not answered yet; 0: none was.
    var cancelUnixMs: Int64 = 0
    /// The store that the robot stands at; empty: none.
    var atStoreID = ""
    var declines: [Decline] = []
    /// The robot that has the picked units since it lost its lease, or has a lease again to deliver them; empty: none.
    var custodian = ""
    /// Since when, however often it lost a lease on them.
    var custodyUnixMs: Int64 = 0

    init(id: String, number: UInt64, listID: String, stops: [TypesV1.Stop], queuedUnixMs: Int64) {
        self.id = id
        self.number = number
        self.listID = listID
        self.stops = stops.map(Stop.init)
        self.queuedUnixMs = queuedUnixMs
    }

    var hasEnded: Bool { state == .delivered || state == .canceled }

    var canceling: Bool { cancelUnixMs > 0 }

    /// Whether a cancel ends it without waiting for its robot: none is at work on it.
    var isCanceledAtOnce: Bool {
        state == .queued || state == .inCustody || (state == .assigned && custodian.isEmpty)
    }

    /// What is still to be fetched, by stop: what a robot is sent for.
    var openStops: [TypesV1.Stop] { stops.compactMap { stop in stop.with { stop.left(of: $0) } } }

    /// What is in the robot, by stop.
    var pickedStops: [TypesV1.Stop] { stops.compactMap { stop in stop.with { stop.picked[$0] } } }

    /// What the open units take of a robot's capacity. An item without a size takes 1.
    var sizeUnits: Int {
        stops.reduce(0) { total, stop in
            stop.wanted.items.indices.reduce(total) {
                $0 + Int(stop.left(of: $1)) * Int(max(1, stop.wanted.items[$1].sizeUnits))
            }
        }
    }

    /// How many units are still to be fetched.
    var openUnits: Int {
        stops.reduce(0) { total, stop in stop.wanted.items.indices.reduce(total) { $0 + Int(stop.left(of: $1)) } }
    }

    // MARK: What its events do

    mutating func assigned(to bot: String, epoch: UInt64, trip: [TypesV1.Stop]) {
        state = .assigned
        self.epoch = epoch
        botID = bot
        atStoreID = ""
        cancelUnixMs = 0
        var rest = stops
        var ordered: [Stop] = []
        for planned in trip {
            guard let index = rest.firstIndex(where: { $0.wanted.storeID == planned.storeID }) else { continue }
            var stop = rest.remove(at: index)
            stop.wanted.node = planned.node
            stop.wanted.place = planned.place
            ordered.append(stop)
        }
        stops = ordered + rest
        for index in stops.indices { stops[index].done = stops[index].with { stops[index].left(of: $0) } == nil }
    }

    mutating func accepted() {
        // Items in custody: there is nothing to shop for.
        state = stops.allSatisfy(\.done) ? .returning : .accepted
    }

    mutating func reached(_ storeID: String) {
        state = .shopping
        atStoreID = storeID
    }

    mutating func count(_ storeID: String, _ productID: String, picked: UInt32 = 0, unavailable: UInt32 = 0) {
        guard let (stop, item) = find(storeID, productID) else { return }
        stops[stop].picked[item] += picked
        stops[stop].unavailable[item] += unavailable
    }

    mutating func left(_ storeID: String) {
        atStoreID = ""
        for index in stops.indices where stops[index].wanted.storeID == storeID { stops[index].done = true }
        if stops.allSatisfy(\.done) { state = .returning }
    }

    mutating func requeued() {
        forgetPicked()
        state = .queued
        botID = ""
        settle()
    }

    mutating func delivered() {
        state = .delivered
        settle()
    }

    mutating func canceled() {
        forgetPicked()
        state = .canceled
        settle()
    }

    /// The task is only of what was picked from now on, and of what could not be had.
    mutating func leftInCustody(of bot: String, at unixMs: Int64) {
        let since = custodian.isEmpty ? unixMs : custodyUnixMs
        for index in stops.indices { stops[index].dropOpen() }
        stops.removeAll { $0.wanted.items.isEmpty }
        state = .inCustody
        botID = ""
        settle()
        custodian = bot
        custodyUnixMs = since
    }

    mutating func declined(by bot: String, at unixMs: Int64) {
        declines.removeAll { $0.botID == bot }
        declines.append(Decline(botID: bot, unixMs: unixMs))
        if declines.count > ShoppingTask.maxDeclines { declines.removeFirst() }
    }

    /// Nobody is at work on it.
    private mutating func settle() {
        atStoreID = ""
        cancelUnixMs = 0
        custodian = ""
        custodyUnixMs = 0
    }

    private mutating func forgetPicked() {
        for index in stops.indices {
            stops[index].picked = Array(repeating: 0, count: stops[index].picked.count)
            stops[index].done = false
        }
    }

    func find(_ storeID: String, _ productID: String) -> (stop: Int, item: Int)? {
        guard let stop = stops.firstIndex(where: { $0.wanted.storeID == storeID }) else { return nil }
        guard let item = stops[stop].wanted.items.firstIndex(where: { $0.productID == productID }) else { return nil }
        return (stop, item)
    }
}
