import Kernel
import Testing

/// What every event log must do, whatever it is made of.
@Suite struct EventLogConformanceTests {
    @Test(arguments: LogKind.allCases) func positionsAndVersionsHaveNoGaps(_ kind: LogKind) throws {
        let fixture = try LogFixture(kind)
        #expect(fixture.log.head == 0)
        #expect(fixture.log.earliest == 1)
        let first = try fixture.log.commit(batch("a", [1], [2]))
        #expect(first.map(\.position) == [1, 2])
        #expect(first.map(\.version) == [1, 2])
        try fixture.reopen()
        let second = try fixture.log.commit(batch("b", [3]))
        let third = try fixture.log.commit(batch("a", [4], time: 9))
        #expect(second.map(\.position) == [3])
        #expect(third.map(\.version) == [3])
        #expect(fixture.log.head == 4)
        #expect(try fixture.log.read(after: 0, limit: 100) == first + second + third)
        #expect(try fixture.log.read(after: 1, limit: 2).map(\.position) == [2, 3])
        #expect(try fixture.log.read(after: 4, limit: 2) == [])
        #expect(try fixture.log.read(after: .max, limit: 2) == [])
    }

    @Test(arguments: LogKind.allCases) func streamsAreReadByVersion(_ kind: LogKind) throws {
        let fixture = try LogFixture(kind)
        _ = try fixture.log.commit(batch("a", [1], [2], [3]))
        _ = try fixture.log.commit(batch("b", [4]))
        try fixture.reopen()
        #expect(try fixture.log.read(stream: "a", afterVersion: 1, limit: 1).map(\.payload) == [[2]])
        #expect(try fixture.log.read(stream: "a", afterVersion: 3, limit: 9) == [])
        #expect(try fixture.log.read(stream: "b", afterVersion: 0, limit: 9).map(\.position) == [4])
        #expect(try fixture.log.read(stream: "nothing", afterVersion: 0, limit: 9) == [])
        #expect(try fixture.log.version(of: "a") == 3)
        #expect(try fixture.log.version(of: "nothing") == 0)
    }

    @Test(arguments: LogKind.allCases) func everyFieldComesBack(_ kind: LogKind) throws {
        let fixture = try LogFixture(kind)
        var batch = LogBatch(time: Timestamp(unixMs: -5))
        let causes: [Cause?] = [nil, .command("key ü"), .event(service: "orders", position: UInt64(Int64.max))]
        for cause in causes {
            batch.events.append(
                LogBatch.Append(stream: "stream/ü 'x'", type: "Täst", cause: cause, payload: [0, 255, 0]))
        }
        batch.events.append(LogBatch.Append(stream: "", type: "", payload: []))
        let recorded = try fixture.log.commit(batch)
        try fixture.reopen()
        let read = try fixture.log.read(after: 0, limit: 10)
        #expect(read == recorded)
        #expect(read.map(\.cause) == causes + [nil])
        #expect(read[0].time == Timestamp(unixMs: -5))
        #expect(read[0].payload == [0, 255, 0])
        #expect(read[3].payload == [])
        #expect(read[0].service == "tally")
    }

    @Test(arguments: LogKind.allCases) func aWrongVersionWritesNothing(_ kind: LogKind) throws {
        let fixture = try LogFixture(kind)
        _ = try fixture.log.commit(batch("a", [1], expecting: 0))
        var wrong = batch("new", [2])
        wrong.events += batch("a", [3], expecting: 0).events
        wrong.cursors = [("orders", 7)]
        wrong.replies = [("key", StoredReply(digest: 1, time: wrong.time, reply: []))]
        wrong.snapshot = StoredSnapshot(format: 1, position: 2, state: [])
        let error = #expect(throws: StorageError.self) { try fixture.log.commit(wrong) }
        #expect(error?.code == .conflict)
        #expect(error?.message.contains("stream a is at version 1, not 0") == true)
        try fixture.reopen()
        #expect(fixture.log.head == 1)
        #expect(try fixture.log.version(of: "new") == 0)
        #expect(try fixture.log.cursor("orders") == 0)
        #expect(try fixture.log.reply(to: "key") == nil)
        #expect(try fixture.log.snapshot() == nil)
        // And it goes on as if nothing had been.
        #expect(try fixture.log.commit(batch("a", [4], [5], expecting: 1)).map(\.position) == [2, 3])
    }

    @Test(arguments: LogKind.allCases) func whatGoesBesideComesBack(_ kind: LogKind) throws {
        let fixture = try LogFixture(kind)
        var batch = LogBatch(time: Timestamp(unixMs: 5))
        let reply = StoredReply(digest: .max, time: batch.time, reply: [1, 2])
        let snapshot = StoredSnapshot(format: 3, position: 0, state: Array(repeating: 7, count: 100_000))
        batch.cursors = [("orders", 3), ("depot", 4), ("orders", 5)]
        batch.replies = [("key", reply)]
        batch.snapshot = snapshot
        let view = StoredSnapshot(format: 2, position: 9, state: [4, 5])
        batch.views = [("depot", snapshot), ("stores", snapshot), ("depot", view)]
        #expect(try fixture.log.commit(batch) == [])
        try fixture.reopen()
        #expect(try fixture.log.cursor("orders") == 5)
        #expect(try fixture.log.cursor("depot") == 4)
        #expect(try fixture.log.reply(to: "key") == reply)
        #expect(try fixture.log.reply(to: "other") == nil)
        #expect(try fixture.log.snapshot() == snapshot)
        #expect(try fixture.log.view("depot") == view && fixture.log.view("stores") == snapshot)
        #expect(try fixture.log.view("orders") == nil)
        #expect(fixture.log.head == 0)
    }

    @Test(arguments: LogKind.allCases) func aKeyIsAnsweredOnce(_ kind: LogKind) throws {
        let fixture = try LogFixture(kind)
        var batch = LogBatch(time: Timestamp(unixMs: 5))
        batch.replies = [("key", StoredReply(digest: 1, time: batch.time, reply: [1]))]
        _ = try fixture.log.commit(batch)
        var again = LogBatch(time: Timestamp(unixMs: 6))
        again.events = [LogBatch.Append(stream: "a", type: "T", payload: [])]
        again.replies = [("key", StoredReply(digest: 2, time: batch.time, reply: [2]))]
        #expect(throws: StorageError.self) { try fixture.log.commit(again) }
        #expect(fixture.log.head == 0)
        #expect(try fixture.log.reply(to: "key")?.reply == [1])
    }

    @Test(arguments: LogKind.allCases) func oldRepliesAreForgotten(_ kind: LogKind) throws {
        let fixture = try LogFixture(kind)
        for time in 1...4 as ClosedRange<Int64> {
            var batch = LogBatch(time: Timestamp(unixMs: time))
            batch.replies = [("\(time)", StoredReply(digest: 0, time: batch.time, reply: []))]
            _ = try fixture.log.commit(batch)
        }
        var forget = LogBatch(time: Timestamp(unixMs: 5))
        forget.forgetRepliesBefore = Timestamp(unixMs: 3)
        _ = try fixture.log.commit(forget)
        let kept = try (1...4).filter { try fixture.log.reply(to: "\($0)") != nil }
        #expect(kept == [3, 4])
        forget.forgetRepliesBefore = Timestamp(unixMs: 100)
        _ = try fixture.log.commit(forget)
        #expect(try fixture.log.reply(to: "4") == nil)
    }

    @Test(arguments: LogKind.allCases) func aClosedLogSaysSo(_ kind: LogKind) throws {
        let fixture = try LogFixture(kind)
        try fixture.log.close()
        try fixture.log.close()
        let error = #expect(throws: StorageError.self) { try fixture.log.commit(batch("a", [1])) }
        #expect(error?.code == .closed)
        #expect(throws: StorageError.self) { try fixture.log.cursor("a") }
    }

    /// Random batches, right and wrong ones, with the log opened again between some: all kinds give the same.
    @Test(arguments: 1...6 as ClosedRange<UInt64>) func allKindsAgree(seed: UInt64) throws {
        let fixtures = try LogKind.allCases.map { try LogFixture($0) }
        var random = SeededGenerator(seed: seed)
        for time in 1...60 as ClosedRange<Int64> {
            let batch = randomBatch(Timestamp(unixMs: time), using: &random)
            let outcomes = fixtures.map { fixture in Result { try fixture.log.commit(batch) } }
            let first = try? outcomes[0].get()
            for outcome in outcomes { #expect((try? outcome.get()) == first, "seed \(seed), batch \(time)") }
            if Int.random(in: 0..<10, using: &random) == 0 { for fixture in fixtures { try fixture.reopen() } }
        }
        let views = try fixtures.map { try view(of: $0.log) }
        #expect(views[0].events.count > 20)
        for view in views { #expect(view == views[0], "seed \(seed)") }
    }

    private struct View: Equatable {
        var events: [RecordedEvent]
        var streams: [[RecordedEvent]]
        var cursors: [UInt64]
        var replies: [StoredReply?]
        var snapshot: StoredSnapshot?
        var views: [StoredSnapshot?]
    }

    private func view(of log: any EventLog) throws -> View {
        View(
            events: try log.read(after: 0, limit: 10_000),
            streams: try (0..<5).map { try log.read(stream: "s/\($0)", afterVersion: 2, limit: 50) },
            cursors: try (0..<3).map { try log.cursor("c\($0)") },
            replies: try (0..<40).map { try log.reply(to: "k\($0)") },
            snapshot: try log.snapshot(), views: try (0..<2).map { try log.view("c\($0)") })
    }

    private func randomBatch(_ time: Timestamp, using random: inout SeededGenerator) -> LogBatch {
        var batch = LogBatch(time: time)
        for _ in 0..<Int.random(in: 0..<6, using: &random) {
            let isGuess = Int.random(in: 0..<12, using: &random) == 0
            batch.events.append(
                LogBatch.Append(
                    stream: "s/\(Int.random(in: 0..<5, using: &random))",
                    expectedVersion: isGuess ? UInt64.random(in: 0..<9, using: &random) : nil, type: "T",
                    payload: (0..<Int.random(in: 0..<9, using: &random)).map { _ in
                        UInt8.random(in: 0...255, using: &random)
                    }))
        }
        for _ in 0..<Int.random(in: 0..<3, using: &random) {
            batch.cursors.append(
                ("c\(Int.random(in: 0..<3, using: &random))", UInt64.random(in: 0..<99, using: &random)))
        }
        if Bool.random(using: &random) {
            let reply = StoredReply(digest: random.next(), time: time, reply: [1])
            batch.replies = [("k\(Int.random(in: 0..<40, using: &random))", reply)]
        }
        if Int.random(in: 0..<8, using: &random) == 0 {
            batch.snapshot = StoredSnapshot(format: 1, position: random.next() >> 8, state: [1, 2, 3])
        }
        if Int.random(in: 0..<8, using: &random) == 0 {
            let view = StoredSnapshot(format: 1, position: random.next() >> 8, state: [4])
            batch.views = [("c\(Int.random(in: 0..<2, using: &random))", view)]
        }
        if Int.random(in: 0..<15, using: &random) == 0 { batch.forgetRepliesBefore = time - .milliseconds(20) }
        return batch
    }
}
