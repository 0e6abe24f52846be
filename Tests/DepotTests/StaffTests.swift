import Kernel
import Messages
import OrderedCollections
import Testing

@testable import Depot

/// Each command of staff against each state that a robot can be in.
@Suite struct StaffTests {
    enum Standing: String, CaseIterable {
        case offline, idle, waiting, working, custody, paused, faulted, retiring, retired, lost
    }

    enum Command: String, CaseIterable {
        case pause, resume, dock, identify, retire, lose, register, assign
    }

    /// Names of events, or what is refused with FAILED_PRECONDITION, or with ALREADY_EXISTS.
    enum Outcome: Hashable {
        case events([String])
        case precondition
        case exists
    }

    static func expected(_ standing: Standing, _ command: Command) -> Outcome {
        switch (command, standing) {
        case (.pause, .retired), (.pause, .lost): .precondition
        case (.pause, _): .events(["DirectiveIssued"])
        case (.resume, .paused): .events(["DirectiveIssued"])
        case (.resume, _): .precondition
        case (.dock, .retired), (.dock, .lost), (.identify, .retired): .precondition
        case (.dock, _), (.identify, _): .events(["DirectiveIssued"])
        case (.retire, .retiring), (.retire, .retired): .events([])
        case (.retire, .lost): .events(["BotRetiring", "BotRetired"])
        case (.retire, .working), (.retire, .custody): .events(["BotRetiring", "DirectiveIssued"])
        case (.retire, _): .events(["BotRetiring", "DirectiveIssued", "BotRetired"])
        case (.lose, .retired): .precondition
        case (.lose, .lost): .events([])
        case (.lose, .working), (.lose, .custody): .events(["BotLost", "TaskRequeued"])
        case (.lose, .retiring): .events(["BotLost", "TaskRequeued", "BotRetired"])
        case (.lose, _): .events(["BotLost"])
        case (.register, .retiring), (.register, .retired), (.register, .lost): .events(["BotReinstated"])
        case (.register, _): .exists
        case (.assign, .idle), (.assign, .waiting): .events(["TaskAssigned", "DirectiveIssued"])
        case (.assign, _): .precondition
        }
    }

    /// A depot with robot "b" in a state, and a queued task "free/1".
    static func depot(_ standing: Standing) throws -> TestDepot {
        var depot: TestDepot
        switch standing {
        case .working, .retiring: depot = ReportTests.depot(in: .accepted)
        case .custody: depot = CustodyTests.depot()
        default:
            depot = TestDepot()
            depot.connect("b")
        }
        switch standing {
        case .offline: depot.take(.sessionClosed(.init(botID: "b", session: 1)))
        case .waiting: depot.ask("b")
        case .paused: depot.report("b", .paused(.init(reason: "button")))
        case .faulted: depot.report("b", .fault(.init(code: "motor", needsHelp: true)))
        case .retiring, .retired: try depot.retire("b")
        case .lost: try depot.lose("b")
        default: break
        }
        depot.order("free", [(3, 1)])
        return depot
    }

    static func run(_ command: Command, _ depot: inout TestDepot) throws(ServiceError) -> [DepotV1.Event.Kind] {
        let core = depot.core
        let events =
            switch command {
            case .pause: try core.pause(.init(botID: "b", reason: "cleaning"))
            case .resume: try core.resume(.init(botID: "b"))
            case .dock: try core.sendToDock(.init(botID: "b"))
            case .identify: try core.identify(.init(botID: "b"))
            case .retire: try core.retire(.init(botID: "b"), now: depot.now)
            case .lose: try core.declareLost(.init(botID: "b"), now: depot.now)
            case .register: try core.register(.init(botID: "b"))
            case .assign: try core.assign(.init(taskID: "free/1", botID: "b"))
            }
        return depot.record(events)
    }

    @Test(arguments: Standing.allCases, Command.allCases)
    func answers(standing: Standing, command: Command) throws {
        var depot = try Self.depot(standing)
        let before = depot.core.record
        var outcome: Outcome
        do throws(ServiceError) {
            outcome = .events(try Self.run(command, &depot).names)
        } catch {
            outcome = error.code == .alreadyExists ? .exists : .precondition
            #expect([.alreadyExists, .failedPrecondition].contains(error.code))
            // It names the robot, and the state that is in the way.
            let word = depot.core.bots["b"]?.state.word ?? ""
            #expect(error.message.contains("'b'"), "\(error.message)")
            #expect(
                error.message.contains(word) || error.message.contains("retired") || error.message.contains("task '"),
                "\(error.message)")
            #expect(depot.core.record == before)
        }
        #expect(outcome == Self.expected(standing, command))
        #expect(depot.replayed.record == depot.core.record)
        #expect(DepotCore(depot.core.record).record == depot.core.record)
    }

    @Test(arguments: Command.allCases)
    func anUnknownRobotIsNotFound(command: Command) {
        var depot = TestDepot()
        depot.order("free", [(3, 1)])
        if command == .register { return }
        let error = #expect(throws: ServiceError.self) { try Self.run(command, &depot) }
        #expect(error?.code == .notFound && error?.message.contains("'b'") == true)
    }

    @Test func badInputIsNamed() throws {
        let depot = try Self.depot(.idle)
        func refused(_ field: String, _ body: () throws -> Void) {
            let error = #expect(throws: ServiceError.self, performing: body)
            #expect(error?.code == .invalidArgument && error?.message.contains(field) == true, "\(field)")
        }
        let long = String(repeating: "x", count: 201)
        refused("bot_id") { _ = try depot.core.pause(.init(botID: "")) }
        refused("reason") { _ = try depot.core.pause(.init(botID: "b", reason: long)) }
        refused("reason") { _ = try depot.core.retire(.init(botID: "b", reason: long), now: 1) }
        refused("reason") { _ = try depot.core.declareLost(.init(botID: "b", reason: long), now: 1) }
        refused("bot_id") { _ = try depot.core.register(.init(botID: "no spaces", capacityUnits: 3)) }
        refused("bot_id") { _ = try depot.core.register(.init(botID: long, capacityUnits: 3)) }
        refused("capacity_units") { _ = try depot.core.register(.init(botID: "new")) }
        refused("capacity_units") { _ = try depot.core.register(.init(botID: "new", capacityUnits: 100_001)) }
        refused("model") { _ = try depot.core.register(.init(botID: "new", model: long, capacityUnits: 3)) }
        refused("capabilities") {
            _ = try depot.core.register(.init(botID: "new", capacityUnits: 3, capabilities: [long]))
        }
        refused("task_id") { _ = try depot.core.assign(.init(botID: "b")) }
        let unknown = #expect(throws: ServiceError.self) { try depot.core.sendToDock(.init(botID: "b", dockID: "d-9")) }
        #expect(unknown?.code == .notFound && unknown?.message.contains("d-9") == true)
    }

    // MARK: What comes of them

    @Test func aRobotThatWasToldToPauseGetsNothingBeforeItHeardOfIt() throws {
        var depot = try Self.depot(.waiting)
        depot.record(try depot.core.pause(.init(botID: "b")))
        #expect(depot.core.bots["b"]?.state == .paused && depot.dispatch().isEmpty)
        depot.report("b", .paused(.init()))
        depot.record(try depot.core.resume(.init(botID: "b")))
        #expect(depot.dispatch().isEmpty)
        depot.report("b", .resumed(.init()))
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued"])
    }

    @Test func onePausedByAPersonIsAlsoPausedByStaff() throws {
        var depot = try Self.depot(.paused)
        depot.ask("b")
        depot.record(try depot.core.pause(.init(botID: "b")))
        #expect(try depot.core.pause(.init(botID: "b")).isEmpty)
        depot.report("b", .resumed(.init()))
        #expect(depot.core.bots["b"]?.state == .paused && depot.dispatch().isEmpty)
        depot.record(try depot.core.resume(.init(botID: "b")))
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued"])
    }

    @Test func aRobotIsNotSentFartherThanItsBatteryCarriesIt() throws {
        var depot = try Self.depot(.idle)
        func refusal() -> String {
            let error = #expect(throws: ServiceError.self) {
                try depot.core.assign(.init(taskID: "free/1", botID: "b"))
            }
            #expect(error?.code == .failedPrecondition)
            return error?.message ?? ""
        }
        // Four metres there and four back, and a quarter more.
        depot.ask("b", battery: 80, range: 9_999)
        #expect(refusal().contains("80 %") && refusal().contains("10 m"))
        depot.ask("b", battery: 19)
        #expect(refusal().contains("19 %"))
        depot.ask("b", battery: 20, range: 10_000)
        #expect(try Self.run(.assign, &depot).names == ["TaskAssigned", "DirectiveIssued"])
    }

    @Test func aRetiredRobotFinishesWhatItHas() throws {
        var depot = try Self.depot(.retiring)
        #expect(depot.core.view(of: try #require(depot.core.bots["b"])).retiring)
        depot.report("b", .stopReached(.init(taskID: "o/1", epoch: 1, storeID: "s-0")))
        #expect(depot.dispatch().isEmpty)
        depot.report("b", .taskDelivered(.init(taskID: "o/1", epoch: 1)))
        #expect(depot.dispatch().names == ["BotRetired"])
        depot.ask("b")
        #expect(depot.dispatch().isEmpty && depot.core.bots["b"]?.state == .retired)
        // Registered again it works: it has asked already.
        #expect(try Self.run(.register, &depot).names == ["BotReinstated"])
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued"])
    }

    @Test func oneRetiredAtOnceBringsWhatItHasPicked() throws {
        var depot = ReportTests.depot(in: .shopping)
        depot.connect("c")
        depot.ask("c")
        let events = try depot.retire("b", atOnce: true)
        #expect(events.names == ["BotRetiring", "DirectiveIssued", "TaskLeftInCustody", "TaskQueued"])
        #expect(depot.dispatch().names == ["TaskAssigned", "DirectiveIssued", "TaskAssigned", "DirectiveIssued"])
        #expect(depot.core.tasks["o/1"]?.botID == "b" && depot.core.tasks["o/2"]?.botID == "c")
        depot.report("b", .taskAccepted(.init(taskID: "o/1", epoch: 2)))
        depot.report("b", .taskDelivered(.init(taskID: "o/1", epoch: 2)))
        #expect(depot.dispatch().names == ["BotRetired"])
    }

    @Test func oneRetiredAtOnceWithNothingPickedIsToldToStop() throws {
        var depot = ReportTests.depot(in: .accepted)
        let events = try depot.retire("b", atOnce: true)
        #expect(
            events.names == ["BotRetiring", "DirectiveIssued", "DirectiveIssued", "TaskRequeued", "BotRetired"])
        guard case .directiveIssued(let issued) = events[2], case .cancelTask(let cancel)? = issued.message?.body else {
            Issue.record("no CancelTask")
            return
        }
        #expect(cancel.taskID == "o/1" && cancel.epoch == 1 && issued.message?.directive == 3)
        #expect(depot.core.canceling.isEmpty && depot.core.tasks["o/1"]?.canceling == false)
        // It answers its cancel, which is not news to the depot.
        #expect(depot.report("b", ReportTests.body(.abandon)).rejection == .staleEpoch)
    }

    @Test func aRobotIsRetiredWhenItsCustodyIsGivenUp() throws {
        var depot = CustodyTests.depot()
        try depot.retire("b")
        depot.now += 600_000
        #expect(depot.dispatch().names == ["TaskRequeued", "BotRetired"])
    }

    @Test func aLostRobotsDeliveryIsTooLate() throws {
        for state in [ReportTests.State.shopping, .returning] {
            var depot = ReportTests.depot(in: state)
            let events = try depot.lose("b")
            #expect(events.names == ["BotLost", "TaskRequeued"])
            guard case .taskRequeued(let requeued) = events[1] else { continue }
            #expect(requeued.missing.first?.items.first?.quantity == 2)
            #expect(depot.report("b", .taskDelivered(.init(taskID: "o/1", epoch: 1))).rejection == .staleEpoch)
            depot.connect("c")
            depot.ask("c")
            depot.dispatch()
            #expect(depot.core.tasks["o/1"]?.epoch == 2 && depot.core.tasks["o/1"]?.botID == "c")
            // It is there again, and gets nothing before staff say so.
            depot.ask("b")
            depot.order("other", [(2, 1)])
            #expect(depot.dispatch().isEmpty)
        }
        var canceling = ReportTests.depot(in: .canceling)
        #expect(try canceling.lose("b").names == ["BotLost", "TaskCanceled", "ListCanceled"])
    }

    @Test func aRobotThatIsKnownBeforehandIsOffline() throws {
        var depot = TestDepot()
        depot.record(try depot.core.register(.init(botID: "new", model: "m", capacityUnits: 7)))
        #expect(depot.core.bots["new"]?.state == .offline && depot.core.taskCapacity == 7)
        // What it says of itself is what counts.
        depot.connect("new", capacity: 9)
        #expect(depot.core.bots["new"]?.registered.capacityUnits == 9)
    }

    @Test func aDockIsKeptForARobotThatIsThere() throws {
        var depot = try Self.depot(.idle)
        let events = depot.record(try depot.core.sendToDock(.init(botID: "b", dockID: "d-1")))
        guard case .directiveIssued(let issued) = events[0], case .returnToDock(let dock)? = issued.message?.body else {
            Issue.record("no ReturnToDock")
            return
        }
        #expect(dock.dockID == "d-1" && dock.node == "n-5-5" && dock.place != nil)
        #expect(depot.core.bots["b"]?.dockID == "d-1")
        var away = try Self.depot(.offline)
        away.record(try away.core.sendToDock(.init(botID: "b")))
        #expect(away.core.bots["b"]?.dockID == "")
    }
}

extension TestDepot {
    @discardableResult
    mutating func retire(_ bot: String, atOnce: Bool = false) throws -> [DepotV1.Event.Kind] {
        record(try core.retire(.init(botID: bot, reason: "old", atOnce: atOnce), now: now))
    }

    @discardableResult
    mutating func lose(_ bot: String) throws -> [DepotV1.Event.Kind] {
        record(try core.declareLost(.init(botID: bot, reason: "stolen"), now: now))
    }
}
