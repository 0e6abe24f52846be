import Kernel
import Messages
import OrderedCollections

extension DepotCore {
    mutating func applyToBot(_ event: DepotV1.Event) {
        switch event.kind {
        case .botRegistered(let event):
            if bots[event.botID] == nil { add(FleetBot(event)) }
            updateBot(event.botID) { $0.registered = event }
        case .botOnline(let event):
            updateBot(event.botID) { bot in
                bot.online = true
                bot.silent = false
                bot.session = event.session
            }
        case .botOffline(let event): updateBot(event.botID) { $0.online = false }
        case .botSilent(let event):
            updateBot(event.botID) { bot in
                bot.silent = true
                bot.leaveDock()
            }
        case .botHeard(let event): updateBot(event.botID) { $0.silent = false }
        case .botWaiting(let event):
            updateBot(event.botID) { bot in
                bot.request = event
                bot.place = event.place ?? bot.place
                bot.batteryPercent = event.batteryPercent
                // It makes room: others may need the dock more.
                bot.leaveDock()
            }
        case .botLow(let event):
            updateBot(event.botID) { bot in
                bot.request?.runDown(to: event.batteryPercent)
                bot.batteryPercent = event.batteryPercent
            }
        case .botFaulted(let event):
            updateBot(event.botID) { bot in
                bot.faults.removeAll { $0.code == event.code }
                bot.faults.append(event)
                // A robot with endless kinds of faults keeps its newest.
                if bot.faults.count > 16 { bot.faults.removeFirst() }
            }
        case .botFaultCleared(let event):
            updateBot(event.botID) { bot in bot.faults.removeAll { event.code.isEmpty || $0.code == event.code } }
        case .botPaused(let event): updateBot(event.botID) { $0.paused = true }
        case .botResumed(let event): updateBot(event.botID) { $0.paused = false }
        case .botRetiring(let event): updateBot(event.botID) { $0.retiring = true }
        case .botRetired(let event):
            updateBot(event.botID) { bot in
                (bot.retired, bot.retiring, bot.lost) = (true, false, false)
                bot.leaveDock()
            }
        case .botReinstated(let event):
            updateBot(event.botID) { ($0.retired, $0.retiring, $0.lost) = (false, false, false) }
        case .botLost(let event):
            updateBot(event.botID) { bot in
                bot.lost = true
                bot.leaveDock()
            }
        default: break
        }
    }

    mutating func issued(_ event: DepotV1.DirectiveIssued, at unixMs: Int64) {
        guard let message = event.message else { return }
        updateBot(event.botID) { bot in
            bot.lastDirective = message.directive
            switch message.body {
            case .goCharge(let charge):
                bot.request = nil
                (bot.dockID, bot.isParked) = (charge.dockID, false)
            case .returnToDock(let dock):
                // None is kept for a robot that may never hear of it.
                if bot.online, !bot.silent { (bot.dockID, bot.isParked) = (dock.dockID, true) }
            case .pause: bot.pauseOrdered = true
            case .resume: bot.pauseOrdered = false
            default: break
            }
        }
        // A directive to a robot that no longer holds the task only tells it so.
        if case .cancelTask(let cancel) = message.body, let task = tasks[cancel.taskID], !task.hasEnded,
            task.botID == event.botID
        {
            tasks[cancel.taskID]?.cancelUnixMs = unixMs
            canceling.set(cancel.taskID, at: unixMs)
        }
    }

    mutating func moveBot(_ botID: String, to node: String) {
        guard let graph, let index = graph.index(of: node), let place = graph.place(of: index) else { return }
        updateBot(botID) { $0.place = place }
    }

    /// A robot that is new to the fleet.
    mutating func add(_ bot: FleetBot) {
        var bot = bot
        bot.node = nearestNode(to: bot.place)
        bots[bot.id] = bot
        count(bot, 1)
        docks.count(bot, 1)
        enqueue(bot)
    }

    /// Puts a robot into the queues where it belongs now; where it is already it keeps its place.
    private mutating func enqueue(_ bot: FleetBot) {
        let isLow = bot.batteryPercent < policy.minimumBatteryPercent
        waiting.keep(bot.id, bot.isWaiting && !isLow)
        if bot.isWaiting, !isLow { place(bot) } else { waitingPlaces.remove(bot.id) }
        low.keep(bot.id, bot.isWaiting && isLow)
        returning.keep(bot.id, bot.isReturning)
        retiring.keep(bot.id, bot.retiring)
    }

    private mutating func place(_ bot: FleetBot) {
        waitingPlaces.put(
            bot.id, at: bot.node, capacity: Int(bot.capacityUnits), range: bot.range(policy),
            batteryPercent: Int(bot.batteryPercent))
    }

    /// Places all robots that wait anew, in the order in which they asked.
    mutating func placeWaiting() {
        waitingPlaces = WaitingRobots()
        for id in waiting.names { if let bot = bots[id] { place(bot) } }
    }

    /// The one way to change a robot: keeps the queues of robots and the counts of capacities right.
    mutating func updateBot(_ id: String, _ change: (inout FleetBot) -> Void) {
        guard let before = bots[id] else { return }
        var bot = before
        change(&bot)
        if bot.place != before.place { bot.node = nearestNode(to: bot.place) }
        bots[id] = bot
        if bot.standing != before.standing {
            count(before, -1)
            count(bot, 1)
        }
        if bot.dockID != before.dockID || bot.isParked != before.isParked {
            docks.count(before, -1)
            docks.count(bot, 1)
        }
        enqueue(bot)
    }

    /// The mall's node that a robot counts as being at; one that never said where it is counts as at the depot.
    func nearestNode(to place: TypesV1.Place?) -> Int {
        guard let graph else { return 0 }
        return place.map(graph.nearestNode) ?? graph.depot
    }

    private mutating func count(_ bot: FleetBot, _ change: Int) {
        guard let standing = bot.standing else { return }
        capacities.add(change, for: standing.capacity)
        if standing.isOnline { onlineCapacities.add(change, for: standing.capacity) }
    }

    /// How much one task may hold: what the largest robot carries, of those online if any is. One that never said counts
    /// for nothing.
    var taskCapacity: UInt32 {
        onlineCapacities.keys.max() ?? capacities.keys.max() ?? policy.usualCapacityUnits
    }
}

extension DepotV1.BotWaiting {
    /// What it said of its range was of a fuller battery.
    fileprivate mutating func runDown(to percent: UInt32) {
        if batteryPercent > 0 { rangeMm = rangeMm / UInt64(batteryPercent) * UInt64(min(percent, batteryPercent)) }
        batteryPercent = percent
    }
}

extension Dictionary where Value == Int {
    /// Counts up or down; a count of 0 is not kept.
    fileprivate mutating func add(_ change: Int, for key: Key) {
        let count = (self[key] ?? 0) + change
        self[key] = count == 0 ? nil : count
    }
}
