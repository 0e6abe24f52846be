import APIs
import Kernel
public import Messages
import OrderedCollections
public import Wire

/// What staff ask of the depot.
extension DepotService {
    public func assignTask(_ request: DepotV1.AssignTaskRequest, context: CallContext) async throws -> DepotV1.Task {
        try await loop.decide(key: try Self.key(request.idempotencyKey, request)) { core, _ in
            Self.decision(on: request.taskID, try core.assign(request))
        }
    }

    public func reassignTask(
        _ request: DepotV1.ReassignTaskRequest, context: CallContext
    ) async throws -> DepotV1.Task {
        try await loop.decide(key: try Self.key(request.idempotencyKey, request)) { core, now in
            let (events, taskID) = try core.reassign(request, now: now.unixMs)
            return Self.decision(on: taskID, events)
        }
    }

    public func registerBot(_ request: DepotV1.RegisterBotRequest, context: CallContext) async throws -> DepotV1.Bot {
        try await decide(on: request.botID, key: try Self.key(request.idempotencyKey, request)) { core, _ in
            try core.register(request)
        }
    }

    public func retireBot(_ request: DepotV1.RetireBotRequest, context: CallContext) async throws -> DepotV1.Bot {
        try await decide(on: request.botID) { core, now in try core.retire(request, now: now.unixMs) }
    }

    public func declareBotLost(
        _ request: DepotV1.DeclareBotLostRequest, context: CallContext
    ) async throws -> DepotV1.Bot {
        try await decide(on: request.botID) { core, now in try core.declareLost(request, now: now.unixMs) }
    }

    public func pauseBot(_ request: DepotV1.PauseBotRequest, context: CallContext) async throws -> DepotV1.Bot {
        try await decide(on: request.botID) { core, _ in try core.pause(request) }
    }

    public func resumeBot(_ request: DepotV1.ResumeBotRequest, context: CallContext) async throws -> DepotV1.Bot {
        try await decide(on: request.botID) { core, _ in try core.resume(request) }
    }

    public func sendBotToDock(
        _ request: DepotV1.SendBotToDockRequest, context: CallContext
    ) async throws -> DepotV1.Bot {
        try await decide(on: request.botID) { core, _ in try core.sendToDock(request) }
    }

    public func identifyBot(_ request: DepotV1.IdentifyBotRequest, context: CallContext) async throws -> DepotV1.Bot {
        try await decide(on: request.botID) { core, _ in try core.identify(request) }
    }

    // MARK: Parts

    private static func key(_ key: String, _ request: some Message) throws -> IdempotencyKey? {
        key.isEmpty ? nil : try IdempotencyKey(key, request: request)
    }

    private static func decision(on taskID: String, _ events: [Kind]) -> Decision<DepotCore, DepotV1.Task> {
        Decision(events.map(\.new)) { core in
            core.tasks[taskID].map(core.view) ?? DepotV1.Task(taskID: taskID)
        }
    }

    /// Answered with the robot as it is then.
    private func decide(
        on botID: String, key: IdempotencyKey? = nil,
        _ body: @escaping @Sendable (DepotCore, Timestamp) throws -> [Kind]
    ) async throws -> DepotV1.Bot {
        try await loop.decide(key: key) { core, now in
            Decision(try body(core, now).map(\.new)) { core in
                core.bots[botID].map(core.view) ?? DepotV1.Bot(botID: botID)
            }
        }
    }
}
