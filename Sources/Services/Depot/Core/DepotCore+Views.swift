import Messages
import OrderedCollections

/// What Depot's API shows.
extension DepotCore {
    func view(of list: ShoppingList) -> DepotV1.ShoppingList {
        DepotV1.ShoppingList(listID: list.id, state: list.state, stops: list.stops, taskIds: list.taskIDs)
    }

    func view(of task: ShoppingTask) -> DepotV1.Task {
        var picked: [String: UInt32] = [:]
        var unavailable: [String: UInt32] = [:]
        for stop in task.stops {
            for (index, item) in stop.wanted.items.enumerated() {
                if stop.picked[index] > 0 { picked[item.productID, default: 0] += stop.picked[index] }
                if stop.unavailable[index] > 0 { unavailable[item.productID, default: 0] += stop.unavailable[index] }
            }
        }
        return DepotV1.Task(
            taskID: task.id, listID: task.listID, state: task.state, epoch: task.epoch, botID: task.botID,
            stops: task.stops.map(\.wanted), picked: picked, unavailable: unavailable,
            queuedUnixMs: task.queuedUnixMs, canceling: task.canceling, custodyBotID: task.custodian,
            custodyUntilUnixMs: task.state == .inCustody ? custodyEnd(of: task) : 0)
    }

    func view(of bot: FleetBot) -> DepotV1.Bot {
        let fault = bot.faults.last.map { $0.message.isEmpty ? $0.code : "\($0.code): \($0.message)" }
        return DepotV1.Bot(
            botID: bot.id, state: bot.state, model: bot.registered.model, capacityUnits: bot.registered.capacityUnits,
            online: bot.online && !bot.silent, taskID: bot.taskID, place: bot.place, batteryPercent: bot.batteryPercent,
            lastDirective: bot.lastDirective, session: bot.session, fault: fault ?? "",
            tasksDelivered: bot.tasksDelivered, custodyTaskID: bot.custodyTaskID,
            retiring: bot.retiring, dockID: bot.dockID)
    }
}
