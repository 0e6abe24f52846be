import Kernel
import Messages
import OrderedCollections
import Testing

@testable import Depot

/// More work than robots, for a long time: no task is passed over for ever.
@Suite struct StarvationTests {
    /// How far a robot can have to go out of its way in the grid of 7 by 7 metres, in what a second's age is worth.
    private static let longestDetourMs: Int64 = 12_000

    /// Who gets a task leaves none behind that is older by more than the detour is worth, and that it could carry. So a
    /// task is passed only by what is about as old as it, and its turn comes.
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func nobodyIsPassedOverByWhatIsMuchYounger(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var depot = TestDepot(mall: TestMall.grid(7, 7))
        let capacities = (0..<Int.random(in: 1...4, using: &random)).map { index in
            index == 0 ? 12 : UInt32.random(in: 3...12, using: &random)
        }
        for (index, capacity) in capacities.enumerated() { depot.connect("b-\(index)", capacity: capacity) }
        var made = 0
        var assigned = 0
        for _ in 0..<400 {
            depot.now += Int64.random(in: 0...3_000, using: &random)
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let lines = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    (Int.random(in: 0..<5, using: &random), UInt32.random(in: 1...4, using: &random))
                }
                depot.order("o-\(made)", lines)
                made += 1
            }
            if let bot = depot.core.bots.values.randomElement(using: &random), bot.taskID.isEmpty {
                depot.ask(bot.id, x: Int.random(in: 0..<7, using: &random), y: Int.random(in: 0..<7, using: &random))
            }
            let restored = DepotCore(depot.core.record)
            let events = depot.dispatch()
            // The batch depends on nothing but the state.
            #expect(restored.whatIsDue(now: depot.now) == events)
            for case .taskAssigned(let event) in events {
                assigned += 1
                check(event, in: depot)
            }
            finish(&depot, &random)
        }
        #expect(assigned > 50 && depot.core.queued.count > 20, "seed \(seed): not enough work")
    }

    private func check(_ event: DepotV1.TaskAssigned, in depot: TestDepot) {
        guard let taken = depot.core.tasks[event.taskID], let bot = depot.core.bots[event.botID] else { return }
        for id in depot.core.queued.names {
            guard let left = depot.core.tasks[id], left.sizeUnits <= Int(bot.capacityUnits) else { continue }
            let older = taken.queuedUnixMs - left.queuedUnixMs
            #expect(older <= Self.longestDetourMs, "\(id) is \(older) ms older than \(taken.id), and was left")
        }
    }

    /// Robots with a task deliver it now and then.
    private func finish(_ depot: inout TestDepot, _ random: inout SeededGenerator) {
        for bot in depot.core.bots.values where !bot.taskID.isEmpty && Int.random(in: 0..<4, using: &random) == 0 {
            guard let task = depot.core.tasks[bot.taskID], let store = task.stops.first?.wanted.storeID else {
                continue
            }
            depot.report(bot.id, .taskAccepted(.init(taskID: task.id, epoch: task.epoch)))
            depot.report(bot.id, .stopReached(.init(taskID: task.id, epoch: task.epoch, storeID: store)))
            depot.report(bot.id, .taskDelivered(.init(taskID: task.id, epoch: task.epoch)))
        }
    }
}
