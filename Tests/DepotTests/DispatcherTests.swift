import Kernel
import Messages
import Testing

@testable import Depot

@Suite struct DispatcherTests {
    /// A robot that waits, as a test writes it.
    struct Bot {
        var node: Int
        var capacity = 5
        var range = 1_000_000
    }

    /// Indices into the robots and the jobs of a test.
    struct Pair: Hashable {
        var bot: Int
        var job: Int
    }

    /// Robots have their indices for turns, and "b-INDEX" for names.
    static func match(
        _ bots: [Bot], _ jobs: [Dispatcher.Job], _ graph: MallGraph, marginPercent: Int = 0
    ) -> (matches: [Pair], blocked: [Int]) {
        var waiting = WaitingRobots()
        for (index, bot) in bots.enumerated() {
            waiting.put("b-\(index)", at: bot.node, capacity: bot.capacity, range: bot.range, batteryPercent: 50)
        }
        var dispatcher = Dispatcher(waiting, graph: graph, marginPercent: marginPercent)
        #expect(dispatcher.free == bots.count)
        let outcome = dispatcher.match(jobs)
        #expect(dispatcher.free == bots.count - outcome.matches.count)
        let taken = Set(outcome.matches.map(\.robot.turn))
        #expect(dispatcher.left { _ in true }.map(\.turn) == bots.indices.filter { !taken.contains($0) })
        for match in outcome.matches { #expect(match.node == bots[match.robot.turn].node) }
        return (outcome.matches.map { Pair(bot: $0.robot.turn, job: $0.job) }, outcome.blocked)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func matchesAreFitAndNoneIsMissed(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let graph = try TripTests.graph(&random)
        let bots = (0..<Int.random(in: 0...20, using: &random)).map { _ in
            Bot(
                node: Int.random(in: 0..<8, using: &random), capacity: Int.random(in: 1...10, using: &random),
                range: Int.random(in: 10_000...200_000, using: &random))
        }
        let jobs = (0..<Int.random(in: 0...20, using: &random)).map { _ in
            let stops = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                Int.random(in: 0..<graph.nodeCount, using: &random)
            }
            return Dispatcher.Job(
                trip: Trip(through: stops, to: graph.depot, in: graph), size: Int.random(in: 1...10, using: &random),
                credit: Int.random(in: 0...50_000, using: &random),
                excluded: Bool.random(using: &random) ? [] : ["b-\(Int.random(in: 0..<12, using: &random))"])
        }
        func fits(_ bot: Int, _ job: Dispatcher.Job) -> Bool {
            guard let length = job.trip.best(from: bots[bot].node)?.length else { return false }
            let whole = length + graph.distanceToDock(from: graph.depot)
            return bots[bot].capacity >= job.size && bots[bot].range >= whole + whole / 4
                && !job.excluded.contains("b-\(bot)")
        }
        let (matches, blocked) = Self.match(bots, jobs, graph, marginPercent: 25)
        let usedBots = Set(matches.map(\.bot))
        let usedJobs = Set(matches.map(\.job))
        #expect(usedBots.count == matches.count && usedJobs.count == matches.count)
        for match in matches { #expect(fits(match.bot, jobs[match.job])) }
        for bot in bots.indices where !usedBots.contains(bot) {
            for (job, wanted) in jobs.enumerated() where !usedJobs.contains(job) { #expect(!fits(bot, wanted)) }
        }
        for job in jobs.indices {
            #expect(blocked.contains(job) == !bots.indices.contains { fits($0, jobs[job]) })
        }
        // Nobody would rather have a task than the robot that got it: no cheaper pair was left.
        func cost(_ bot: Int, _ job: Int) -> Int {
            jobs[job].trip.length(from: bots[bot].node) - jobs[job].trip.shortest - jobs[job].credit
        }
        for (index, match) in matches.enumerated() {
            for later in matches[index...] where fits(later.bot, jobs[match.job]) {
                #expect(cost(match.bot, match.job) <= cost(later.bot, match.job))
            }
        }
        #expect(Self.match(bots, jobs, graph, marginPercent: 25).matches == matches)
    }

    private func job(_ graph: MallGraph, at node: String, credit: Int = 0) throws -> Dispatcher.Job {
        let node = try #require(graph.index(of: node))
        return .init(trip: Trip(through: [node], to: graph.depot, in: graph), size: 1, credit: credit, excluded: [])
    }

    private func bot(_ graph: MallGraph, at node: String) throws -> Bot {
        Bot(node: try #require(graph.index(of: node)))
    }

    @Test func nearPairsComeFirst() throws {
        let graph = try MallGraph(TestMall.grid(9, 1))
        let (matches, _) = Self.match(
            [try bot(graph, at: "n-1-0"), try bot(graph, at: "n-7-0")],
            [try job(graph, at: "n-8-0"), try job(graph, at: "n-2-0")], graph)
        #expect(Set(matches) == [.init(bot: 0, job: 1), .init(bot: 1, job: 0)])
    }

    @Test func amongEqualsThePlaceDecidesAndThenWhoAskedFirst() throws {
        let graph = try MallGraph(TestMall.grid(9, 1))
        // Two to the right of the store, and one as far to the left of it.
        let bots = [try bot(graph, at: "n-5-0"), try bot(graph, at: "n-3-0"), try bot(graph, at: "n-5-0")]
        let jobs = [try job(graph, at: "n-4-0"), try job(graph, at: "n-4-0"), try job(graph, at: "n-4-0")]
        let (matches, _) = Self.match(bots, jobs, graph)
        #expect(matches == [.init(bot: 1, job: 0), .init(bot: 0, job: 1), .init(bot: 2, job: 2)])
    }

    @Test func anOldTaskComesBeforeANearOne() throws {
        let graph = try MallGraph(TestMall.grid(9, 1))
        let one = [try bot(graph, at: "n-1-0")]
        let near = try job(graph, at: "n-2-0")
        let young = Self.match(one, [try job(graph, at: "n-8-0", credit: 5_000), near], graph)
        #expect(young.matches == [.init(bot: 0, job: 1)])
        let old = Self.match(one, [try job(graph, at: "n-8-0", credit: 7_000), near], graph)
        #expect(old.matches == [.init(bot: 0, job: 0)])
    }

    @Test func thousandsAreMatchedAtOnce() throws {
        var random = SeededGenerator(seed: 5)
        let graph = try TripTests.graph(&random)
        let bots = (0..<2_000).map { Bot(node: $0 % graph.nodeCount, capacity: 10, range: 10_000_000) }
        let trips = (0..<graph.nodeCount).map { Trip(through: [$0, ($0 * 7) % 49], to: graph.depot, in: graph) }
        let jobs = (0..<3_000).map {
            Dispatcher.Job(trip: trips[$0 % trips.count], size: 3, credit: 3_000 - $0, excluded: [])
        }
        let (matches, blocked) = Self.match(bots, jobs, graph, marginPercent: 25)
        #expect(matches.count == 2_000)
        #expect(blocked.isEmpty)
    }
}
