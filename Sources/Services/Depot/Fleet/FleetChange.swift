import Messages

/// A thing that those who watch the fleet see, by id.
enum FleetChange: Hashable, Comparable, Sendable {
    case bot(String)
    case task(String)
    case list(String)
}

extension DepotV1.Event.Kind {
    /// What looks different after this.
    var changes: [FleetChange] {
        [changedBot.map { .bot($0) }, changedTask.map { .task($0) }, changedList.map { .list($0) }].compactMap(\.self)
    }

    /// The robot that looks different after this; nil: none.
    var changedBot: String? {
        switch self {
        case .taskRequeued(let event): event.botID
        case .taskLeftInCustody(let event): event.botID
        case .taskCanceled(let event): event.botID
        case .botRegistered(let event): event.botID
        case .botOffline(let event): event.botID
        case .botRetiring(let event): event.botID
        case .botRetired(let event): event.botID
        case .botLost(let event): event.botID
        case .botReinstated(let event): event.botID
        case .botSilent(let event): event.botID
        case .botHeard(let event): event.botID
        case .botLow(let event): event.botID
        case .directiveIssued(let event): event.botID
        default: signOfLife?.botID
        }
    }

    /// The task that looks different after this; nil: none.
    var changedTask: String? {
        switch self {
        case .taskQueued(let event): event.taskID
        case .taskAssigned(let event): event.taskID
        case .taskAccepted(let event): event.taskID
        case .stopReached(let event): event.taskID
        case .itemPicked(let event): event.taskID
        case .itemUnavailable(let event): event.taskID
        case .stopDone(let event): event.taskID
        case .taskDelivered(let event): event.taskID
        case .taskRequeued(let event): event.taskID
        case .taskLeftInCustody(let event): event.taskID
        case .taskCanceled(let event): event.taskID
        case .directiveIssued(let event):
            if case .cancelTask(let cancel)? = event.message?.body { cancel.taskID } else { nil }
        default: nil
        }
    }

    /// The list that looks different after this; nil: none.
    var changedList: String? {
        switch self {
        case .listCreated(let event): event.listID
        case .listAvailable(let event): event.listID
        case .listReady(let event): event.listID
        case .listCancelRequested(let event): event.listID
        case .listCanceled(let event): event.listID
        case .taskQueued(let event): event.listID
        default: nil
        }
    }
}
