import Kernel
import Messages
import OrderedCollections
import Testing

@testable import Depot

/// Staff choose who gets a task.
@Suite struct ReassignTests {
    /// What becomes of task "o/1" in each state when it is taken from "b"; nil: it is refused.
    static let outcomes: [ReportTests.State: [String]] = [
        .assigned: ["DirectiveIssued", "TaskRequeued"], .accepted: ["DirectiveIssued", "TaskRequeued"],
        .atStore: ["DirectiveIssued", "TaskRequeued"], .shopping: ["TaskLeftInCustody", "TaskQueued"],
    ]

    @Test(arguments: ReportTests.State.allCases, [false, true])
    func takesATaskFromItsRobot(state: ReportTests.State, isForAnother: Bool) throws {
        var depot = ReportTests.depot(in: state)
        depot.connect("c")
        depot.ask("c")
        let before = depot.core.record
        let request = DepotV1.ReassignTaskRequest(taskID: "o/1", botID: isForAnother ? "c" : "")
        guard let expected = Self.outcomes[state] else {
            let error = #expect(throws: ServiceError.self) { try depot.core.reassign(request, now: depot.now) }
            #expect(error?.code == .failedPrecondition && error?.message.contains("'o/1'") == true)
            #expect(depot.core.record == before)
            return
        }
        let (events, rest) = try depot.core.reassign(request, now: depot.now)
        depot.record(events)
        #expect(events.names == expected + (isForAnother ? ["TaskAssigned", "DirectiveIssued"] : []))
        #expect(rest == (state == .shopping ? "o/2" : "o/1"))
        if isForAnother {
            #expect(depot.core.tasks[rest]?.botID == "c")
        } else {
            #expect(depot.core.tasks[rest]?.state == .queued)
        }
        // "b" has lost it, and brings what it has.
        for report in ReportTests.Report.allCases where report != .abandon {
            #expect(depot.report("b", ReportTests.body(report)).rejection == .staleEpoch)
        }
        depot.dispatch()
        #expect(depot.core.bots["b"]?.taskID == (state == .shopping ? "o/1" : ""))
        #expect(depot.core.tasks[rest]?.botID == "c")
        #expect(depot.replayed.record == depot.core.record)
    }

    @Test func theRobotDoesNotGetItBackAtOnce() throws {
        var depot = ReportTests.depot(in: .accepted)
        depot.record(try depot.core.reassign(.init(taskID: "o/1"), now: depot.now).events)
        depot.ask("b")
        #expect(depot.dispatch().isEmpty)
        depot.now += 30_000
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued"])
    }

    @Test func whatIsInCustodyIsNotReassigned() throws {
        var depot = CustodyTests.depot()
        let error = #expect(throws: ServiceError.self) {
            try depot.core.reassign(.init(taskID: "o/1"), now: depot.now)
        }
        #expect(error?.code == .failedPrecondition && error?.message.contains("'b'") == true)
        depot.connect("c")
        depot.connect("b", session: 2)
        depot.dispatch()
        let home = #expect(throws: ServiceError.self) { try depot.core.reassign(.init(taskID: "o/1"), now: depot.now) }
        #expect(home?.message.contains("nothing left to fetch") == true)
    }

    @Test func aTaskThatCannotBeGivenIsNotTaken() throws {
        var depot = ReportTests.depot(in: .accepted)
        depot.connect("small", capacity: 2)
        depot.connect("away")
        depot.take(.sessionClosed(.init(botID: "away", session: 1)))
        for (bot, code, word) in [
            ("small", WireV1.Code.failedPrecondition, "carries 2"), ("away", .failedPrecondition, "offline"),
            ("b", .failedPrecondition, "already"), ("nobody", .notFound, "'nobody'"),
        ] {
            let error = #expect(throws: ServiceError.self) {
                try depot.core.reassign(.init(taskID: "o/1", botID: bot), now: depot.now)
            }
            #expect(error?.code == code && error?.message.contains(word) == true, "\(bot)")
        }
        #expect(depot.core.tasks["o/1"]?.botID == "b")
    }

    @Test func onlyAQueuedTaskIsAssigned() throws {
        var depot = ReportTests.depot(in: .accepted)
        depot.connect("c")
        let error = #expect(throws: ServiceError.self) { try depot.core.assign(.init(taskID: "o/1", botID: "c")) }
        #expect(error?.code == .failedPrecondition && error?.message.contains("accepted") == true)
        #expect(
            #expect(throws: ServiceError.self) { try depot.core.assign(.init(taskID: "x", botID: "c")) }?.code
                == .notFound)
        depot.order("p", [(1, 1)])
        #expect(
            depot.record(try depot.core.assign(.init(taskID: "p/1", botID: "c"))).names
                == ["TaskAssigned", "DirectiveIssued"])
        // The robot need not have asked, and may refuse.
        depot.report("c", .taskDeclined(.init(taskID: "p/1", epoch: 1)))
        #expect(depot.core.tasks["p/1"]?.state == .queued)
    }
}
