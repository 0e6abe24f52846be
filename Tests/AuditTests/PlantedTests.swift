import Audit
import Kernel
import Messages
import Testing

/// What must never become of a task, a unit or a directive, each planted into a good history.
@Suite struct PlantedTests {
    private static func line(_ product: String, _ quantity: UInt32) -> TypesV1.Stop { History.line(product, quantity) }

    /// Up to an order of two units of `a` in the hands of b-1.
    private var assigned: History {
        var history = History()
        history.start()
        history.connect("b-1")
        history.connect("b-2")
        history.order("o-1", [("a", 2)])
        history.assign("o-1", "b-1", [Self.line("a", 2)])
        history.accept("o-1", "b-1")
        return history
    }

    // MARK: Fencing

    @Test func aTaskForTwoRobotsIsFound() {
        var history = assigned
        history.assign("o-1", "b-2", [Self.line("a", 2)])
        expect(history, .fencing, "a task that nobody holds")
    }

    @Test func anEpochTwiceIsFound() {
        var history = assigned
        history.requeue("o-1", "b-1")
        history.assign("o-1", "b-2", [Self.line("a", 2)])
        #expect(history.violation(settled: false) == nil)
        history.change("depot", "TaskAssigned", 1, DepotV1.Event.self) { event in
            if case .taskAssigned(var assigned) = event.kind {
                assigned.epoch = 1
                event.kind = .taskAssigned(assigned)
            }
        }
        expect(history, .fencing, "epoch 2")
    }

    @Test func aReportUnderAnOldEpochThatCountsIsFound() {
        var history = assigned
        history.requeue("o-1", "b-1")
        history.assign("o-1", "b-1", [Self.line("a", 2)])
        history.report(
            "b-1", .taskAccepted(.init(taskID: "o-1/1", epoch: 1)),
            [("task/o-1/1", .taskAccepted(.init(taskID: "o-1/1", listID: "o-1", botID: "b-1", epoch: 2)))])
        expect(history, .fencing, "a report by the holder of o-1/1: b-1 under epoch 2")
    }

    @Test func aReportOfAnotherRobotThatCountsIsFound() {
        var history = assigned
        history.report(
            "b-2",
            .itemPicked(.init(taskID: "o-1/1", epoch: 1, storeID: "s-a", productID: "a", quantity: 1)),
            [
                (
                    "task/o-1/1",
                    .itemPicked(
                        .init(taskID: "o-1/1", listID: "o-1", botID: "b-2", storeID: "s-a", productID: "a", quantity: 1)
                    )
                )
            ])
        expect(history, .fencing, "a report by the holder of o-1/1: b-1")
    }

    @Test func aPresentReportRefusedAsStaleIsFound() {
        var history = assigned
        history.report(
            "b-1", .stopReached(.init(taskID: "o-1/1", epoch: 1, storeID: "s-a")),
            [
                (
                    "bot/b-1",
                    .reportRejected(
                        .init(botID: "b-1", journal: "j-b-1", rejected: .init(report: 2, code: .staleEpoch)))
                )
            ])
        expect(history, .fencing, "counts")
    }

    @Test func twoTasksForOneRobotAreFound() {
        var history = assigned
        history.order("o-2", [("b", 1)])
        history.assign("o-2", "b-1", [Self.line("b", 1)])
        expect(history, .fencing, "a robot without a task")
    }

    @Test func aTaskAcceptedTwiceIsFound() {
        var history = assigned
        history.accept("o-1", "b-1")
        expect(history, .fencing, "accepted once")
    }

    @Test func anEventOfATaskWithoutAReportIsFound() {
        var history = assigned
        history.depot("task/o-1/1", .stopReached(.init(taskID: "o-1/1", listID: "o-1", botID: "b-1", storeID: "s-a")))
        expect(history, .causes, "a robot's report")
    }

    // MARK: Units

    @Test func moreThanWasWantedIsFound() {
        var history = assigned
        history.pick("o-1", "b-1", "a", 3)
        expect(history, .units, "1 to 2 units")
    }

    @Test func aDeliveryOfWhatWasNotPickedIsFound() {
        var history = assigned
        history.pick("o-1", "b-1", "a", 1)
        history.deliver("o-1", "b-1", [Self.line("a", 2)])
        expect(history, .units, "what was picked")
    }

    @Test func aDeliveryThatLeavesSomethingOpenIsFound() {
        var history = assigned
        history.pick("o-1", "b-1", "a", 1)
        history.deliver("o-1", "b-1", [Self.line("a", 1)])
        expect(history, .units, "nothing left open")
    }

    @Test func whatIsInCustodyMayNotBeFetchedToo() {
        var history = assigned
        history.pick("o-1", "b-1", "a", 1)
        history.leaveInCustody("o-1", "b-1", [Self.line("a", 1)])
        history.assign("o-1", "b-1", [Self.line("a", 1)], custody: [Self.line("a", 1)])
        expect(history, .units, "to fetch nothing")
    }

    @Test func custodyOfAnotherRobotIsFound() {
        var history = assigned
        history.pick("o-1", "b-1", "a", 2)
        history.leaveInCustody("o-1", "b-1", [Self.line("a", 2)])
        history.assign("o-1", "b-2", [], custody: [Self.line("a", 2)])
        expect(history, .fencing, "b-2's custody")
    }

    @Test func pickedUnitsThatVanishAreFound() {
        var history = assigned
        history.pick("o-1", "b-1", "a", 2)
        history.requeue("o-1", "b-1")
        expect(history, .units, "returned or missing")
    }

    @Test func aListThatIsNotOfTheOrderIsFound() {
        var history = History.plain
        history.change("depot", "ListCreated", 0, DepotV1.Event.self) { event in
            event.kind = .listCreated(.init(listID: "o-1", stops: [Self.line("a", 2)]))
        }
        expect(history, .units, "what was ordered")
    }

    @Test func aListReadyTooEarlyIsFound() {
        var history = assigned
        history.depot("list/o-1", .listReady(.init(listID: "o-1")))
        expect(history, .endings, "every task has ended")
    }

    @Test func anOrderThatSaysMoreThanDepotIsFound() {
        var history = assigned
        history.pick("o-1", "b-1", "a", 2)
        history.progress("o-1", "a", picked: 1)
        expect(history, .units, "at most 2 units")
    }

    // MARK: Directives

    @Test func aDirectiveNumberTwiceIsFound() {
        var history = History.plain
        history.directive("b-1", .identify(.init()))
        history.change("depot", "DirectiveIssued", 1, DepotV1.Event.self) { event in
            event.kind = .directiveIssued(.init(botID: "b-1", message: .init(directive: 1, body: .identify(.init()))))
        }
        expect(history, .directives, "directive 2")
    }

    @Test func anAssignmentThatNobodyIsToldOfIsFound() {
        var history = History.plain
        history.remove("depot", "DirectiveIssued")
        #expect(history.violation() != nil)
        expect(history, .directives, "the directive that tells b-1")
    }

    @Test func aDirectiveStoredBeforeItWasIssuedIsFound() {
        var history = History.plain
        let opened = BotsV1.SessionOpened(botID: "b-3", session: 1, journal: "j-b-3", lastDirective: 5)
        history.append("gateway", "bot/b-3", BotsV1.Event(kind: .sessionOpened(opened)))
        expect(history, .directives, "no directive after 0")
    }

    // MARK: Endings

    @Test func aListThatStaysOpenIsFoundOnceAllIsSettled() {
        #expect(assigned.violation(settled: false) == nil)
        expect(assigned, .endings, "delivered or cancelled")
    }

    @Test func anOrderThatWaitsForEverIsFound() {
        var history = History.plain
        history.remove("orders", "OrderReady")
        expect(history, .endings, "the order o-1 ready, or over")
    }

    @Test func aTaskOfACancelledListIsFound() {
        var history = History()
        history.start()
        history.connect("b-1")
        history.order("o-1", [("a", 2)])
        history.depot("list/o-1", .listCancelRequested(.init(listID: "o-1")))
        history.assign("o-1", "b-1", [Self.line("a", 2)])
        expect(history, .endings, "robots may fetch")
    }

    private func expect(
        _ history: History, _ promise: Violation.Promise, _ words: String,
        location: SourceLocation = #_sourceLocation
    ) {
        let violation = history.violation()
        #expect(
            violation?.promise == promise, "\(violation.map { "\($0)" } ?? "nothing was found")",
            sourceLocation: location)
        if let violation { #expect(violation.expected.contains(words), "\(violation)", sourceLocation: location) }
    }
}
