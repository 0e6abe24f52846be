import Messages

/// Reads a log as an outsider and notes what must not be.
struct History {
    private(set) var broken: [String] = []
    private(set) var delivered = 0
    /// Units that have ended, by list and product: delivered, unavailable, returned or missing at a cancel.
    private(set) var ended: [String: UInt32] = [:]
    private var holders: [String: String] = [:]
    private var custodians: [String: String] = [:]
    private var tasksOf: [String: String] = [:]
    private var epochs: [String: UInt64] = [:]
    private var wanted: [String: [String: UInt32]] = [:]
    private var picked: [String: [String: UInt32]] = [:]
    private var over: Set<String> = []
    private var listEnds: [String: String] = [:]
    private var directives: [String: UInt64] = [:]
    /// Robots that get no more tasks, and those of them that are gone.
    private var leaving: Set<String> = []
    private var gone: Set<String> = []
    /// Who charges at which dock.
    private var charging: [String: String] = [:]

    private mutating func require(_ holds: Bool, _ what: String) {
        if !holds { broken.append(what) }
    }

    mutating func take(_ event: DepotV1.Event.Kind) {
        switch event {
        case .taskQueued(let event): queued(event)
        case .taskAssigned(let event): assigned(event)
        case .taskAccepted(let event): held(event.taskID, event.botID)
        case .stopReached(let event): held(event.taskID, event.botID)
        case .stopDone(let event): held(event.taskID, event.botID)
        case .itemPicked(let event):
            held(event.taskID, event.botID)
            picked[event.taskID, default: [:]][event.productID, default: 0] += event.quantity
        case .itemUnavailable(let event):
            held(event.taskID, event.botID)
            ended["\(event.listID) \(event.productID)", default: 0] += event.quantity
            unwant([event.productID: event.quantity], event.taskID)
        case .taskDelivered(let event):
            held(event.taskID, event.botID)
            delivered += 1
            require(units(event.delivered) == picked[event.taskID] ?? [:], "\(event.taskID) delivers other things")
            require(units(event.delivered) == wanted[event.taskID] ?? [:], "\(event.taskID) leaves something open")
            count(event.delivered, event.listID)
            release(event.taskID, event.botID, ends: true)
        case .taskRequeued(let event):
            hadOrHeld(event.taskID, event.botID)
            require(
                units(event.returned + event.missing) == picked[event.taskID] ?? [:], "\(event.taskID) loses things")
            release(event.taskID, event.botID, ends: false)
        case .taskLeftInCustody(let event):
            held(event.taskID, event.botID)
            require(event.epoch == epochs[event.taskID], "\(event.taskID): epoch \(event.epoch) is in custody")
            require(units(event.custody) == picked[event.taskID] ?? [:], "\(event.taskID): other things in custody")
            require(!event.custody.isEmpty, "\(event.taskID): nothing in custody")
            let load = picked[event.taskID]
            release(event.taskID, event.botID, ends: false)
            picked[event.taskID] = load
            custodians[event.taskID] = event.botID
        case .taskCanceled(let event):
            if !event.botID.isEmpty { hadOrHeld(event.taskID, event.botID) }
            if event.reason.contains("cut into smaller") {
                require(wanted[event.taskID] == [:], "\(event.taskID) is cut, and something is left")
            }
            count(event.returned + event.missing, event.listID)
            release(event.taskID, event.botID, ends: true)
        case .botRetiring(let event): leaving.insert(event.botID)
        case .botRetired(let event): leave(event.botID, "retired")
        case .botLost(let event):
            gone.insert(event.botID)
            charging[event.botID] = nil
        case .botReinstated(let event):
            leaving.remove(event.botID)
            gone.remove(event.botID)
        case .listReady(let event): end(event.listID, "ready")
        case .listCanceled(let event): end(event.listID, "canceled")
        case .directiveIssued(let event):
            let number = event.message?.directive ?? 0
            require(number == (directives[event.botID] ?? 0) + 1, "\(event.botID): directive \(number)")
            directives[event.botID] = number
            directed(event.message?.body, event.botID)
        case .botWaiting(let event): charging[event.botID] = nil
        case .botSilent(let event): charging[event.botID] = nil
        default: break
        }
    }

    private mutating func directed(_ body: BotsV1.ToBot.Body?, _ bot: String) {
        switch body {
        case .goCharge(let charge):
            require(tasksOf[bot] == nil && !gone.contains(bot), "\(bot) is sent to charge from its work")
            let others = charging.filter { $0.key != bot && $0.value == charge.dockID }
            require(others.isEmpty, "\(bot) and \(others.keys) charge at \(charge.dockID)")
            charging[bot] = charge.dockID
        case .returnToDock: charging[bot] = nil
        default: break
        }
    }

    private mutating func queued(_ event: DepotV1.TaskQueued) {
        require(wanted[event.taskID] == nil, "\(event.taskID) is made twice")
        wanted[event.taskID] = units(event.stops)
        if !event.splitFromTaskID.isEmpty {
            // Out of what a robot has the rest of, or of what nobody has begun.
            let isQueued = holders[event.splitFromTaskID] == nil && !over.contains(event.splitFromTaskID)
            require(
                custodians[event.splitFromTaskID] != nil || isQueued, "\(event.taskID) is split from what is held")
            unwant(units(event.stops), event.splitFromTaskID)
        }
    }

    private mutating func assigned(_ event: DepotV1.TaskAssigned) {
        require(holders[event.taskID] == nil, "\(event.taskID) has two holders")
        require(tasksOf[event.botID] == nil, "\(event.botID) has two tasks")
        require(!over.contains(event.taskID), "\(event.taskID) is assigned after its end")
        require(event.epoch == (epochs[event.taskID] ?? 0) + 1, "\(event.taskID): epoch \(event.epoch)")
        // What is in custody is fetched by nobody, and brought by the one that has it.
        let custodian = custodians[event.taskID]
        require(custodian == nil || custodian == event.botID, "\(event.taskID) is in \(custodian ?? "")'s custody")
        require(units(event.custody) == picked[event.taskID] ?? [:], "\(event.taskID) is assigned with other custody")
        require(custodian == nil || event.stops.isEmpty, "\(event.taskID) in custody is fetched again")
        require(
            !custodians.contains { $0.value == event.botID && $0.key != event.taskID },
            "\(event.botID) gets \(event.taskID) with other custody")
        require(!gone.contains(event.botID), "\(event.botID) gets \(event.taskID) after its end")
        require(custodian != nil || !leaving.contains(event.botID), "\(event.botID) gets more when it is to be retired")
        epochs[event.taskID] = event.epoch
        holders[event.taskID] = event.botID
        tasksOf[event.botID] = event.taskID
        charging[event.botID] = nil
    }

    private mutating func leave(_ bot: String, _ how: String) {
        gone.insert(bot)
        charging[bot] = nil
        require(tasksOf[bot] == nil, "\(bot) is \(how) with \(tasksOf[bot] ?? "")")
        require(!custodians.values.contains(bot), "\(bot) is \(how) with custody")
    }

    private mutating func held(_ task: String, _ bot: String) {
        require(holders[task] == bot, "\(task) is not \(bot)'s")
    }

    private mutating func hadOrHeld(_ task: String, _ bot: String) {
        require(holders[task] == bot || (holders[task] == nil && custodians[task] == bot), "\(task) is not \(bot)'s")
    }

    private mutating func release(_ task: String, _ bot: String, ends: Bool) {
        if holders[task] == bot { tasksOf[bot] = nil }
        holders[task] = nil
        custodians[task] = nil
        picked[task] = nil
        if ends { require(over.insert(task).inserted, "\(task) ends twice") }
    }

    private mutating func end(_ list: String, _ how: String) {
        // A list that is ready may be cancelled; a cancelled one is never ready, nor ready twice.
        let before = listEnds[list]
        require(before == nil || how == "canceled", "\(list) is \(how) after \(before ?? "")")
        require(!holders.keys.contains { $0.hasPrefix("\(list)/") }, "\(list) is \(how) with a task at work")
        require(!custodians.keys.contains { $0.hasPrefix("\(list)/") }, "\(list) is \(how) with items in custody")
        listEnds[list] = how
    }

    private mutating func unwant(_ units: [String: UInt32], _ task: String) {
        for (product, quantity) in units {
            let left = wanted[task]?[product] ?? 0
            require(quantity <= left, "\(task) has \(left) of \(product), not \(quantity)")
            wanted[task]?[product] = left > quantity ? left - quantity : nil
        }
    }

    private func units(_ stops: [TypesV1.Stop]) -> [String: UInt32] {
        var units: [String: UInt32] = [:]
        for item in stops.flatMap(\.items) { units[item.productID, default: 0] += item.quantity }
        return units
    }

    private mutating func count(_ stops: [TypesV1.Stop], _ list: String) {
        for item in stops.flatMap(\.items) { ended["\(list) \(item.productID)", default: 0] += item.quantity }
    }
}
