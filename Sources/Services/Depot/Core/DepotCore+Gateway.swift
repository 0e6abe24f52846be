package import Messages
import OrderedCollections

/// What the gateway's events make of robots and tasks.
extension DepotCore {
    package func react(to event: BotsV1.Event) -> [DepotV1.Event.Kind] {
        switch event.kind {
        case .gatewayStarted:
            bots.values.filter(\.online).map { bot in
                .botOffline(.init(botID: bot.id, session: bot.session, why: "the gateway started anew"))
            }
        case .sessionOpened(let opened): sessionOpened(opened)
        case .sessionClosed(let closed):
            // An older session's late end says nothing of the newer one.
            if let bot = bots[closed.botID], bot.online, bot.session == closed.session {
                [.botOffline(.init(botID: closed.botID, session: closed.session, why: closed.why))]
            } else {
                []
            }
        case .reportReceived(let received): reported(received)
        case nil: []
        }
    }

    private func sessionOpened(_ opened: BotsV1.SessionOpened) -> [Kind] {
        let registered = DepotV1.BotRegistered(
            botID: opened.botID, model: opened.model, capacityUnits: opened.capacityUnits,
            capabilities: opened.capabilities)
        let isNews = bots[opened.botID]?.registered != registered
        return (isNews ? [.botRegistered(registered)] : [])
            + [.botOnline(.init(botID: opened.botID, session: opened.session))]
    }

    private func reported(_ received: BotsV1.ReportReceived) -> [Kind] {
        guard let report = received.report, let body = report.body else { return [] }
        let heard: [Kind] =
            bots[received.botID]?.silent == true ? [.botHeard(.init(botID: received.botID))] : []
        return heard + answer(report, body, received)
    }

    private func answer(
        _ report: BotsV1.FromBot, _ body: BotsV1.FromBot.Body, _ received: BotsV1.ReportReceived
    ) -> [Kind] {
        do throws(Rejection) {
            guard let bot = bots[received.botID] else {
                throw Rejection(.wrongState, "robot \(received.botID) has opened no session")
            }
            return try decide(body, of: bot)
        } catch {
            return [
                .reportRejected(
                    .init(
                        botID: received.botID, journal: received.journal,
                        rejected: .init(report: report.report, code: error.code, why: error.why)))
            ]
        }
    }

    private func decide(_ body: BotsV1.FromBot.Body, of bot: FleetBot) throws(Rejection) -> [Kind] {
        switch body {
        case .taskRequest(let request): return try ask(request, of: bot)
        case .taskAccepted(let report): return try held(report.taskID, report.epoch, bot).accept()
        case .taskDeclined(let report):
            let task = try held(report.taskID, report.epoch, bot)
            return withConsequences(of: try task.decline(reason: report.reason), on: task)
        case .stopReached(let report): return try held(report.taskID, report.epoch, bot).reach(report.storeID)
        case .itemPicked(let report): return try held(report.taskID, report.epoch, bot).pick(report)
        case .itemUnavailable(let report): return try held(report.taskID, report.epoch, bot).miss(report)
        case .stopDone(let report): return try held(report.taskID, report.epoch, bot).leave(report.storeID)
        case .taskDelivered(let report):
            let task = try held(report.taskID, report.epoch, bot)
            return try task.deliver() + consequences(ofEnding: task)
        case .taskAbandoned(let report):
            let task = try held(report.taskID, report.epoch, bot)
            return withConsequences(
                of: try task.abandon(reason: report.reason, returned: report.returned), on: task)
        case .fault(let fault):
            return [
                .botFaulted(
                    .init(botID: bot.id, code: fault.code, message: fault.message, needsHelp: fault.needsHelp))
            ]
        case .faultCleared(let cleared): return [.botFaultCleared(.init(botID: bot.id, code: cleared.code))]
        case .paused(let paused): return [.botPaused(.init(botID: bot.id, reason: paused.reason))]
        case .resumed: return [.botResumed(.init(botID: bot.id))]
        // Live, or the gateway's own business: nothing for the books, numbered or not.
        case .telemetry, .hello, .goodbye: return []
        }
    }

    /// What a robot's giving up of a task leads to.
    private func withConsequences(of events: [Kind], on task: ShoppingTask) -> [Kind] {
        switch events.last {
        case .taskCanceled: events + consequences(ofEnding: task)
        case .taskLeftInCustody: events + splitOff(from: task)
        default: events
        }
    }

    private func held(_ taskID: String, _ epoch: UInt64, _ bot: FleetBot) throws(Rejection) -> ShoppingTask {
        guard let task = tasks[taskID] else { throw Rejection(.unknownTask, "there is no task '\(taskID)'") }
        try task.checkHolder(bot.id, epoch: epoch)
        return task
    }

    private func ask(_ request: BotsV1.TaskRequest, of bot: FleetBot) throws(Rejection) -> [Kind] {
        if !bot.taskID.isEmpty {
            throw Rejection(.wrongState, "robot \(bot.id) has task \(bot.taskID) and cannot ask for another")
        }
        return [
            .botWaiting(
                .init(
                    botID: bot.id, capacityUnits: request.capacityUnits, place: request.place,
                    batteryPercent: request.batteryPercent, rangeMm: request.rangeMm))
        ]
    }
}
