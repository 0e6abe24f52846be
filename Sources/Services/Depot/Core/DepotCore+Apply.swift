import Kernel
import Messages
import OrderedCollections

extension DepotCore {
    /// What an event does. An event of what is not known changes nothing.
    mutating func apply(_ event: DepotV1.Event, at unixMs: Int64) {
        switch event.kind {
        case .mallOpened(let event): open(event.mall ?? DepotV1.Mall())
        case .storeLocated(let event): locate(event)
        case .listCreated(let event):
            listsMade += 1
            lists[event.listID] = ShoppingList(id: event.listID, number: listsMade, stops: event.stops)
        case .listAvailable(let event): change(event.listID, to: .available)
        case .listReady(let event): change(event.listID, to: .ready)
        case .listCancelRequested(let event): change(event.listID, to: .canceling)
        case .listCanceled(let event): change(event.listID, to: .canceled)
        case .taskQueued(let event): queue(event, at: unixMs)
        case .taskAssigned(let event):
            tasks[event.taskID]?.assigned(to: event.botID, epoch: event.epoch, trip: event.stops)
            removeFromQueue(event.taskID)
            inCustody.remove(event.taskID)
            updateBot(event.botID) { bot in
                bot.taskID = event.taskID
                bot.request = nil
                bot.leaveDock()
            }
        case .taskAccepted(let event): tasks[event.taskID]?.accepted()
        case .stopReached(let event):
            tasks[event.taskID]?.reached(event.storeID)
            if let node = stores[event.storeID]?.node { moveBot(event.botID, to: node) }
        case .itemPicked(let event):
            tasks[event.taskID]?.count(event.storeID, event.productID, picked: event.quantity)
        case .itemUnavailable(let event):
            tasks[event.taskID]?.count(event.storeID, event.productID, unavailable: event.quantity)
        case .stopDone(let event): tasks[event.taskID]?.left(event.storeID)
        case .taskDelivered(let event):
            end(event.taskID, of: event.listID) { $0.delivered() }
            updateBot(event.botID) { $0.tasksDelivered += 1 }
            if let mall { moveBot(event.botID, to: mall.depotNode) }
        case .taskRequeued(let event):
            release(event.taskID)
            tasks[event.taskID]?.requeued()
            if event.declined { decline(event.taskID, by: event.botID, at: unixMs) }
            addToQueue(event.taskID)
        case .taskLeftInCustody(let event):
            release(event.taskID)
            tasks[event.taskID]?.leftInCustody(of: event.botID, at: unixMs)
            if event.declined { decline(event.taskID, by: event.botID, at: unixMs) }
            inCustody.set(event.taskID, at: tasks[event.taskID]?.custodyUnixMs ?? unixMs)
            updateBot(event.botID) { $0.custodyTaskID = event.taskID }
        case .taskCanceled(let event): end(event.taskID, of: event.listID) { $0.canceled() }
        case .custodyRenewed:
            for taskID in inCustody.names {
                tasks[taskID]?.custodyUnixMs = unixMs
                inCustody.set(taskID, at: unixMs)
            }
        case .directiveIssued(let event): issued(event, at: unixMs)
        case .botRegistered, .botOnline, .botOffline, .botWaiting, .botFaulted, .botFaultCleared, .botPaused,
            .botResumed, .botRetiring, .botRetired, .botLost, .botReinstated, .botSilent, .botHeard, .botLow:
            applyToBot(event)
        case .listRefused, .reportRejected, nil: break
        }
    }

    // MARK: Tasks

    private mutating func queue(_ event: DepotV1.TaskQueued, at unixMs: Int64) {
        tasksMade += 1
        tasks[event.taskID] = ShoppingTask(
            id: event.taskID, number: tasksMade, listID: event.listID, stops: event.stops,
            queuedUnixMs: event.queuedUnixMs > 0 ? event.queuedUnixMs : unixMs)
        lists[event.listID]?.taskIDs.append(event.taskID)
        lists[event.listID]?.openTasks += 1
        addToQueue(event.taskID)
    }

    private mutating func end(_ taskID: String, of listID: String, _ how: (inout ShoppingTask) -> Void) {
        guard let task = tasks[taskID], !task.hasEnded else { return }
        removeFromQueue(taskID)
        release(taskID)
        // Safe because the task was found above and nothing has removed it.
        how(&tasks[taskID]!)
        lists[listID]?.openTasks -= 1
    }

    /// Takes a task from the robot that holds it, and from the one that has its items in custody.
    private mutating func release(_ taskID: String) {
        guard let task = tasks[taskID] else { return }
        inCustody.remove(taskID)
        canceling.remove(taskID)
        for botID in [task.botID, task.custodian] {
            updateBot(botID) { bot in
                if bot.taskID == taskID { bot.taskID = "" }
                if bot.custodyTaskID == taskID { bot.custodyTaskID = "" }
            }
        }
    }

    private mutating func decline(_ taskID: String, by botID: String, at unixMs: Int64) {
        tasks[taskID]?.declined(by: botID, at: unixMs)
        // In pieces: so that this costs no more than the refusals before it.
        let past = declineTimes.countUpTo(unixMs - policy.declineSeconds * 1_000)
        if past * 2 > declineTimes.count { declineTimes.removeFirst(past) }
        declineTimes.append(unixMs)
    }

    mutating func addToQueue(_ taskID: String) {
        queued.add(taskID)
        plan(taskID)
    }

    private mutating func removeFromQueue(_ taskID: String) {
        queued.remove(taskID)
        plans.remove(taskID)
    }

    /// Works out what dispatching needs to know of a queued task.
    mutating func plan(_ taskID: String) {
        guard let task = tasks[taskID] else { return }
        plans.set(
            Plans.Plan(trip: trip(through: task.openStops), size: task.sizeUnits, isCuttable: task.openUnits > 1),
            for: taskID)
    }

    /// The ways through some stops; nil when the mall lacks one of their nodes.
    func trip(through stops: [TypesV1.Stop]) -> Trip? {
        guard let graph else { return nil }
        let nodes = stops.compactMap { graph.index(of: node(of: $0)) }
        return nodes.count == stops.count ? Trip(through: nodes, to: graph.depot, in: graph) : nil
    }

    /// Where robots stop for a stop's store now: the store may have moved since the list was made.
    func node(of stop: TypesV1.Stop) -> String { stores[stop.storeID]?.node ?? stop.node }

    // MARK: The mall

    private mutating func open(_ mall: DepotV1.Mall) {
        self.mall = mall
        // A mall of an older time that today's checks refuse gives no graph: nothing is dispatched until a fit one is
        // opened, which the service does at its start.
        graph = try? MallGraph(mall)
        for store in stores.values { keepDistances(of: store) }
        for index in bots.values.indices { bots.values[index].node = nearestNode(to: bots.values[index].place) }
        placeWaiting()
        planAll()
    }

    private mutating func locate(_ store: DepotV1.StoreLocated) {
        let moved = stores[store.storeID].map { $0.node != store.node } ?? true
        stores[store.storeID] = store
        keepDistances(of: store)
        if moved { planAll() }
    }

    private mutating func keepDistances(of store: DepotV1.StoreLocated) {
        if let node = graph?.index(of: store.node) { graph?.keepDistances(from: node) }
    }

    private mutating func planAll() {
        for taskID in Array(queued.names) { plan(taskID) }
    }
}
