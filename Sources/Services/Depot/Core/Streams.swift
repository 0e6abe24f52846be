import Messages

extension DepotV1.Event.Kind {
    /// The stream of the log that an event belongs to: what it tells of.
    var stream: String {
        switch self {
        case .mallOpened, .custodyRenewed: "mall"
        case .storeLocated(let event): "store/\(event.storeID)"
        case .listCreated(let event): "list/\(event.listID)"
        case .listRefused(let event): "list/\(event.listID)"
        case .listAvailable(let event): "list/\(event.listID)"
        case .listReady(let event): "list/\(event.listID)"
        case .listCancelRequested(let event): "list/\(event.listID)"
        case .listCanceled(let event): "list/\(event.listID)"
        case .taskQueued(let event): "task/\(event.taskID)"
        case .taskAssigned(let event): "task/\(event.taskID)"
        case .taskAccepted(let event): "task/\(event.taskID)"
        case .stopReached(let event): "task/\(event.taskID)"
        case .itemPicked(let event): "task/\(event.taskID)"
        case .itemUnavailable(let event): "task/\(event.taskID)"
        case .stopDone(let event): "task/\(event.taskID)"
        case .taskDelivered(let event): "task/\(event.taskID)"
        case .taskRequeued(let event): "task/\(event.taskID)"
        case .taskLeftInCustody(let event): "task/\(event.taskID)"
        case .taskCanceled(let event): "task/\(event.taskID)"
        case .botRegistered(let event): "bot/\(event.botID)"
        case .botOnline(let event): "bot/\(event.botID)"
        case .botOffline(let event): "bot/\(event.botID)"
        case .botWaiting(let event): "bot/\(event.botID)"
        case .botFaulted(let event): "bot/\(event.botID)"
        case .botFaultCleared(let event): "bot/\(event.botID)"
        case .botPaused(let event): "bot/\(event.botID)"
        case .botResumed(let event): "bot/\(event.botID)"
        case .botRetired(let event): "bot/\(event.botID)"
        case .botLost(let event): "bot/\(event.botID)"
        case .botSilent(let event): "bot/\(event.botID)"
        case .botHeard(let event): "bot/\(event.botID)"
        case .botLow(let event): "bot/\(event.botID)"
        case .botRetiring(let event): "bot/\(event.botID)"
        case .botReinstated(let event): "bot/\(event.botID)"
        case .directiveIssued(let event): "bot/\(event.botID)"
        case .reportRejected(let event): "bot/\(event.botID)"
        }
    }
}
