// What the depot's core costs with a large fleet: assignments per second, a dispatch when little is queued, an event, a
// snapshot. One thread, nothing is written. `DepotBench --fleet 10000`; prints a table.

import Depot
import Foundation
import Kernel
import Messages

let size = CommandLine.arguments.firstIndex(of: "--fleet").flatMap { Int(CommandLine.arguments[$0 + 1]) } ?? 10_000
let only = CommandLine.arguments.firstIndex(of: "--only").map { CommandLine.arguments[$0 + 1] }

func wanted(_ name: String) -> Bool { only.map(name.contains) ?? true }

/// Milliseconds that it takes.
func time(_ body: () -> Void) -> Double {
    let start = ContinuousClock.now
    body()
    return (ContinuousClock.now - start) / .milliseconds(1)
}

func say(_ name: String, _ text: String) {
    print(name + String(repeating: " ", count: max(1, 46 - name.count)) + text)
}

func micros(_ milliseconds: Double, _ count: Int) -> String {
    String(format: "%8.1f us each", milliseconds * 1_000 / Double(max(1, count)))
}

/// The median of so many runs of `body` on a copy of the world that the copy is not charged for.
func median(_ world: World, runs: Int = 21, _ body: (inout World) -> Void) -> Double {
    var times: [Double] = []
    for _ in 0..<runs {
        var copy = world
        times.append(time { body(&copy) })
    }
    return times.sorted()[runs / 2]
}

func fleet(_ count: Int, capacity: (Int) -> UInt32 = { [40, 60, 80][$0 % 3] }, asking: Bool = true) -> World {
    var world = World(seed: 1)
    BenchMall.open(&world)
    for bot in 0..<count {
        world.connect("bot-\(bot)", capacity: capacity(bot))
        if asking { world.ask("bot-\(bot)") }
    }
    return world
}

if wanted("assign") {
    for (name, count, spread) in [("spread over the mall", size, true), ("all at one node", size, false)] {
        var world = fleet(count, asking: spread)
        if !spread {
            for bot in 0..<count {
                world.report(
                    "bot-\(bot)", .taskRequest(.init(place: BenchMall.place(ofNode: 0), batteryPercent: 90)))
            }
        }
        let plan = time { for order in 0..<count { world.order("o-\(order)") } }
        say("list and task made, its trip planned", micros(plan, count))
        var made = 0
        var due: [NewEvent<DepotV1.Event>] = []
        let match = time { due = world.core.due(Timestamp(unixMs: world.now)) }
        let apply = time { for new in due { world.record(new.event) } }
        made = due.count / 2
        say(
            "\(count) robots and tasks, \(name)",
            String(
                format: "%8.0f assignments/s (%d; %.0f ms to match, %.0f ms to take in)",
                Double(made) * 1_000 / (match + apply), made, match, apply))
    }
}

if wanted("little") {
    var world = fleet(size)
    world.order("o-first")
    world.dispatch()
    say("a dispatch, \(size) wait, nothing queued", micros(median(world) { $0.dispatch() }, 1))
    world.order("o-1")
    say(
        "a dispatch, \(size) wait, one queued: matching",
        micros(median(world) { _ = $0.core.due(Timestamp(unixMs: $0.now)) }, 1))
    var far = fleet(size)
    far.order("o-heavy", stops: 1, units: 70)
    for bot in 0..<size where bot % 3 == 2 { far.record([.botPaused(.init(botID: "bot-\(bot)"))]) }
    say("a dispatch, \(size) wait, one queued for none", micros(median(far) { $0.dispatch() }, 1))
}

if wanted("many") {
    var world = fleet(1)
    for order in 0..<size { world.order("o-\(order)") }
    say(
        "a dispatch, one waits, \(size) queued", micros(median(world) { _ = $0.core.due(Timestamp(unixMs: $0.now)) }, 1)
    )
    var small = fleet(100, capacity: { $0 == 0 ? 80 : 5 })
    small.record([.botPaused(.init(botID: "bot-0"))])
    for order in 0..<size { small.order("o-\(order)", stops: 3, units: 10) }
    say("a dispatch, 99 wait, \(size) queued for none", micros(median(small) { $0.dispatch() }, 1))
}

if wanted("events") {
    var world = fleet(size)
    for order in 0..<size { world.order("o-\(order)") }
    world.dispatch()
    var tasks: [(bot: String, task: BotsV1.AssignTask)] = []
    var again = fleet(size)
    for order in 0..<size { again.order("o-\(order)") }
    for new in again.core.due(Timestamp(unixMs: again.now)) {
        if case .directiveIssued(let issued) = new.event.kind, case .assignTask(let assign)? = issued.message?.body {
            tasks.append((issued.botID, assign))
        }
    }
    let before = world.events
    let took = time {
        for (bot, task) in tasks {
            let (id, epoch) = (task.taskID, task.epoch)
            world.report(bot, .taskAccepted(.init(taskID: id, epoch: epoch)))
            for stop in task.stops {
                world.report(bot, .stopReached(.init(taskID: id, epoch: epoch, storeID: stop.storeID)))
                for item in stop.items {
                    world.report(
                        bot,
                        .itemPicked(
                            .init(
                                taskID: id, epoch: epoch, storeID: stop.storeID, productID: item.productID,
                                quantity: item.quantity)))
                }
                world.report(bot, .stopDone(.init(taskID: id, epoch: epoch, storeID: stop.storeID)))
            }
            _ = world.core.due(Timestamp(unixMs: world.now))
        }
    }
    say("an event of a trip, \(tasks.count) at work", micros(took, world.events - before))
    say("a dispatch with \(tasks.count) at work", micros(median(world) { $0.dispatch() }, 1))
    var liveness = Liveness(now: world.now)
    for bot in 0..<size { liveness.heard("bot-\(bot)", battery: 80) }
    say("who is silent, once a second", micros(median(world) { _ = $0.core.judge(liveness, now: $0.now) }, 1))
    let delivered = world.events
    let end = time {
        for (bot, task) in tasks {
            world.report(bot, .taskDelivered(.init(taskID: task.taskID, epoch: task.epoch)))
            world.ask(bot)
        }
    }
    say("a delivery and the next request", micros(end, world.events - delivered))
}

if wanted("snapshot") {
    var world = fleet(size)
    for order in 0..<size { world.order("o-\(order)") }
    say(
        "a snapshot: \(size) robots, \(size) tasks",
        String(format: "%8.1f ms", median(world, runs: 5) { _ = $0.core.snapshot() }))
    let bytes = world.core.snapshot()
    say("", "\(bytes.count / 1_024) KiB")
    var restored = DepotCore()
    say(
        "the same, restored",
        String(format: "%8.1f ms", time { restored = (try? DepotCore(snapshot: bytes)) ?? DepotCore() }))
    precondition(restored.snapshot() == bytes, "a restored snapshot is another one")
}
