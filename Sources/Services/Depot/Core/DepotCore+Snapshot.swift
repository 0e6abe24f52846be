import Kernel
import Messages
import OrderedCollections

extension DepotCore {
    /// The whole state as one message. Two cores that know the same give the same message.
    var record: DepotV1.Snapshot {
        DepotV1.Snapshot(
            mall: mall, stores: stores.values.sorted { $0.storeID < $1.storeID },
            lists: lists.values.map(\.record), tasks: tasks.values.map(\.record), bots: bots.values.map(\.record),
            queuedTaskIds: Array(queued.names), waitingBotIds: Array(waiting.names),
            endedListIds: Array(ended.names), listsMade: listsMade, tasksMade: tasksMade, lowBotIds: Array(low.names),
            position: position)
    }

    init(_ record: DepotV1.Snapshot) {
        mall = record.mall
        graph = record.mall.flatMap { try? MallGraph($0) }
        for store in record.stores {
            stores[store.storeID] = store
            if let node = graph?.index(of: store.node) { graph?.keepDistances(from: node) }
        }
        for list in record.lists { lists[list.listID] = ShoppingList(list) }
        for task in record.tasks {
            let restored = ShoppingTask(task)
            tasks[task.taskID] = restored
            if !restored.hasEnded { lists[task.listID]?.openTasks += 1 }
            if restored.state == .inCustody { inCustody.set(restored.id, at: restored.custodyUnixMs) }
            if restored.canceling { canceling.set(restored.id, at: restored.cancelUnixMs) }
            declineTimes += restored.declines.map(\.unixMs)
        }
        declineTimes.sort()
        // In the order in which they wait; each goes where today's policy has it.
        waiting = Queue(record.waitingBotIds)
        low = Queue(record.lowBotIds)
        for bot in record.bots { add(FleetBot(bot)) }
        placeWaiting()
        for id in record.queuedTaskIds { addToQueue(id) }
        for id in record.endedListIds { ended.add(id) }
        position = record.position
        listsMade = record.listsMade
        tasksMade = record.tasksMade
    }
}

extension ShoppingList {
    fileprivate var record: DepotV1.ListRecord {
        DepotV1.ListRecord(listID: id, state: state, stops: stops, taskIds: taskIDs, number: number)
    }

    fileprivate init(_ record: DepotV1.ListRecord) {
        self.init(id: record.listID, number: record.number, stops: record.stops)
        state = record.state
        taskIDs = record.taskIds
    }
}

extension ShoppingTask {
    fileprivate var record: DepotV1.TaskRecord {
        DepotV1.TaskRecord(
            taskID: id, listID: listID, state: state, epoch: epoch, botID: botID,
            stops: stops.map {
                DepotV1.StopRecord(stop: $0.wanted, done: $0.done, picked: $0.picked, unavailable: $0.unavailable)
            },
            queuedUnixMs: queuedUnixMs, atStoreID: atStoreID,
            declines: declines.map { DepotV1.DeclineRecord(botID: $0.botID, unixMs: $0.unixMs) }, number: number,
            cancelUnixMs: cancelUnixMs, custodianID: custodian, custodyUnixMs: custodyUnixMs)
    }

    fileprivate init(_ record: DepotV1.TaskRecord) {
        self.init(
            id: record.taskID, number: record.number, listID: record.listID, stops: [],
            queuedUnixMs: record.queuedUnixMs)
        state = record.state
        epoch = record.epoch
        botID = record.botID
        stops = record.stops.map { record in
            var stop = Stop(record.stop ?? TypesV1.Stop())
            stop.done = record.done
            for item in stop.picked.indices {
                if item < record.picked.count { stop.picked[item] = record.picked[item] }
                if item < record.unavailable.count { stop.unavailable[item] = record.unavailable[item] }
            }
            return stop
        }
        cancelUnixMs = record.cancelUnixMs
        custodian = record.custodianID
        custodyUnixMs = record.custodyUnixMs
        atStoreID = record.atStoreID
        declines = record.declines.map { Decline(botID: $0.botID, unixMs: $0.unixMs) }
    }
}

extension FleetBot {
    fileprivate var record: DepotV1.BotRecord {
        DepotV1.BotRecord(
            registered: registered, online: online, session: session, request: request, taskID: taskID, place: place,
            batteryPercent: batteryPercent, lastDirective: lastDirective, tasksDelivered: tasksDelivered,
            faults: faults, paused: paused, retired: retired, lost: lost, dockID: dockID, silent: silent,
            custodyTaskID: custodyTaskID, retiring: retiring, pauseOrdered: pauseOrdered, parked: isParked)
    }

    fileprivate init(_ record: DepotV1.BotRecord) {
        self.init(record.registered ?? DepotV1.BotRegistered())
        online = record.online
        session = record.session
        request = record.request
        taskID = record.taskID
        place = record.place
        batteryPercent = record.batteryPercent
        lastDirective = record.lastDirective
        tasksDelivered = record.tasksDelivered
        faults = record.faults
        paused = record.paused
        retired = record.retired
        lost = record.lost
        dockID = record.dockID
        isParked = record.parked
        silent = record.silent
        custodyTaskID = record.custodyTaskID
        retiring = record.retiring
        pauseOrdered = record.pauseOrdered
    }
}
