import Kernel
import Messages
import OrderedCollections

/// What staff do with robots. Whatever stands in the way is named, with the state that it is in.
extension DepotCore {
    func bot(_ id: String) throws(ServiceError) -> FleetBot {
        if id.isEmpty { throw .invalidArgument("bot_id is empty") }
        guard let bot = bots[id] else { throw .notFound("there is no robot '\(id)'") }
        return bot
    }

    private func botInService(_ id: String) throws(ServiceError) -> FleetBot {
        let bot = try bot(id)
        if bot.retired || bot.lost {
            throw .failedPrecondition(
                "robot '\(id)' is \(bot.state.word): register it again to have it back at work")
        }
        return bot
    }

    // MARK: Orders to robots

    /// It gets no task from now on, whether it has heard of this or not. One that was told already is not told again; one
    /// that a person has paused is, so that it does not go on when that person lets it.
    func pause(_ request: DepotV1.PauseBotRequest) throws(ServiceError) -> [Kind] {
        let bot = try botInService(request.botID)
        try checkReason(request.reason)
        if bot.pauseOrdered { return [] }
        return [directive(.pause(.init(reason: request.reason)), to: bot.id)]
    }

    func resume(_ request: DepotV1.ResumeBotRequest) throws(ServiceError) -> [Kind] {
        let bot = try botInService(request.botID)
        guard bot.paused || bot.pauseOrdered else {
            throw .failedPrecondition("robot '\(bot.id)' is \(bot.state.word), not paused")
        }
        return [directive(.resume(.init()), to: bot.id)]
    }

    func sendToDock(_ request: DepotV1.SendBotToDockRequest) throws(ServiceError) -> [Kind] {
        let bot = try botInService(request.botID)
        let docks = DockPlan(of: self)
        if request.dockID.isEmpty {
            guard let dock = docks.park(bot) else {
                throw .failedPrecondition("the mall has no docks")
            }
            return [directive(.returnToDock(dock), to: bot.id)]
        }
        guard let dock = docks.park(at: request.dockID) else {
            throw .notFound("the mall has no dock '\(request.dockID)'")
        }
        return [directive(.returnToDock(dock), to: bot.id)]
    }

    /// Also for a lost robot: somebody may be looking for it.
    func identify(_ request: DepotV1.IdentifyBotRequest) throws(ServiceError) -> [Kind] {
        let bot = try bot(request.botID)
        if bot.retired { _ = try botInService(bot.id) }
        return [directive(.identify(.init()), to: bot.id)]
    }

    // MARK: In and out of service

    /// A robot that is known and at work is refused; one that was retired or lost comes back.
    func register(_ request: DepotV1.RegisterBotRequest) throws(ServiceError) -> [Kind] {
        try StaffRules.check(request)
        var card = DepotV1.BotRegistered(
            botID: request.botID, model: request.model, capacityUnits: request.capacityUnits,
            capabilities: request.capabilities)
        guard let bot = bots[request.botID] else {
            if card.capacityUnits == 0 {
                throw .invalidArgument("capacity_units is 0: say how much robot '\(card.botID)' carries")
            }
            return [.botRegistered(card)]
        }
        guard bot.retired || bot.retiring || bot.lost else {
            throw .alreadyExists("robot '\(bot.id)' is registered already; it is \(bot.state.word)")
        }
        if card.capacityUnits == 0 { card.capacityUnits = bot.registered.capacityUnits }
        if card.model.isEmpty { card.model = bot.registered.model }
        if card.capabilities.isEmpty { card.capabilities = bot.registered.capabilities }
        return [.botReinstated(.init(botID: bot.id))] + (card == bot.registered ? [] : [.botRegistered(card)])
    }

    /// A robot that is retired already stays so.
    func retire(_ request: DepotV1.RetireBotRequest, now unixMs: Int64) throws(ServiceError) -> [Kind] {
        let bot = try bot(request.botID)
        try checkReason(request.reason)
        if bot.retired { return [] }
        var draft = Draft(self, now: unixMs)
        if !bot.retiring {
            draft.add(.botRetiring(.init(botID: bot.id, reason: request.reason)))
            if !bot.lost, let dock = DockPlan(of: self).park(bot) {
                draft.add(directive(.returnToDock(dock), to: bot.id))
            }
        }
        // A cancel and a way back to the depot are what the robot is to finish in any case.
        if request.atOnce, let task = tasks[bot.taskID], !task.canceling, !task.openStops.isEmpty {
            draft.add(draft.core.takeBack(task, reason: "robot \(bot.id) is retired"))
        }
        draft.add(draft.core.retireDrained())
        return draft.events
    }

    /// Robots that were to finish what they had, and have.
    func retireDrained() -> [Kind] {
        retiring.names.filter { bots[$0]?.isDrained == true }.map { .botRetired(.init(botID: $0)) }
    }

    /// A robot that is lost already stays so.
    func declareLost(_ request: DepotV1.DeclareBotLostRequest, now unixMs: Int64) throws(ServiceError) -> [Kind] {
        let bot = try bot(request.botID)
        try checkReason(request.reason)
        if bot.retired { _ = try botInService(bot.id) }
        if bot.lost { return [] }
        var draft = Draft(self, now: unixMs)
        draft.add(.botLost(.init(botID: bot.id, reason: request.reason)))
        let reason = "robot \(bot.id) is lost"
        if let task = tasks[bot.taskID] {
            draft.add(draft.core.lose(task, reason: reason))
        } else if let task = tasks[bot.custodyTaskID] {
            draft.add(draft.core.giveUpCustody(of: task, reason: reason))
        }
        draft.add(draft.core.retireDrained())
        return draft.events
    }

    func checkReason(_ reason: String) throws(ServiceError) {
        if reason.utf8.count > 200 { throw .invalidArgument("reason is longer than 200 bytes") }
    }
}

/// What staff may enter.
enum StaffRules {
    static func check(_ request: DepotV1.RegisterBotRequest) throws(ServiceError) {
        guard isName(request.botID) else {
            throw .invalidArgument("bot_id must be 1 to 128 letters, digits, '-', '_' or '.', as in the certificate")
        }
        if request.model.utf8.count > 80 { throw .invalidArgument("model is longer than 80 bytes") }
        if request.capacityUnits > 100_000 { throw .invalidArgument("capacity_units is above 100000") }
        if request.capabilities.count > 32 || request.capabilities.contains(where: { $0.utf8.count > 40 }) {
            throw .invalidArgument("capabilities are at most 32, of at most 40 bytes each")
        }
    }

    private static func isName(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}

extension DepotV1.BotState {
    /// For people.
    var word: String {
        switch self {
        case .unspecified: "unspecified"
        case .offline: "offline"
        case .idle: "idle"
        case .waiting: "waiting"
        case .working: "working"
        case .faulted: "faulted"
        case .paused: "paused"
        case .retired: "retired"
        case .lost: "lost"
        case .unrecognized(let value): "unknown (\(value))"
        }
    }
}
