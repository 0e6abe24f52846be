import Kernel
import Messages
import NIOCore
import Testing
import Web

@testable import StaffGateway

/// Random histories, with services' streams that break, gateways that restart, clients that break and read slowly: each
/// client ends with exactly what the services have.
@Suite struct ResumeTests {
    /// What the services hold, and what they tell a gateway.
    private struct World {
        var random: SeededGenerator
        var boards: LiveBoards
        var things: [LiveBoards.Source: [EntityKey: LiveEntity]] = [:]
        var life = 0
        var now = Make.now
        let keptGone: Int

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            keptGone = Int.random(in: 1...12, using: &random)
            boards = LiveBoards(life: "l0", keptGone: keptGone)
            for source in LiveBoards.Source.allCases { begin(source) }
        }

        mutating func pick(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }

        /// The service tells all that it has, in parts.
        mutating func begin(_ source: LiveBoards.Source) {
            boards.broken(source)
            let all = (things[source] ?? [:]).values.sorted { "\($0.key)" < "\($1.key)" }.filter { !$0.isLastWord }
            let cut = pick(0..<(all.count + 1))
            if pick(0..<4) == 0 {
                // A beginning that breaks off counts for nothing.
                _ = boards.take(Array(all[..<cut]), isBeginning: true, isComplete: false, from: source, at: now)
                boards.broken(source)
            }
            _ = boards.take(Array(all[..<cut]), isBeginning: true, isComplete: false, from: source, at: now)
            _ = boards.take(Array(all[cut...]), isBeginning: true, isComplete: true, from: source, at: now)
        }

        /// Something happens at a service. When its stream is broken, the gateway does not hear of it.
        mutating func happen(isHeard: Bool) {
            let number = pick(0..<9)
            let source: LiveBoards.Source
            let entity: LiveEntity
            switch pick(0..<7) {
            case 0:
                let states: [OrdersV1.OrderState] = [.placed, .approved, .ready, .completed]
                source = .orders
                entity = Make.order(
                    "o-\(number)", states[pick(0..<4)], paid: pick(0..<2) == 0, version: UInt64(pick(1..<99)))
            case 1:
                let states: [DepotV1.BotState] = [.idle, .working, .offline, .faulted, .lost]
                source = .depot
                entity = Make.bot("b-\(number)", states[pick(0..<5)], fault: pick(0..<3) == 0 ? "motor" : "")
            case 2:
                let states: [DepotV1.TaskState] = [.queued, .assigned, .shopping, .delivered, .canceled]
                source = .depot
                entity = Make.task("l-\(number)/1", states[pick(0..<5)])
            case 3:
                source = .depot
                entity = Make.list("l-\(number)", [.available, .ready, .canceled][pick(0..<3)])
            case 4: (source, entity) = (.stores, Make.store("s-\(number)", "name \(pick(0..<9))"))
            case 5: (source, entity) = (.stores, Make.product("p-\(number)", stock: UInt32(pick(0..<9))))
            default:
                // Something is gone for good.
                let key = EntityKey(kind: pick(0..<2) == 0 ? .order : .product, id: "")
                source = key.kind == .order ? .orders : .stores
                let gone = EntityKey(kind: key.kind, id: (key.kind == .order ? "o-" : "p-") + "\(number)")
                things[source]?[gone] = nil
                if isHeard {
                    _ = boards.take([], removed: [gone], isBeginning: false, isComplete: false, from: source, at: now)
                }
                return
            }
            things[source, default: [:]][entity.key] = entity
            if isHeard { _ = boards.take([entity], isBeginning: false, isComplete: false, from: source, at: now) }
        }

        mutating func restart() {
            life += 1
            boards = LiveBoards(life: "l\(life)", keptGone: keptGone)
            for source in LiveBoards.Source.allCases { begin(source) }
        }

        /// What everyone should know of a topic that a service tells of.
        func truth(_ topic: BoardTopic) -> Set<LiveEntity> {
            let kinds = Set(topic.sections.map(\.kind))
            return Set(
                things.values.flatMap(\.values).filter { kinds.contains($0.key.kind) && !$0.isLastWord })
        }
    }

    @Test(arguments: 0..<200)
    func whoResumesEndsWithTheFoldOfTheLog(_ seed: UInt64) throws {
        var world = World(seed: seed)
        var limits = LiveLimits()
        limits.partBytes = world.pick(100..<1_500)
        let audience: Audience = world.pick(0..<2) == 0 ? .viewer : .clerk
        var clients: [BoardTopic: FoldingClient] = [:]
        var connections: [BoardTopic: LiveConnection] = [:]
        func connect(_ topic: BoardTopic) {
            var connection = LiveConnection(audience: audience, limits: limits)
            let from = clients[topic]?.position.map { ",\"from\":\"\($0)\"" } ?? ""
            #expect(
                connection.received(#"{"type":"subscribe","id":1,"topic":"\#(topic.rawValue)","hz":0\#(from)}"#).isEmpty
            )
            connections[topic] = connection
            if clients[topic] == nil { clients[topic] = FoldingClient() }
        }
        for topic in BoardTopic.allCases { connect(topic) }
        func read(_ topic: BoardTopic, _ count: Int) throws {
            for _ in 0..<count {
                guard let message = try connections[topic]?.next(from: &world.boards, at: world.now) else { return }
                clients[topic]?.take(message)
            }
        }
        for _ in 0..<300 {
            switch world.pick(0..<20) {
            case 0: connect(BoardTopic.allCases[world.pick(0..<5)])
            case 1: world.begin(LiveBoards.Source.allCases[world.pick(0..<3)])
            case 2:
                // A stream breaks, things happen, and it begins anew.
                for _ in 0..<world.pick(1..<6) { world.happen(isHeard: false) }
                for source in LiveBoards.Source.allCases { world.begin(source) }
            case 3 where world.pick(0..<5) == 0:
                world.restart()
                for topic in BoardTopic.allCases { connect(topic) }
            case 4:
                world.now = world.now + .seconds(world.pick(1..<1_200))
                _ = world.boards.tick(at: world.now)
            case 5...9: try read(BoardTopic.allCases[world.pick(0..<5)], world.pick(1..<8))
            default: world.happen(isHeard: true)
            }
        }
        for topic in BoardTopic.allCases {
            try read(topic, .max)
            let client = try #require(clients[topic])
            #expect(client.isWhole)
            let expected = try world.boards[topic].expected(topic, for: audience)
            #expect(client.things.filter { !$0.value.isEmpty } == expected, "\(topic), seed \(seed)")
            if topic != .alerts { #expect(Set(world.boards[topic].present) == world.truth(topic), "\(topic)") }
        }
    }

    @Test func theHistoriesAreWorthTheirName() throws {
        // Over all seeds: clients were resumed, got deltas, and had to begin anew.
        var counts: [String: Int] = [:]
        for seed in UInt64(0)..<20 {
            var world = World(seed: seed)
            var client = FoldingClient()
            for _ in 0..<40 {
                var connection = LiveConnection(audience: .clerk)
                let from = client.position.map { ",\"from\":\"\($0)\"" } ?? ""
                _ = connection.received(#"{"type":"subscribe","id":1,"topic":"fleet","hz":0\#(from)}"#)
                for _ in 0..<world.pick(1..<30) { world.happen(isHeard: true) }
                while let message = try connection.next(from: &world.boards, at: world.now) { client.take(message) }
            }
            counts.merge(client.counts, uniquingKeysWith: +)
        }
        #expect(counts["resumed"] ?? 0 > 100 && counts["delta"] ?? 0 > 100 && counts["snapshot"] ?? 0 > 20)
        #expect(counts["not JSON"] == nil && counts["error"] == nil)
    }
}
