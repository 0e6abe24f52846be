import Kernel
package import Messages
import OrderedCollections

/// What Orders' and Stores' events, and staff, make of lists.
extension DepotCore {
    package func react(to event: OrdersV1.Event) -> [DepotV1.Event.Kind] {
        switch event.kind {
        case .orderPlaced(let placed): create(placed)
        case .orderApproved(let approved): makeAvailable(approved.orderID)
        case .orderRejected(let rejected):
            // A list that was refused does not exist; nobody waits for its end.
            lists[rejected.orderID] == nil ? [] : cancel(rejected.orderID, reason: rejected.reason)
        case .orderCancelRequested(let requested): cancelForOrder(requested.orderID, reason: requested.reason)
        default: []
        }
    }

    package func react(to event: StoresV1.Event) -> [DepotV1.Event.Kind] {
        switch event.kind {
        case .storeCreated(let created):
            guard let store = created.store else { return [] }
            return [
                .storeLocated(.init(storeID: store.storeID, name: store.name, node: store.node, place: store.place))
            ]
        case .storeMoved(let moved):
            guard var store = stores[moved.storeID] else { return [] }
            store.node = moved.node
            store.place = moved.place
            return [.storeLocated(store)]
        case .storeRebranded(let rebranded):
            guard var store = stores[rebranded.storeID], store.name != rebranded.name else { return [] }
            store.name = rebranded.name
            return [.storeLocated(store)]
        default: return []
        }
    }

    // MARK: Making

    private func create(_ placed: OrdersV1.OrderPlaced) -> [Kind] {
        let id = placed.orderID
        if lists[id] != nil { return [] }
        func refuse(_ reason: String) -> [Kind] { [.listRefused(.init(listID: id, reason: reason))] }
        guard let graph else { return refuse("no mall is open") }

        var stops: [TypesV1.Stop] = []
        for line in placed.lines where line.quantity > 0 {
            guard let store = stores[line.storeID] else { return refuse("there is no store '\(line.storeID)'") }
            guard let node = graph.index(of: store.node) else {
                return refuse("robots cannot reach store '\(line.storeID)': the mall has no node '\(store.node)'")
            }
            if let largest = capacities.keys.max(), line.sizeUnits > largest {
                return refuse(
                    "product '\(line.productID)' takes \(line.sizeUnits) units; the largest robot carries \(largest)")
            }
            let item = TypesV1.Item(
                productID: line.productID, name: line.name, quantity: line.quantity, sizeUnits: max(1, line.sizeUnits))
            let index = stops.firstIndex { $0.storeID == line.storeID } ?? stops.count
            if index == stops.count {
                stops.append(
                    TypesV1.Stop(
                        storeID: line.storeID, storeName: store.name.isEmpty ? line.storeName : store.name,
                        node: store.node, place: graph.place(of: node) ?? store.place))
            }
            if let same = stops[index].items.firstIndex(where: { $0.productID == item.productID }) {
                let (sum, tooMany) = stops[index].items[same].quantity.addingReportingOverflow(item.quantity)
                if tooMany { return refuse("there are too many of product '\(item.productID)'") }
                stops[index].items[same].quantity = sum
            } else {
                stops[index].items.append(item)
            }
        }
        if stops.isEmpty { return refuse("there is nothing to fetch") }
        return [.listCreated(.init(listID: id, stops: stops))]
    }

    /// Cuts the list into tasks: task_id is the list's id, '/', and a number from 1, so that a retry makes the same.
    private func makeAvailable(_ id: String) -> [Kind] {
        guard let list = lists[id], list.state == .created else { return [] }
        var stops = list.stops
        if let graph, let best = trip(through: stops)?.best(from: graph.depot) {
            stops = best.entry.order.map { stops[$0] }
        }
        let parts = ListSplitter.split(stops, capacity: taskCapacity)
        return [.listAvailable(.init(listID: id))]
            + parts.enumerated().map { index, part in
                .taskQueued(.init(taskID: "\(id)/\(index + 1)", listID: id, stops: part))
            }
    }

    // MARK: Cancelling

    /// An order's cancel is always answered by a `ListCanceled`, also when there is no list or it is cancelled
    /// already: else the order would wait for ever.
    private func cancelForOrder(_ id: String, reason: String) -> [Kind] {
        guard let list = lists[id], list.state != .canceled else { return [.listCanceled(.init(listID: id))] }
        return cancel(id, reason: reason)
    }

    /// Ends what no robot is at work on at once, and asks robots at work to bring things back. The list is cancelled
    /// when every task has ended.
    func cancel(_ id: String, reason: String) -> [Kind] {
        guard let list = lists[id], list.state != .canceling, list.state != .canceled else { return [] }
        var events: [Kind] = [.listCancelRequested(.init(listID: id, reason: reason))]
        var open = list.openTasks
        for taskID in list.taskIDs {
            guard let task = tasks[taskID], !task.hasEnded else { continue }
            let holder = task.botID.isEmpty ? task.custodian : task.botID
            // A robot that has it in custody may be away for good: it is told, and not waited for.
            if !holder.isEmpty {
                events.append(
                    directive(
                        .cancelTask(.init(taskID: taskID, epoch: task.epoch, reason: reason, returnItems: true)),
                        to: holder))
            }
            if task.isCanceledAtOnce {
                events.append(
                    .taskCanceled(
                        .init(
                            taskID: taskID, listID: id, botID: holder, reason: reason, missing: task.pickedStops)))
                open -= 1
            }
        }
        if open == 0 { events.append(.listCanceled(.init(listID: id))) }
        return events
    }

    /// What else happens when a task ends: the list may be complete.
    func consequences(ofEnding task: ShoppingTask) -> [Kind] {
        guard let list = lists[task.listID], list.openTasks == 1 else { return [] }
        switch list.state {
        case .canceling: return [.listCanceled(.init(listID: list.id))]
        case .available: return [.listReady(.init(listID: list.id))]
        default: return []
        }
    }

    /// The next directive of a robot. At most one for each robot in a decision: it counts from what is applied.
    func directive(_ body: BotsV1.ToBot.Body, to botID: String) -> Kind {
        let number = (bots[botID]?.lastDirective ?? 0) + 1
        return .directiveIssued(.init(botID: botID, message: .init(directive: number, body: body)))
    }
}
