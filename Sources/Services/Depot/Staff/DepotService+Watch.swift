import APIs
import Kernel
public import Messages
import OrderedCollections
public import Wire

/// The fleet as it changes.
extension DepotService {
    /// Sends the fleet and then its changes, until the caller has enough or the depot stops.
    /// - Throws: UNAVAILABLE when the depot stops.
    public func watchFleet(
        _ request: DepotV1.WatchFleetRequest, _ outbound: WireOutbound<DepotV1.FleetUpdate>, context: CallContext
    ) async throws {
        try await watchers.follow(loop) { core in
            DepotV1.FleetUpdate(
                position: core.position, beginning: true,
                bots: core.bots.values.map(core.view).sorted { $0.botID < $1.botID },
                tasks: core.tasks.values.filter { !$0.hasEnded }.map(core.view).sorted { $0.taskID < $1.taskID },
                lists: core.lists.values.filter { $0.state != .canceled }.map(core.view).sorted {
                    $0.listID < $1.listID
                }
            )
        } update: { core, changes in
            var update = DepotV1.FleetUpdate(position: core.position)
            for change in changes {
                switch change {
                case .bot(let id): core.bots[id].map { update.bots.append(core.view(of: $0)) }
                case .task(let id): core.tasks[id].map { update.tasks.append(core.view(of: $0)) }
                case .list(let id): core.lists[id].map { update.lists.append(core.view(of: $0)) }
                }
            }
            return update
        } send: {
            try await self.send($0, to: outbound)
        }
    }

    private func send(_ whole: DepotV1.FleetUpdate, to outbound: WireOutbound<DepotV1.FleetUpdate>) async throws {
        var (bots, tasks, lists) = (whole.bots[...], whole.tasks[...], whole.lists[...])
        repeat {
            var share = Share()
            // Tasks come after the robots that hold them, and lists after their tasks.
            var part = DepotV1.FleetUpdate(position: whole.position, beginning: whole.beginning)
            part.bots = share.take(&bots)
            if bots.isEmpty { part.tasks = share.take(&tasks) }
            if bots.isEmpty, tasks.isEmpty { part.lists = share.take(&lists) }
            let isLast = bots.isEmpty && tasks.isEmpty && lists.isEmpty
            part.complete = whole.beginning && isLast
            try await outbound.send(part)
            if isLast { return }
        } while true
    }
}
