import Kernel
import Messages
import Testing

@testable import Depot

@Suite struct MallGraphTests {
    static let wrong: [(String, @Sendable (inout DepotV1.Mall) -> Void)] = [
        ("floors", { $0.floors = [] }),
        ("floors[1]", { $0.floors.append($0.floors[0]) }),
        ("nodes[1]", { $0.nodes[1].id = "" }),
        ("nodes[2] \"n-1-0\"", { $0.nodes[2].id = "n-1-0" }),
        ("nodes[1] \"n-1-0\"", { $0.nodes[1].place = nil }),
        ("nodes[1] \"n-1-0\"", { $0.nodes[1].place?.floor = 3 }),
        ("nodes[1] \"n-1-0\"", { $0.nodes[1].place?.xMm = -1 }),
        ("nodes[1] \"n-1-0\"", { $0.nodes[1].place?.yMm = 2_000_000 }),
        ("nodes[9] \"island\"", { $0.nodes.append(.init(id: "island", place: TestMall.place(9, 9))) }),
        ("edges[0]", { $0.edges[0].from = "nowhere" }),
        ("edges[0]", { $0.edges[0].to = $0.edges[0].from }),
        ("edges[3]", { $0.edges[3].lengthMm = 0 }),
        ("docks[0]", { $0.docks[0].id = "" }),
        ("docks[1] \"d-0\"", { $0.docks[1].id = "d-0" }),
        ("docks[1] \"d-1\"", { $0.docks[1].node = "nowhere" }),
        ("depot_node", { $0.depotNode = "" }),
    ]

    @Test(arguments: wrong.indices)
    func refusesAWrongMallAndNamesTheElement(index: Int) throws {
        let (element, spoil) = Self.wrong[index]
        var mall = TestMall.grid(3, 3)
        _ = try MallGraph(mall)
        spoil(&mall)
        let error = #expect(throws: MallError.self) { try MallGraph(mall) }
        #expect(error?.element == element)
        #expect(error?.problem.isEmpty == false)
    }

    @Test func namesAStoreWhoseNodeIsMissing() throws {
        let graph = try MallGraph(TestMall.grid(2, 2))
        try graph.check(store: "s-1", node: "n-1-1")
        let error = #expect(throws: MallError.self) { try graph.check(store: "s-1", node: "n-7-7") }
        #expect(error?.element == "store \"s-1\"")
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func distancesAreThoseOfFloydAndWarshall(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var lengths: [UInt32] = []
        for _ in 0..<100 { lengths.append(UInt32.random(in: 1...9_000, using: &random)) }
        let mall = TestMall.grid(4, 5) { [lengths] in lengths[$0] }
        var graph = try MallGraph(mall)
        let count = mall.nodes.count
        var expected = Array(repeating: Array(repeating: 1 << 40, count: count), count: count)
        for node in 0..<count { expected[node][node] = 0 }
        for edge in mall.edges {
            let from = try #require(graph.index(of: edge.from))
            let to = try #require(graph.index(of: edge.to))
            expected[from][to] = min(expected[from][to], Int(edge.lengthMm))
            expected[to][from] = expected[from][to]
        }
        for via in 0..<count {
            for from in 0..<count {
                for to in 0..<count {
                    expected[from][to] = min(expected[from][to], expected[from][via] + expected[via][to])
                }
            }
        }
        for node in stride(from: 0, to: count, by: 3) { graph.keepDistances(from: node) }
        for from in 0..<count {
            #expect(graph.distances(from: from) == expected[from])
            for to in 0..<count { #expect(graph.distance(from, to) == expected[from][to]) }
            let toDocks = graph.docks.map { expected[from][$0] }
            #expect(graph.distanceToDock(from: from) == toDocks.min())
        }
    }

    @Test func findsTheNearestNodeOfThePlacesFloor() throws {
        let graph = try MallGraph(TestMall.grid(3, 3))
        #expect(graph.id(of: graph.nearestNode(to: .init(floor: 0, xMm: 1_400, yMm: 1_700))) == "n-1-2")
        #expect(graph.nearestNode(to: .init(floor: 5, xMm: 1_400, yMm: 1_700)) == graph.depot)
    }
}
