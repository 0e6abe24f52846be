import Kernel
import Messages
import Testing

@testable import Depot

@Suite struct TripTests {
    static func graph(_ random: inout SeededGenerator) throws -> MallGraph {
        var lengths: [UInt32] = []
        for _ in 0..<200 { lengths.append(UInt32.random(in: 500...9_000, using: &random)) }
        return try MallGraph(TestMall.grid(7, 7) { [lengths] in lengths[$0] })
    }

    /// The shortest way by trying every order.
    static func bruteForce(_ from: Int, _ left: [Int], _ end: Int, _ graph: MallGraph) -> Int {
        if left.isEmpty { return graph.distance(from, end) }
        return left.indices.reduce(Int.max) { best, index in
            var rest = left
            let next = rest.remove(at: index)
            return min(best, graph.distance(from, next) + bruteForce(next, rest, end, graph))
        }
    }

    static func length(_ order: [Int], _ stops: [Int], _ end: Int, _ graph: MallGraph) -> Int {
        let nodes = order.map { stops[$0] } + [end]
        return zip(nodes, nodes.dropFirst()).reduce(0) { $0 + graph.distance($1.0, $1.1) }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func isTheShortestForFewStops(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let graph = try Self.graph(&random)
        let count = Int.random(in: 1...6, using: &random)
        // Some stops share a node: two stores at one place.
        let stops = (0..<count).map { _ in Int.random(in: 0..<graph.nodeCount, using: &random) }
        let start = Int.random(in: 0..<graph.nodeCount, using: &random)
        let best = try #require(Trip(through: stops, to: graph.depot, in: graph).best(from: start))
        #expect(best.length == Self.bruteForce(start, stops, graph.depot, graph))
        #expect(best.entry.order.sorted() == Array(0..<count))
        #expect(
            best.length
                == graph.distance(start, best.entry.node) + Self.length(best.entry.order, stops, graph.depot, graph))
    }

    /// The shortest way by trying every order, but for those that cannot be shorter: no way on is shorter than the direct one.
    private struct Search {
        /// Between the stops, each with the end behind it.
        let distances: [[Int]]
        var best: Int

        mutating func go(on from: Int, _ left: UInt32, _ length: Int) {
            let row = distances[from]
            let end = row.count - 1
            if length + row[end] >= best { return }
            if left == 0 { return best = length + row[end] }
            for next in 0..<end where left & 1 << UInt32(next) != 0 {
                go(on: next, left & ~(1 << UInt32(next)), length + row[next])
            }
        }
    }

    @Test(arguments: 7...10, 1...2 as ClosedRange<UInt64>)
    func isTheShortestForAsManyStopsAsItPromises(count: Int, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let graph = try Self.graph(&random)
        let stops = (0..<count).map { _ in Int.random(in: 0..<graph.nodeCount, using: &random) }
        let start = Int.random(in: 0..<graph.nodeCount, using: &random)
        let best = try #require(Trip(through: stops, to: graph.depot, in: graph).best(from: start))
        // None is shorter, and one is as short.
        let places = stops + [graph.depot]
        var search = Search(
            distances: places.map { from in places.map { graph.distance(from, $0) } }, best: best.length + 1)
        for first in stops.indices {
            search.go(on: first, (1 << UInt32(count)) - 1 & ~(1 << UInt32(first)), graph.distance(start, stops[first]))
        }
        #expect(best.length == search.best)
        #expect(best.length == graph.distance(start, best.entry.node) + best.entry.length)
        #expect(best.entry.length == Self.length(best.entry.order, stops, graph.depot, graph))
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func isGoodForManyStops(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let graph = try Self.graph(&random)
        let count = Int.random(in: 11...30, using: &random)
        let stops = (0..<count).map { _ in Int.random(in: 0..<graph.nodeCount, using: &random) }
        let trip = Trip(through: stops, to: graph.depot, in: graph)
        let entry = try #require(trip.entries.first)
        #expect(trip.entries.count == 1)
        #expect(entry.order.sorted() == Array(0..<count))
        #expect(entry.node == stops[entry.order[0]])
        #expect(entry.length == Self.length(entry.order, stops, graph.depot, graph))
        // Better than any of many random orders, and no swap of two stretches' ends shortens it.
        for _ in 0..<200 {
            let order = Array(0..<count).shuffled(using: &random)
            #expect(entry.length <= Self.length(order, stops, graph.depot, graph))
        }
        for from in 0..<count - 1 {
            for to in (from + 1)..<count {
                var order = entry.order
                order[from...to].reverse()
                #expect(entry.length <= Self.length(order, stops, graph.depot, graph))
            }
        }
    }

    @Test func anEmptyTripHasNoEntry() throws {
        let graph = try MallGraph(TestMall.grid(2, 2))
        #expect(Trip(through: [], to: graph.depot, in: graph).best(from: 0) == nil)
    }
}
