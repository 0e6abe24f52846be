import Messages

typealias Kind = DepotV1.Event.Kind

/// What a holder's reports come to. Each check is of the present state; nothing here changes it.
extension ShoppingTask {
    /// That a robot holds this task under an epoch.
    func checkHolder(_ bot: String, epoch: UInt64) throws(Rejection) {
        guard self.epoch == epoch, botID == bot, epoch > 0 else {
            let state = botID.isEmpty ? "queued" : "another's or under another epoch"
            throw Rejection(
                .staleEpoch, "task \(id) is not \(bot)'s under epoch \(epoch): it is \(state), at epoch \(self.epoch)")
        }
    }

    func accept() throws(Rejection) -> [Kind] {
        try check(state == .assigned, "accepted")
        return [.taskAccepted(.init(taskID: id, listID: listID, botID: botID, epoch: epoch))]
    }

    /// Items in custody stay with the robot that has them. A robot that lost its memory may refuse what it once took:
    /// that is giving it up.
    func decline(reason: String) throws(Rejection) -> [Kind] {
        guard state == .assigned else { return try abandon(reason: reason, returned: false) }
        if !custodian.isEmpty { return [leaveInCustody(reason: reason, declined: true)] }
        return [.taskRequeued(.init(taskID: id, listID: listID, botID: botID, reason: reason, declined: true))]
    }

    func reach(_ storeID: String) throws(Rejection) -> [Kind] {
        try check(state == .accepted || state == .shopping, "shopped for")
        guard let stop = stops.first(where: { $0.wanted.storeID == storeID }) else { throw notHere(storeID) }
        if stop.done { throw Rejection(.wrongState, "the stop at store \(storeID) of task \(id) is done") }
        if !atStoreID.isEmpty, atStoreID != storeID {
            throw Rejection(.wrongState, "the stop at store \(atStoreID) of task \(id) is not done yet")
        }
        // Said twice, it changes nothing.
        if atStoreID == storeID { return [] }
        return [.stopReached(.init(taskID: id, listID: listID, botID: botID, storeID: storeID))]
    }

    func pick(_ report: BotsV1.ItemPicked) throws(Rejection) -> [Kind] {
        try checkUnits(report.storeID, report.productID, report.quantity)
        return [
            .itemPicked(
                .init(
                    taskID: id, listID: listID, botID: botID, storeID: report.storeID, productID: report.productID,
                    quantity: report.quantity))
        ]
    }

    func miss(_ report: BotsV1.ItemUnavailable) throws(Rejection) -> [Kind] {
        try checkUnits(report.storeID, report.productID, report.quantity)
        return [
            .itemUnavailable(
                .init(
                    taskID: id, listID: listID, botID: botID, storeID: report.storeID, productID: report.productID,
                    quantity: report.quantity, reason: report.reason))
        ]
    }

    func leave(_ storeID: String) throws(Rejection) -> [Kind] {
        try checkStanding(at: storeID)
        return [.stopDone(.init(taskID: id, listID: listID, botID: botID, storeID: storeID))]
    }

    /// Units that the robot never spoke of count as unavailable, so that each unit ends in one way.
    func deliver() throws(Rejection) -> [Kind] {
        try check(state == .shopping || state == .returning, "delivered")
        var events: [Kind] = []
        for stop in openStops {
            for item in stop.items {
                events.append(
                    .itemUnavailable(
                        .init(
                            taskID: id, listID: listID, botID: botID, storeID: stop.storeID, productID: item.productID,
                            quantity: item.quantity)))
            }
        }
        events.append(.taskDelivered(.init(taskID: id, listID: listID, botID: botID, delivered: pickedStops)))
        return events
    }

    /// A task that is being cancelled is over then; any other goes back to the queue, unless nothing is left of it.
    /// What was picked and not brought back is in the robot's custody. From a robot that was to deliver just that, it
    /// is named as missing: it is fetched again, and a later delivery of it is refused as stale.
    func abandon(reason: String, returned: Bool) throws(Rejection) -> [Kind] {
        try check(!hasEnded && state != .queued, "abandoned")
        let back = returned ? pickedStops : []
        let missing = returned ? [] : pickedStops
        let nothingLeft = back.isEmpty && missing.isEmpty && openStops.isEmpty
        if !canceling, !missing.isEmpty, custodian.isEmpty {
            return [leaveInCustody(reason: reason, declined: false)]
        }
        if canceling || nothingLeft {
            return [
                .taskCanceled(
                    .init(
                        taskID: id, listID: listID, botID: botID,
                        reason: canceling ? reason : "nothing is left to fetch", returned: back, missing: missing))
            ]
        }
        return [
            .taskRequeued(
                .init(
                    taskID: id, listID: listID, botID: botID, reason: reason, returned: back, missing: missing,
                    // What it could not do now it would not do at once: another robot may.
                    declined: true))
        ]
    }

    /// The robot loses the task, and keeps what it has picked until it is told to deliver it.
    func leaveInCustody(reason: String, declined: Bool = false) -> Kind {
        .taskLeftInCustody(
            .init(
                taskID: id, listID: listID, botID: botID, epoch: epoch, reason: reason, custody: pickedStops,
                declined: declined))
    }

    private func check(_ possible: Bool, _ verb: String) throws(Rejection) {
        if !possible { throw Rejection(.wrongState, "task \(id) is \(state.word): it cannot be \(verb) now") }
    }

    private func checkStanding(at storeID: String) throws(Rejection) {
        try check(state == .accepted || state == .shopping, "shopped for")
        if !stops.contains(where: { $0.wanted.storeID == storeID }) { throw notHere(storeID) }
        if atStoreID != storeID { throw Rejection(.wrongState, "store \(storeID) of task \(id) is not reached") }
    }

    private func checkUnits(_ storeID: String, _ productID: String, _ quantity: UInt32) throws(Rejection) {
        try checkStanding(at: storeID)
        guard let (stop, item) = find(storeID, productID) else {
            throw Rejection(.notInTask, "task \(id) wants no product \(productID) from store \(storeID)")
        }
        let left = stops[stop].left(of: item)
        if quantity == 0 || quantity > left {
            throw Rejection(
                .notInTask, "task \(id) has \(left) of product \(productID) left, and the report is of \(quantity)")
        }
    }

    private func notHere(_ storeID: String) -> Rejection {
        Rejection(.notInTask, "task \(id) has no stop at store \(storeID)")
    }
}

extension DepotV1.TaskState {
    /// For people.
    var word: String {
        switch self {
        case .unspecified: "unspecified"
        case .queued: "queued"
        case .assigned: "assigned"
        case .accepted: "accepted"
        case .shopping: "shopping"
        case .returning: "returning"
        case .delivered: "delivered"
        case .canceled: "canceled"
        case .inCustody: "in custody"
        case .unrecognized(let value): "unknown (\(value))"
        }
    }
}
