import Messages
import RobotLink
import Testing

@testable import BotEmulator

@Suite struct BodyFaultTests {
    private func names(_ reports: [BotsV1.FromBot.Body]) -> [String] { reports.map(\.typeName) }

    /// Lives until it makes a report of this name; what it reported.
    private func live(_ body: inout Body, until name: String) -> [BotsV1.FromBot.Body] {
        var reports: [BotsV1.FromBot.Body] = []
        while !names(reports).contains(name), body.now < 3_600_000 { reports += body.advance(to: body.now + 100) }
        return reports
    }

    @Test func anEmptyShelfIsSaidAndTheTripGoesOn() {
        var body = TestMall.body()
        body.receive(TestMall.task())
        body.suffer(Fault(.outOfStock), lastsMs: 0)
        let reports = live(&body, until: "TaskDelivered")
        let missing = reports.compactMap { if case .itemUnavailable(let item) = $0 { item } else { nil } }
        #expect(missing.map(\.storeID) == ["s-a"] && missing.map(\.quantity) == [2])
        #expect(names(reports).filter { $0 == "ItemPicked" }.count == 1)
    }

    @Test func itDeclinesOneTask() {
        var body = TestMall.body()
        body.suffer(Fault(.decline), lastsMs: 0)
        body.receive(TestMall.task())
        #expect(names(body.advance(to: 1)) == ["TaskDeclined", "TaskRequest"])
        body.receive(TestMall.task("u"))
        #expect(names(body.advance(to: 2)) == ["TaskAccepted"])
    }

    @Test func itGivesATaskUpWithWhatItHas() throws {
        var body = TestMall.body()
        body.receive(TestMall.task())
        _ = live(&body, until: "ItemPicked")
        body.suffer(Fault(.abandon), lastsMs: 0)
        let reports = live(&body, until: "TaskRequest")
        guard case .taskAbandoned(let abandoned)? = reports.first(where: { $0.typeName == "TaskAbandoned" }) else {
            Issue.record("it was not abandoned: \(names(reports))")
            return
        }
        #expect(!abandoned.returned && body.taskID == nil)
        body.receive(TestMall.task("u"))
        #expect(names(live(&body, until: "TaskDelivered")).contains("TaskDelivered"), "only once")
    }

    @Test func itCallsForHelpAndGoesOnWhereItWas() {
        var body = TestMall.body()
        body.receive(TestMall.task())
        _ = body.advance(to: 2_000)
        body.suffer(Fault(.needsHelp), lastsMs: 30_000)
        #expect(names(body.advance(to: 2_100)) == ["Fault"])
        #expect(body.state == "needs help" && body.advance(to: 31_000).isEmpty)
        let reports = live(&body, until: "TaskDelivered")
        #expect(names(reports).first == "FaultCleared")
        #expect(names(reports).filter { $0 == "ItemPicked" }.count == 2)
    }

    @Test func withAFlatBatteryItStandsUntilItIsFetched() {
        var body = TestMall.body()
        body.receive(TestMall.task())
        _ = live(&body, until: "StopReached")
        body.suffer(Fault(.battery), lastsMs: 60_000)
        // 1 % of 8 km is further than this mall: nothing happens yet.
        #expect(body.rangeMm == 80_000 && !body.isFlat)
        body.rangeMm = 5_000
        let before = live(&body, until: "Fault")
        #expect(names(before).last == "Fault" && body.isFlat && body.state == "flat")
        #expect(body.advance(to: body.now + 50_000).isEmpty)
        let after = live(&body, until: "TaskDelivered")
        #expect(names(after).first == "FaultCleared" && names(after).contains("TaskDelivered"))
        #expect(body.batteryPercent > 40)
    }

    @Test(arguments: ["Fault", "FaultCleared"])
    func aCrashInTroubleLeavesNoFaultBehind(last: String) {
        var body = TestMall.body()
        var journal = RecoveredJournal(journal: "j")
        body.suffer(Fault(.needsHelp), lastsMs: 30_000)
        for (index, report) in live(&body, until: last).enumerated() {
            journal.add(BotsV1.JournalRecord(kind: .report(BotsV1.FromBot(report: UInt64(index + 1), body: report))))
        }
        #expect(body.isForgetful == (last == "FaultCleared"), "the journal is needed while a fault is open")
        var again = TestMall.body()
        again.recover(journal)
        #expect(names(again.advance(to: 10)).contains("FaultCleared") == (last == "Fault"))
        #expect(again.trouble == nil)
    }

    @Test func atATakenDockItWaits() {
        var docks = DockBoard()
        var first = TestMall.body("b-1") { $0.patienceMs = 1 << 40 }
        var second = TestMall.body("b-2") { $0.patienceMs = 1 << 40 }
        first.rangeMm = 800_000
        second.rangeMm = 800_000
        for now in stride(from: Int64(100), through: 300_000, by: 100) {
            _ = first.advance(to: now, docks: &docks)
            _ = second.advance(to: now, docks: &docks)
        }
        #expect(first.state == "charging" && second.state == "waiting for a dock")
        #expect(second.rangeMm == 800_000)
        for now in stride(from: Int64(300_100), through: 1_500_000, by: 100) {
            _ = first.advance(to: now, docks: &docks)
            _ = second.advance(to: now, docks: &docks)
        }
        #expect(first.batteryPercent >= 60 && second.batteryPercent >= 60)
    }

    @Test func aStopThatIsTakenAwayIsNotPickedAt() {
        var body = TestMall.body()
        body.receive(TestMall.task())
        _ = live(&body, until: "StopReached")
        #expect(body.state == "picking")
        body.receive(BotsV1.ToBot(directive: 2, body: .reviseTask(BotsV1.ReviseTask(taskID: "t", epoch: 1))))
        #expect(names(live(&body, until: "TaskDelivered")).first == "TaskDelivered")
    }

    @Test func whereStaffSendItItStays() {
        let mall = DepotV1.Mall(
            nodes: ["d1", "d2"].map { DepotV1.Node(id: $0, place: TypesV1.Place()) },
            edges: [DepotV1.Edge(from: "d1", to: "d2", lengthMm: 10_000)],
            docks: [DepotV1.Dock(id: "d-1", node: "d1"), DepotV1.Dock(id: "d-2", node: "d2")], depotNode: "d1")
        var body = Body(botID: "b", number: 0, graph: MallGraph(mall), parameters: BodyParameters(), now: 0)
        _ = body?.advance(to: 10)
        body?.receive(
            BotsV1.ToBot(directive: 1, body: .returnToDock(BotsV1.ReturnToDock(dockID: "d-2", node: "d2"))))
        _ = body?.advance(to: 600_000)
        #expect(body?.bodyNote().node == "d2")
    }
}
