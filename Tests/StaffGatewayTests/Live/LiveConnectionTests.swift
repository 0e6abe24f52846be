import Kernel
import Messages
import NIOCore
import OrderedCollections
import Testing
import Web

@testable import StaffGateway

@Suite struct LiveConnectionTests {
    /// A connection before boards that hold two robots with a task, and an order.
    private struct Scene {
        var boards = LiveBoards(life: "life")
        var connection: LiveConnection
        var now = Make.now

        init(_ audience: Audience = .clerk, limits: LiveLimits = LiveLimits()) {
            connection = LiveConnection(audience: audience, limits: limits)
            _ = boards.take(
                [Make.bot("a"), Make.bot("b", .working, task: "l/1"), Make.task("l/1", .accepted, bot: "b")],
                isBeginning: true, isComplete: true, from: .depot, at: now)
            _ = boards.take([Make.order("o-1")], isBeginning: true, isComplete: true, from: .orders, at: now)
        }

        mutating func change(_ entity: LiveEntity, from source: LiveBoards.Source = .depot) {
            _ = boards.take([entity], isBeginning: false, isComplete: false, from: source, at: now)
        }

        mutating func say(_ text: String) -> [LiveConnection.Effect] { connection.received(text) }

        mutating func offer(_ chunk: DetailChunk, to id: Int64) -> Bool { connection.offer(chunk, to: id) }

        /// Everything that there is to say.
        mutating func drain() throws -> [[String: Any]] {
            var messages: [[String: Any]] = []
            while let message = try connection.next(from: &boards, at: now) { messages.append(message.object) }
            return messages
        }

        mutating func types() throws -> [String] { try drain().map { $0["type"] as? String ?? "" } }
    }

    @Test func aTopicBeginsWithASnapshotAndGoesOnWithDeltas() throws {
        var scene = Scene()
        #expect(scene.say(#"{"type":"subscribe","id":7,"topic":"fleet","hz":0}"#).isEmpty)
        let snapshot = try #require(try scene.drain().first)
        #expect(snapshot["type"] as? String == "snapshot" && snapshot["id"] as? Int == 7)
        #expect(snapshot["part"] as? Int == 1 && snapshot["last"] as? Bool == true)
        #expect(snapshot["position"] as? String == "life-3")
        let data = try #require(snapshot["data"] as? [String: [Any]])
        #expect(data["bots"]?.count == 2 && data["tasks"]?.count == 1)

        #expect(try scene.types().isEmpty, "nothing has changed")
        scene.change(Make.bot("a", .paused))
        scene.change(Make.bot("a", .idle))
        let deltas = try scene.drain()
        #expect(deltas.count == 1, "what changed twice is told once")
        #expect(deltas[0]["position"] as? String == "life-5")
    }

    @Test func nothingIsSaidOfATopicThatIsNotThereYet() throws {
        var scene = Scene()
        _ = scene.say(#"{"type":"subscribe","id":1,"topic":"stores"}"#)
        #expect(try scene.types().isEmpty)
        _ = scene.boards.take(
            [Make.store("s")], isBeginning: true, isComplete: false, from: .stores, at: scene.now)
        #expect(try scene.types().isEmpty, "half a beginning is none")
        _ = scene.boards.take(
            [Make.product("p")], isBeginning: true, isComplete: true, from: .stores, at: scene.now)
        #expect(try scene.types() == ["snapshot"])
    }

    @Test(arguments: [
        ("life-3", ["resumed"]), ("life-2", ["resumed", "delta"]), ("life-99", ["snapshot"]),
        ("other-3", ["snapshot"]), ("nonsense", ["snapshot"]), ("", ["snapshot"]),
    ])
    func aPositionIsResumedFromWhenItIsUnderstood(_ from: String, _ expected: [String]) throws {
        var scene = Scene()
        _ = scene.say(#"{"type":"subscribe","id":1,"topic":"fleet","hz":0,"from":"\#(from)"}"#)
        #expect(try scene.types() == expected)
    }

    @Test func anIdIsTakenOnceAndFreeAgainAfterwards() throws {
        var scene = Scene()
        _ = scene.say(#"{"type":"subscribe","id":1,"topic":"fleet","hz":0}"#)
        _ = scene.say(#"{"type":"subscribe","id":1,"topic":"lists"}"#)
        let messages = try scene.drain()
        #expect(messages.map { $0["type"] as? String } == ["error", "snapshot"])
        #expect(messages[0]["id"] == nil, "the subscription goes on")
        #expect(scene.say(#"{"type":"unsubscribe","id":1}"#) == [.stopReading(id: 1)])
        scene.change(Make.bot("a", .paused))
        #expect(try scene.types().isEmpty)
        _ = scene.say(#"{"type":"unsubscribe","id":1}"#)
        let problem = try #require(try scene.drain().first?["problem"] as? [String: Any])
        #expect(problem["type"] as? String == "urn:mallbots:problem:not-found" && problem["status"] as? Int == 404)
        _ = scene.say(#"{"type":"subscribe","id":1,"topic":"lists"}"#)
        #expect(try scene.types() == ["snapshot"])
    }

    @Test func thereAreThirtyTwoSubscriptionsAtMost() throws {
        var scene = Scene()
        for id in 0..<33 { _ = scene.say(#"{"type":"subscribe","id":\#(id),"topic":"lists"}"#) }
        let messages = try scene.drain()
        #expect(messages.count == 33)
        #expect(messages[0]["id"] as? Int == 32 && messages[0]["type"] as? String == "error")
        #expect(scene.connection.subscriptions.count == 32)
    }

    @Test func whoAsksAndNeverReadsIsCut() {
        var scene = Scene()
        var effects: [LiveConnection.Effect] = []
        for _ in 0..<65 { effects += scene.say("nonsense") }
        #expect(effects == [.close(code: 1008, reason: "read the answers before you send more")])
    }

    @Test func eventsComeBeforeTelemetryAndTelemetryAtItsRate() throws {
        var scene = Scene()
        scene.boards.take([RobotSighting(botID: "a", telemetry: BotsV1.Telemetry(batteryPercent: 50), time: scene.now)])
        _ = scene.say(#"{"type":"subscribe","id":1,"topic":"fleet","hz":2}"#)
        #expect(try scene.types() == ["snapshot", "telemetry"])
        for percent in UInt32(40)..<50 {
            let telemetry = BotsV1.Telemetry(batteryPercent: percent)
            scene.boards.take([RobotSighting(botID: "a", telemetry: telemetry, time: scene.now)])
        }
        #expect(try scene.types().isEmpty, "not before half a second is over")
        scene.now = scene.now + .milliseconds(500)
        scene.change(Make.bot("b"))
        let messages = try scene.drain()
        #expect(messages.map { $0["type"] as? String } == ["delta", "telemetry"])
        let bots = try #require(messages[1]["bots"] as? [[String: Any]])
        #expect(bots.count == 1 && bots[0]["battery_percent"] as? Int == 49, "the newest wins")
        #expect(bots[0]["age_ms"] as? Int == 500)
        #expect(messages[1]["position"] == nil)
    }

    @Test func ofOneTopicWithMuchToSayTheOthersAreNotHeldBack() throws {
        var limits = LiveLimits()
        limits.partBytes = 200
        var scene = Scene(limits: limits)
        for number in 0..<40 { scene.change(Make.bot("b-\(number)")) }
        _ = scene.say(#"{"type":"subscribe","id":1,"topic":"fleet","hz":0}"#)
        _ = scene.say(#"{"type":"subscribe","id":2,"topic":"orders"}"#)
        let ids = try scene.drain().compactMap { $0["id"] as? Int }
        #expect(ids.count > 10 && ids.firstIndex(of: 2) ?? 99 <= 1)
    }

    @Test func aRoleThatChangesHasOrdersSentAgain() throws {
        var scene = Scene(.viewer)
        func code(_ messages: [[String: Any]]) -> String? {
            let data = messages.first?["data"] as? [String: Any]
            return (data?["orders"] as? [[String: Any]])?.first?["pickup_code"] as? String
        }
        _ = scene.say(#"{"type":"subscribe","id":1,"topic":"orders"}"#)
        _ = scene.say(#"{"type":"subscribe","id":2,"topic":"fleet","hz":0}"#)
        _ = scene.say(#"{"type":"subscribe","id":3,"topic":"order/o-1"}"#)
        #expect(code(try scene.drain()) == nil)
        let effects = scene.connection.changed(to: .clerk)
        #expect(effects == [.stopReading(id: 3), .read(id: 3, .order("o-1"), from: nil)])
        let messages = try scene.drain()
        #expect(messages.count == 1 && code(messages) == "ABC234")
        #expect(scene.connection.changed(to: .clerk).isEmpty)
        _ = scene.connection.changed(to: .viewer)
        let lowered = try scene.drain()
        #expect(lowered.count == 1 && code(lowered) == nil)
    }

    @Test func anOrderIsReadFromItsLogsAndTakenChunkByChunk() throws {
        var scene = Scene()
        let effects = scene.say(#"{"type":"subscribe","id":1,"topic":"order/o-1","from":"depot.4-orders.9"}"#)
        #expect(effects == [.read(id: 1, .order("o-1"), from: LogPositions(["depot": 4, "orders": 9]))])
        let chunk = DetailChunk(
            kind: .snapshot(part: 1, isLast: true), position: LogPositions(["orders": 10]),
            documents: [.init(name: "order", json: ByteBuffer(string: #"{"order_id":"o-1"}"#))],
            events: [ByteBuffer(string: #"{"type":"OrderPlaced"}"#), ByteBuffer(string: #"{"type":"OrderApproved"}"#)])
        #expect(scene.offer(chunk, to: 1) == true)
        #expect(scene.offer(chunk, to: 1) == false, "the first still waits")
        let message = try #require(try scene.drain().first)
        #expect(message["position"] as? String == "orders.10")
        let data = try #require(message["data"] as? [String: Any])
        #expect((data["events"] as? [Any])?.count == 2 && data["order"] != nil)
        #expect(scene.offer(chunk, to: 1) == true)
        #expect(scene.offer(chunk, to: 9) == true, "for one that is gone nothing waits")
    }

    @Test func aRobotComesWithItsTaskAndAgainWhenTheyLookDifferent() throws {
        var scene = Scene()
        _ = scene.say(#"{"type":"subscribe","id":1,"topic":"bot/b","hz":0}"#)
        #expect(try scene.types().isEmpty, "its log comes first")
        _ = scene.connection.offer(
            DetailChunk(kind: .snapshot(part: 1, isLast: true), position: LogPositions(["depot": 3])), to: 1)
        let first = try #require(try scene.drain().first?["data"] as? [String: Any])
        #expect(first["bot"] != nil && first["task"] != nil)
        scene.change(Make.bot("a", .paused))
        #expect(try scene.types().isEmpty, "another robot is no news")
        scene.change(Make.task("l/1", .delivered, bot: "b"))
        scene.change(Make.bot("b"))
        let delta = try #require(try scene.drain().first)
        let data = try #require(delta["data"] as? [String: Any])
        #expect((data["task"] as? [String: Any])?["state"] as? String == "delivered")
        #expect((data["bot"] as? [String: Any])?["state"] as? String == "idle")
        #expect(delta["position"] as? String == "depot.3")
    }

    @Test func aRobotThatDoesNotExistIsRefused() {
        var scene = Scene()
        _ = scene.say(#"{"type":"subscribe","id":1,"topic":"bot/nobody"}"#)
        _ = scene.say(#"{"type":"subscribe","id":2,"topic":"bot/a"}"#)
        #expect(scene.connection.strangers(scene.boards).map(\.bot) == ["nobody"])
        #expect(scene.connection.refuse(1, .noBot("nobody")) == [.stopReading(id: 1)])
        #expect(scene.connection.subscriptions.keys.elementsEqual([2]))
    }

    @Test func whoWasAwayTooLongBeginsAnew() throws {
        var scene = Scene()
        scene.boards = LiveBoards(life: "life", keptGone: 2)
        _ = scene.boards.take(
            (0..<9).map { Make.bot("b-\($0)") }, isBeginning: true, isComplete: true, from: .depot, at: scene.now)
        _ = scene.say(#"{"type":"subscribe","id":1,"topic":"fleet","hz":0}"#)
        #expect(try scene.types() == ["snapshot"])
        _ = scene.boards.take(
            [Make.bot("b-0")], isBeginning: true, isComplete: true, from: .depot, at: scene.now)
        let messages = try scene.drain()
        #expect(messages.map { $0["type"] as? String } == ["snapshot"])
        #expect(((messages[0]["data"] as? [String: Any])?["bots"] as? [Any])?.count == 1)
    }

    @Test func aSnapshotBeginsAnewWhenWhatItToldIsGoneAndForgotten() throws {
        var limits = LiveLimits()
        limits.partBytes = 1
        var scene = Scene(limits: limits)
        scene.boards = LiveBoards(life: "life", keptGone: 1)
        let bots = (0..<4).map { Make.bot("b-\($0)") }
        _ = scene.boards.take(bots, isBeginning: true, isComplete: true, from: .depot, at: scene.now)
        _ = scene.say(#"{"type":"subscribe","id":1,"topic":"fleet","hz":0}"#)
        let first = try #require(try scene.connection.next(from: &scene.boards, at: scene.now)).object
        #expect(first["part"] as? Int == 1 && first["last"] as? Bool == false)
        // The robot of the first part goes, and another one, so that the first is forgotten.
        _ = scene.boards.take(
            Array(bots[2...]), isBeginning: true, isComplete: true, from: .depot, at: scene.now)
        let messages = try scene.drain()
        #expect(messages.first?["part"] as? Int == 1, "it replaces what was told")
        #expect(messages.map { $0["type"] as? String } == ["snapshot", "snapshot"])
    }
}
