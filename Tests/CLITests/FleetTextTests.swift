import Messages
import Testing

@testable import CLI

/// What `mallbots fleet` shows.
@Suite struct FleetTextTests {
    private let bot = DepotV1.Bot(
        botID: "bot-7", state: .working, model: "m-1", capacityUnits: 20, online: true, taskID: "o/2",
        place: .init(floor: 1, xMm: 12_345, yMm: -60), batteryPercent: 19, lastDirective: 4, session: 3,
        fault: "gripper: stuck", tasksDelivered: 1, custodyTaskID: "o/1", retiring: true, dockID: "d-3")

    @Test func aCardHasAllThatIsKnownAndNothingElse() {
        #expect(
            FleetText.card(bot) == """
                robot       bot-7
                state       working, to be retired
                model       m-1
                carries     20 units
                task        o/2
                custody     items of o/1
                fault       gripper: stuck
                battery     19 %
                place       floor 1, x 12.3 m, y -0.1 m
                dock        d-3
                delivered   1 task
                """)
        #expect(
            FleetText.card(DepotV1.Bot(botID: "new", state: .offline, capacityUnits: 9)) == """
                robot       new
                state       offline
                carries     9 units
                battery     -
                delivered   0 tasks
                """)
    }

    @Test func aRowHasTheSameInOneLine() {
        #expect(
            FleetText.table([bot]).lines() == [
                "ROBOT  STATE    TASK  BATTERY  CARRIES  DELIVERED  DOCK  NOTES",
                "bot-7  working  o/2      19 %       20          1  d-3   to be retired; has items of o/1; gripper: stuck",
            ])
        #expect(
            FleetText.line(bot) == "bot-7  working  o/2  19 %  to be retired  has items of o/1  gripper: stuck")
    }

    @Test func aTaskNamesWhoHasItsItems() {
        let task = DepotV1.Task(
            taskID: "o/1", listID: "o", state: .inCustody, epoch: 2, botID: "",
            stops: [
                .init(storeID: "s-1", storeName: "Bakery", items: [.init(productID: "p", name: "Bread", quantity: 3)]),
                .init(storeID: "s-2", items: [.init(productID: "q", name: "Tea", quantity: 1)]),
            ], picked: ["p": 2], canceling: false, custodyBotID: "bot-7")
        #expect(
            FleetText.card(task) == """
                task    o/1
                state   in-custody
                robot   bot-7
                units   4, 2 picked
                stops   Bakery, s-2
                """)
        #expect(FleetText.table([task]).split(separator: "\n").last == "o/1   in-custody  bot-7      2      4       2")
        #expect(FleetText.table([DepotV1.Task]()) == "no tasks")
    }

    @Test func everyStateHasAWordThatIsAlsoTaken() {
        for state in DepotV1.BotState.allCases where state != .unspecified {
            #expect(BotStateName(argument: BotStateName.word(state))?.state == state)
        }
        for state in DepotV1.TaskState.allCases where state != .unspecified {
            #expect(TaskStateName(argument: TaskStateName.word(state))?.state == state)
        }
        #expect(BotStateName(argument: "happy") == nil && BotStateName.word(.unrecognized(99)) == "99")
    }

    @Test func aWatcherHearsOfEachRobotThatHasChanged() {
        var fleet = WatchedFleet()
        var (one, two) = (bot, bot)
        (one.botID, two.botID) = ("b-1", "b-2")
        let queued = DepotV1.Task(taskID: "o/1", state: .queued)
        #expect(fleet.take(.init(beginning: true, bots: [two])).map(\.botID) == ["b-2"])
        #expect(!fleet.isComplete)
        #expect(fleet.take(.init(beginning: true, complete: true, bots: [one], tasks: [queued])).count == 1)
        #expect(fleet.isComplete && fleet.bots.map(\.botID) == ["b-1", "b-2"])
        #expect(fleet.summary == "2 robots, 2 online, 2 working; open tasks: 1")
        // Told again, it is no news.
        two.state = .idle
        #expect(fleet.take(.init(bots: [one, two])).map(\.botID) == ["b-2"])
        #expect(fleet.take(.init(tasks: [.init(taskID: "o/1", state: .delivered)])).isEmpty)
        #expect(fleet.summary == "2 robots, 2 online, 1 working; open tasks: 0")
    }
}
