import Kernel
import Messages
import OrderedCollections
import Testing

@testable import Depot

/// Random histories, checked against what must hold in each.
@Suite struct HistoryTests {
    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func holdsItsPromises(seed: UInt64) throws {
        var fleet = HistoryFleet(seed: seed)
        for _ in 0..<5 { fleet.order() }
        for _ in 0..<1_500 { fleet.step() }
        // The faults stop; everything must come to an end.
        fleet.heal()
        var steps = 0
        while !fleet.unfinished.isEmpty, steps < 20_000 {
            fleet.step()
            steps += 1
        }
        // As a value of its own: a failure must not print the whole fleet.
        let unfinished = fleet.unfinished
        #expect(unfinished == [], "seed \(seed): a list never ended")

        var history = History()
        for (event, _) in fleet.depot.log { history.take(event) }
        #expect(history.broken == [], "seed \(seed)")
        #expect(history.delivered > 0, "seed \(seed): nothing was going on")
        for (id, lines) in fleet.placed {
            let isCanceled = fleet.depot.core.lists[id]?.state == .canceled
            #expect(isCanceled == fleet.cancelAsked.contains(id), "seed \(seed): list \(id)")
            for line in lines {
                let ended = history.ended["\(id) p-\(line.store)"] ?? 0
                #expect(isCanceled ? ended <= line.quantity : ended == line.quantity, "seed \(seed): list \(id)")
            }
        }
        // A fold of the log and a snapshot give the same state, with nothing left behind.
        #expect(fleet.depot.replayed.record == fleet.depot.core.record, "seed \(seed)")
        #expect(DepotCore(fleet.depot.core.record).record == fleet.depot.core.record, "seed \(seed)")
        #expect(fleet.depot.core.inCustody.isEmpty && fleet.depot.core.canceling.isEmpty, "seed \(seed)")
        #expect(fleet.depot.core.bots.values.allSatisfy { $0.custodyTaskID == "" && $0.taskID == "" }, "seed \(seed)")
    }

    @Test func theHistoriesHaveWhatTheyAreFor() {
        var counts: [String: Int] = [:]
        for seed in 1...40 as ClosedRange<UInt64> {
            var fleet = HistoryFleet(seed: seed)
            for _ in 0..<5 { fleet.order() }
            for _ in 0..<1_500 { fleet.step() }
            for (event, _) in fleet.depot.log {
                counts[event.typeName, default: 0] += 1
                if case .taskAssigned(let event) = event, !event.custody.isEmpty { counts["custody", default: 0] += 1 }
                if case .taskQueued(let event) = event, !event.splitFromTaskID.isEmpty {
                    counts["split", default: 0] += 1
                }
                if case .taskCanceled(let event) = event, event.reason.contains("cut into smaller") {
                    counts["cut", default: 0] += 1
                }
                if case .taskRequeued(let event) = event {
                    if event.reason.contains("given to another") { counts["reassigned", default: 0] += 1 }
                    if event.reason.contains("is lost"), !event.missing.isEmpty { counts["lost load", default: 0] += 1 }
                }
                if case .directiveIssued(let event) = event, case .goCharge? = event.message?.body {
                    counts["charge", default: 0] += 1
                }
            }
            counts["shared", default: 0] += fleet.sharedProducts
        }
        for name in [
            "BotSilent", "BotHeard", "TaskLeftInCustody", "custody", "split", "TaskRequeued", "TaskCanceled",
            "TaskDelivered", "ReportRejected", "CustodyRenewed", "BotRetired", "BotLost", "BotReinstated", "charge",
            "shared", "reassigned", "lost load",
        ] {
            #expect(counts[name, default: 0] > 20, "\(name): \(counts[name, default: 0])")
        }
    }

    @Test func theSameSeedGivesTheSameHistory() {
        func log(_ seed: UInt64) -> [DepotV1.Event.Kind] {
            var fleet = HistoryFleet(seed: seed)
            for _ in 0..<3 { fleet.order() }
            for _ in 0..<400 { fleet.step() }
            return fleet.depot.log.map(\.event)
        }
        #expect(log(7) == log(7))
        #expect(log(7) != log(8))
    }
}
