import Messages
import OrderedCollections
import Testing

@testable import Depot

@Suite struct FleetChangeTests {
    /// Whatever looks different after an event is named by it: else a watcher would never hear of it.
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func everyChangeIsNamed(seed: UInt64) {
        var fleet = HistoryFleet(seed: seed)
        for _ in 0..<5 { fleet.order() }
        for _ in 0..<800 { fleet.step() }
        var core = DepotCore()
        for (event, time) in fleet.depot.log {
            let before = core
            core.apply(DepotV1.Event(kind: event), at: time)
            if case .custodyRenewed = event { continue }
            for (id, bot) in core.bots where before.bots[id].map(before.view) != core.view(of: bot) {
                #expect(event.changedBot == id, "seed \(seed): \(event.typeName)")
            }
            for (id, task) in core.tasks where before.tasks[id].map(before.view) != core.view(of: task) {
                #expect(event.changedTask == id, "seed \(seed): \(event.typeName)")
            }
            for (id, list) in core.lists where before.lists[id].map(before.view) != core.view(of: list) {
                #expect(event.changedList == id, "seed \(seed): \(event.typeName)")
            }
        }
    }
}
