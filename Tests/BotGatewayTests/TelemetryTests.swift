import Kernel
import Messages
import Testing

@testable import BotGateway

@Suite(.timeLimit(.minutes(1))) struct TelemetryTests {
    private static func time(_ ms: Int64) -> Timestamp { Timestamp(unixMs: 1_000_000 + ms) }

    private static func percent(_ number: UInt32) -> BotsV1.Telemetry { BotsV1.Telemetry(batteryPercent: number) }

    // MARK: Thinning

    @Test(
        arguments: [
            // interval, lag, the least time between two; all in milliseconds
            (1_000, 0, 0),
            (1_000, 25, 0),
            (1_000, 26, 1_500),
            (1_000, 51, 3_500),
            (1_000, 101, 7_500),
            (1_000, 5_000, 31_500),
            (200, 0, 0),
            (200, 30, 300),
            (0, 0, nil),
            (0, 100, nil),
        ] as [(UInt32, Int64, Int64?)])
    func howMuchIsLetThrough(interval: UInt32, lag: Int64, gap: Int64?) {
        let thinning = TelemetryThinning(GatewayLimits(telemetryIntervalMs: interval))
        #expect(thinning.gap(lag: .milliseconds(lag)) == gap.map { .milliseconds($0) })
    }

    @Test func whatComesTooSoonIsLeftOutAndCounted() {
        let board = TelemetryBoard()
        let slot = board.slot(of: "b-1")
        for ms in 0..<10 as Range<Int64> {
            slot.publish(Self.percent(UInt32(ms)), at: Self.time(ms * 100), gap: .milliseconds(300))
        }
        // At 0, 300, 600 and 900 ms.
        #expect(board.counts.published == 4 && board.counts.thinned == 6)
        #expect(board.snapshot().map(\.telemetry.batteryPercent) == [9])
        slot.publish(Self.percent(50), at: Self.time(5_000), gap: nil)
        #expect(board.snapshot().map(\.telemetry.batteryPercent) == [9])
        // A clock that was set back must not make a robot wait.
        slot.publish(Self.percent(60), at: Self.time(-5_000), gap: .milliseconds(300))
        #expect(board.snapshot().map(\.telemetry.batteryPercent) == [60])
    }

    // MARK: The board

    @Test func theSnapshotHasTheNewestOfEachAndItsAge() {
        let board = TelemetryBoard()
        for (bot, number) in [("b-2", 1), ("b-1", 2), ("b-2", 3)] as [(String, UInt32)] {
            board.slot(of: bot).publish(Self.percent(number), at: Self.time(Int64(number)), gap: .zero)
        }
        let snapshot = board.snapshot()
        #expect(snapshot.map(\.botID) == ["b-1", "b-2"])
        #expect(snapshot.map(\.telemetry.batteryPercent) == [2, 3])
        #expect(snapshot.map { $0.age(at: Self.time(10)) } == [.milliseconds(8), .milliseconds(7)])
        #expect(board.battery(of: "b-2") == 3 && board.battery(of: "b-3") == 0)
    }

    @Test func robotsThatAreGoneAreForgottenAndListedAgainWhenTheySpeak() {
        let board = TelemetryBoard()
        let (first, second) = (board.slot(of: "b-1"), board.slot(of: "b-2"))
        first.publish(Self.percent(1), at: Self.time(0), gap: .zero)
        second.publish(Self.percent(2), at: Self.time(1_000), gap: .zero)
        board.sweep(before: Self.time(500))
        #expect(board.snapshot().map(\.botID) == ["b-2"])
        // Its session goes on with the slot that it has.
        first.publish(Self.percent(3), at: Self.time(2_000), gap: .zero)
        #expect(board.snapshot().map(\.botID) == ["b-1", "b-2"])
        #expect(board.slot(of: "b-1") === first)
    }

    @Test func aSlowFollowerGetsTheNewestOfEachOnce() async {
        let board = TelemetryBoard()
        var updates = board.updates(every: .zero).makeAsyncIterator()
        let slots = (0..<100).map { board.slot(of: "b-\($0)") }
        for slot in slots { slot.publish(Self.percent(1), at: Self.time(0), gap: .zero) }
        #expect(await updates.next()?.count == 100)
        // A thousand messages while it looks away.
        for number in 1...1_000 as ClosedRange<UInt32> {
            slots[Int(number % 7)].publish(Self.percent(number), at: Self.time(Int64(number)), gap: .zero)
        }
        let batch = await updates.next()
        #expect(batch?.map(\.botID) == (0..<7).map { "b-\($0)" })
        #expect(batch?.map(\.telemetry.batteryPercent) == [994, 995, 996, 997, 998, 999, 1_000])
    }

    @Test func followersWakeForEachChangeAndNotBeforeTheirTime() async throws {
        let board = TelemetryBoard()
        let slot = board.slot(of: "b-1")
        try await withThrowingTaskGroup(of: (batches: Int, last: UInt32).self) { group in
            for interval in [0, 10, 50] as [Int64] {
                group.addTask {
                    let start = ContinuousClock.now
                    var (batches, last) = (0, UInt32(0))
                    for await batch in board.updates(every: .milliseconds(interval)) {
                        batches += 1
                        last = batch.last?.telemetry.batteryPercent ?? 0
                        if last == 2_000 { break }
                    }
                    let most = (ContinuousClock.now - start) / .milliseconds(max(1, interval)) + 2
                    #expect(Double(batches) <= most || interval == 0)
                    return (batches, last)
                }
            }
            for number in 1...2_000 as ClosedRange<UInt32> {
                slot.publish(Self.percent(number), at: Self.time(Int64(number)), gap: .zero)
                if number % 100 == 0 { try await Task.sleep(for: .milliseconds(2)) }
            }
            // Whoever sleeps when the last one comes is woken for it.
            for try await (batches, last) in group { #expect(batches > 0 && last == 2_000) }
        }
    }

    @Test func aFollowerEndsWithItsTask() async {
        let board = TelemetryBoard()
        let follower = Task {
            var batches = 0
            for await _ in board.updates() { batches += 1 }
            return batches
        }
        follower.cancel()
        #expect(await follower.value == 0)
    }
}
