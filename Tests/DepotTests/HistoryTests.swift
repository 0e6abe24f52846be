import Messages
import OrderedCollections
import Testing

@testable import Depot

/// Random histories, checked against what must hold in each.
@Suite struct HistoryTests {
    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func holdsItsPromises(seed: UInt64) throws {
        var fleet = HistoryFleet(seed: seed)
        for _ in 0..<5 { fleet.order() }
        for _ in 0..<1_500 { fleet.step() }
        // The faults stop; everything must come to an end.
        fleet.faulty = false
        fleet.reconnectAll()
        fleet.approveAll()
        var steps = 0
        while !fleet.isQuiet, steps < 20_000 {
            fleet.step()
            steps += 1
        }
        #expect(fleet.isQuiet, "seed \(seed): a list never ended")

        var history = History()
        for (event, _) in fleet.depot.log { history.take(event) }
        #expect(history.broken == [], "seed \(seed)")
        #expect(history.delivered > 0, "seed \(seed): nothing was going on")
        for (id, lines) in fleet.placed {
            let isCanceled = fleet.depot.core.lists[id]?.state == .canceled
            #expect(isCanceled == fleet.cancelAsked.contains(id), "seed \(seed): list \(id)")
            for line in lines {
                let ended = history.ended["\(id) p-\(line.store)"] ?? 0
                #expect(isCanceled ? ended <= line.quantity : ended == line.quantity, "seed \(seed): list \(id)")
            }
        }
        // A fold of the log and a snapshot give the same state.
        #expect(fleet.depot.replayed.record == fleet.depot.core.record, "seed \(seed)")
        #expect(DepotCore(fleet.depot.core.record).record == fleet.depot.core.record, "seed \(seed)")
    }

    @Test func theSameSeedGivesTheSameHistory() {
        func log(_ seed: UInt64) -> [DepotV1.Event.Kind] {
            var fleet = HistoryFleet(seed: seed)
            for _ in 0..<3 { fleet.order() }
            for _ in 0..<400 { fleet.step() }
            return fleet.depot.log.map(\.event)
        }
        #expect(log(7) == log(7))
        #expect(log(7) != log(8))
    }
}

/// Reads a log as an outsider and notes what must not be.
private struct History {
    var broken: [String] = []
    var delivered = 0
    /// Units that have ended, by list and product: delivered, unavailable, returned or missing at a cancel.
    var ended: [String: UInt32] = [:]
    private var holders: [String: String] = [:]
    private var tasksOf: [String: String] = [:]
    private var epochs: [String: UInt64] = [:]
    private var picked: [String: [String: UInt32]] = [:]
    private var over: Set<String> = []
    private var listEnds: [String: String] = [:]
    private var directives: [String: UInt64] = [:]

    private mutating func require(_ holds: Bool, _ what: String) {
        if !holds { broken.append(what) }
    }

    mutating func take(_ event: DepotV1.Event.Kind) {
        switch event {
        case .taskAssigned(let event):
            require(holders[event.taskID] == nil, "\(event.taskID) has two holders")
            require(tasksOf[event.botID] == nil, "\(event.botID) has two tasks")
            require(!over.contains(event.taskID), "\(event.taskID) is assigned after its end")
            require(event.epoch == (epochs[event.taskID] ?? 0) + 1, "\(event.taskID): epoch \(event.epoch)")
            epochs[event.taskID] = event.epoch
            holders[event.taskID] = event.botID
            tasksOf[event.botID] = event.taskID
        case .taskAccepted(let event): held(event.taskID, event.botID)
        case .stopReached(let event): held(event.taskID, event.botID)
        case .stopDone(let event): held(event.taskID, event.botID)
        case .itemPicked(let event):
            held(event.taskID, event.botID)
            picked[event.taskID, default: [:]][event.productID, default: 0] += event.quantity
        case .itemUnavailable(let event):
            held(event.taskID, event.botID)
            ended["\(event.listID) \(event.productID)", default: 0] += event.quantity
        case .taskDelivered(let event):
            held(event.taskID, event.botID)
            delivered += 1
            require(units(event.delivered) == picked[event.taskID] ?? [:], "\(event.taskID) delivers other things")
            count(event.delivered, event.listID)
            release(event.taskID, event.botID, ends: true)
        case .taskRequeued(let event):
            held(event.taskID, event.botID)
            require(
                units(event.returned + event.missing) == picked[event.taskID] ?? [:], "\(event.taskID) loses things")
            release(event.taskID, event.botID, ends: false)
        case .taskCanceled(let event):
            if !event.botID.isEmpty { held(event.taskID, event.botID) }
            count(event.returned + event.missing, event.listID)
            release(event.taskID, event.botID, ends: true)
        case .listReady(let event): end(event.listID, "ready")
        case .listCanceled(let event): end(event.listID, "canceled")
        case .directiveIssued(let event):
            let number = event.message?.directive ?? 0
            require(number == (directives[event.botID] ?? 0) + 1, "\(event.botID): directive \(number)")
            directives[event.botID] = number
        default: break
        }
    }

    private mutating func held(_ task: String, _ bot: String) {
        require(holders[task] == bot, "\(task) is not \(bot)'s")
    }

    private mutating func release(_ task: String, _ bot: String, ends: Bool) {
        holders[task] = nil
        if !bot.isEmpty { tasksOf[bot] = nil }
        picked[task] = nil
        if ends { require(over.insert(task).inserted, "\(task) ends twice") }
    }

    private mutating func end(_ list: String, _ how: String) {
        // A list that is ready may be cancelled; a cancelled one is never ready, nor ready twice.
        let before = listEnds[list]
        require(before == nil || how == "canceled", "\(list) is \(how) after \(before ?? "")")
        require(!holders.keys.contains { $0.hasPrefix("\(list)/") }, "\(list) is \(how) with a task at work")
        listEnds[list] = how
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
