import Kernel
import Messages
import Testing

@testable import Depot

@Suite struct DispatcherTests {
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func matchesAreFitAndNoneIsMissed(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let graph = try TripTests.graph(&random)
        let bots = (0..<Int.random(in: 0...12, using: &random)).map {
            Dispatcher.Bot(
                id: "b-\($0)", node: Int.random(in: 0..<8, using: &random),
                capacity: Int.random(in: 1...10, using: &random),
                range: Int.random(in: 10_000...200_000, using: &random))
        }
        let jobs = (0..<Int.random(in: 0...12, using: &random)).map { _ in
            let stops = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                Int.random(in: 0..<graph.nodeCount, using: &random)
            }
            return Dispatcher.Job(
                trip: Trip(through: stops, to: graph.depot, in: graph), size: Int.random(in: 1...10, using: &random),
                credit: Int.random(in: 0...50_000, using: &random),
                excluded: Bool.random(using: &random) ? [] : ["b-\(Int.random(in: 0..<12, using: &random))"])
        }
        func fits(_ bot: Dispatcher.Bot, _ job: Dispatcher.Job) -> Bool {
            guard let length = job.trip.best(from: bot.node)?.length else { return false }
            let whole = length + graph.distanceToDock(from: graph.depot)
            return bot.capacity >= job.size && bot.range >= whole + whole / 4 && !job.excluded.contains(bot.id)
        }
        let outcome = Dispatcher.match(bots: bots, jobs: jobs, graph: graph, marginPercent: 25)
        let usedBots = Set(outcome.matches.map(\.bot))
        let usedJobs = Set(outcome.matches.map(\.job))
        #expect(usedBots.count == outcome.matches.count && usedJobs.count == outcome.matches.count)
        for match in outcome.matches { #expect(fits(bots[match.bot], jobs[match.job])) }
        for (index, bot) in bots.enumerated() where !usedBots.contains(index) {
            for (job, wanted) in jobs.enumerated() where !usedJobs.contains(job) { #expect(!fits(bot, wanted)) }
        }
        for job in jobs.indices {
            #expect(outcome.blocked.contains(job) == !bots.contains { fits($0, jobs[job]) })
        }
        let again = Dispatcher.match(bots: bots, jobs: jobs, graph: graph, marginPercent: 25)
        #expect(again.matches == outcome.matches)
    }

    private func job(_ graph: MallGraph, at node: String, credit: Int = 0) throws -> Dispatcher.Job {
        let node = try #require(graph.index(of: node))
        return .init(trip: Trip(through: [node], to: graph.depot, in: graph), size: 1, credit: credit, excluded: [])
    }

    private func bot(_ graph: MallGraph, _ id: String, at node: String) throws -> Dispatcher.Bot {
        .init(id: id, node: try #require(graph.index(of: node)), capacity: 5, range: 1_000_000)
    }

    @Test func nearPairsComeFirst() throws {
        let graph = try MallGraph(TestMall.grid(9, 1))
        let outcome = Dispatcher.match(
            bots: [try bot(graph, "left", at: "n-1-0"), try bot(graph, "right", at: "n-7-0")],
            jobs: [try job(graph, at: "n-8-0"), try job(graph, at: "n-2-0")], graph: graph, marginPercent: 0)
        #expect(Set(outcome.matches) == [.init(bot: 0, job: 1), .init(bot: 1, job: 0)])
    }

    @Test func anOldTaskComesBeforeANearOne() throws {
        let graph = try MallGraph(TestMall.grid(9, 1))
        let one = [try bot(graph, "only", at: "n-1-0")]
        let near = try job(graph, at: "n-2-0")
        let young = Dispatcher.match(
            bots: one, jobs: [try job(graph, at: "n-8-0", credit: 5_000), near], graph: graph, marginPercent: 0)
        #expect(young.matches == [.init(bot: 0, job: 1)])
        let old = Dispatcher.match(
            bots: one, jobs: [try job(graph, at: "n-8-0", credit: 7_000), near], graph: graph, marginPercent: 0)
        #expect(old.matches == [.init(bot: 0, job: 0)])
    }

    @Test func thousandsAreMatchedAtOnce() throws {
        var random = SeededGenerator(seed: 5)
        let graph = try TripTests.graph(&random)
        let bots = (0..<2_000).map {
            Dispatcher.Bot(id: "b-\($0)", node: $0 % graph.nodeCount, capacity: 10, range: 10_000_000)
        }
        let trips = (0..<graph.nodeCount).map { Trip(through: [$0, ($0 * 7) % 49], to: graph.depot, in: graph) }
        let jobs = (0..<3_000).map {
            Dispatcher.Job(trip: trips[$0 % trips.count], size: 3, credit: 3_000 - $0, excluded: [])
        }
        let outcome = Dispatcher.match(bots: bots, jobs: jobs, graph: graph, marginPercent: 25)
        #expect(outcome.matches.count == 2_000)
        #expect(outcome.blocked.isEmpty)
    }
}
