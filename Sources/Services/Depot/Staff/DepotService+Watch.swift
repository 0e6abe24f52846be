import APIs
import Kernel
public import Messages
import OrderedCollections
public import Wire

/// The fleet as it changes.
extension DepotService {
    /// Robots, or tasks, in one message: so many fit into a frame.
    private static let perMessage = 100

    /// Sends the fleet and then its changes, until the caller has enough or the depot stops.
    /// - Throws: UNAVAILABLE when the depot stops.
    public func watchFleet(
        _ request: DepotV1.WatchFleetRequest, _ outbound: WireOutbound<DepotV1.FleetUpdate>, context: CallContext
    ) async throws {
        let (number, wakes) = watchers.follow()
        defer { watchers.unfollow(number) }
        // A copy of the state costs less than to make so much of it on the loop's thread, where everything else waits.
        let core = try await loop.read { $0 }
        let fleet = DepotV1.FleetUpdate(
            position: core.position, beginning: true,
            bots: core.bots.values.map(core.view).sorted { $0.botID < $1.botID },
            tasks: core.tasks.values.filter { !$0.hasEnded }.map(core.view).sorted { $0.taskID < $1.taskID })
        try await send(fleet, to: outbound)
        for await _ in wakes {
            let changes = watchers.take(number)
            let (bots, tasks) = (changes.bots.sorted(), changes.tasks.sorted())
            if bots.isEmpty, tasks.isEmpty { continue }
            let update = try await loop.read { core in
                DepotV1.FleetUpdate(
                    position: core.position, bots: bots.compactMap { core.bots[$0].map(core.view) },
                    tasks: tasks.compactMap { core.tasks[$0].map(core.view) })
            }
            try await send(update, to: outbound)
        }
        try Task.checkCancellation()
        throw ServiceError.unavailable("the service depot is stopping: watch again later")
    }

    private func send(_ whole: DepotV1.FleetUpdate, to outbound: WireOutbound<DepotV1.FleetUpdate>) async throws {
        var (bots, tasks) = (whole.bots[...], whole.tasks[...])
        repeat {
            var part = DepotV1.FleetUpdate(position: whole.position, beginning: whole.beginning)
            part.bots = Array(bots.prefix(Self.perMessage))
            bots = bots.dropFirst(Self.perMessage)
            // Tasks come after the robots that hold them.
            if bots.isEmpty {
                part.tasks = Array(tasks.prefix(Self.perMessage - part.bots.count))
                tasks = tasks.dropFirst(Self.perMessage - part.bots.count)
            }
            part.complete = whole.beginning && bots.isEmpty && tasks.isEmpty
            try await outbound.send(part)
        } while !bots.isEmpty || !tasks.isEmpty
    }
}
