public import Messages

/// The mall's ways as a robot drives them: nodes by number, shortest routes.
public struct MallGraph: Sendable {
    struct Way: Sendable {
        let to: Int
        let lengthMm: Int64
    }

    let ids: [String]
    let places: [TypesV1.Place]
    private let numbers: [String: Int]
    private let ways: [[Way]]
    /// The docks that lie on known nodes, in the mall's order.
    let docks: [(id: String, node: Int)]

    public init(_ mall: DepotV1.Mall) {
        ids = mall.nodes.map(\.id)
        places = mall.nodes.map { $0.place ?? TypesV1.Place() }
        let numbers = Dictionary(ids.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var ways = [[Way]](repeating: [], count: ids.count)
        for edge in mall.edges {
            guard let from = numbers[edge.from], let to = numbers[edge.to] else { continue }
            ways[from].append(Way(to: to, lengthMm: Int64(edge.lengthMm)))
            ways[to].append(Way(to: from, lengthMm: Int64(edge.lengthMm)))
        }
        self.numbers = numbers
        self.ways = ways
        docks = mall.docks.compactMap { dock in numbers[dock.node].map { (dock.id, $0) } }
    }

    func node(_ id: String) -> Int? { numbers[id] }

    /// The shortest route, without its start; nil when there is none. Dijkstra's algorithm.
    func route(from start: Int, to goal: Int) -> (nodes: [Int], lengthMm: Int64)? {
        let (distances, previous) = search(from: start, until: goal)
        guard distances[goal] < .max else { return nil }
        var nodes: [Int] = []
        var node = goal
        while node != start {
            nodes.append(node)
            node = previous[node]
        }
        return (nodes.reversed(), distances[goal])
    }

    /// The length of the way between two neighbours; nil when they are none.
    func length(from: Int, to: Int) -> Int64? {
        ways[from].filter { $0.to == to }.map(\.lengthMm).min()
    }

    /// The nearest of the docks.
    func nearestDock(to node: Int) -> (id: String, node: Int)? {
        let (distances, _) = search(from: node, until: nil)
        return docks.filter { distances[$0.node] < .max }.min { distances[$0.node] < distances[$1.node] }
    }

    private func search(from start: Int, until goal: Int?) -> (distances: [Int64], previous: [Int]) {
        var distances = [Int64](repeating: .max, count: ids.count)
        var previous = [Int](repeating: -1, count: ids.count)
        var isDone = [Bool](repeating: false, count: ids.count)
        // A mall has some hundred nodes: a scan for the nearest is as good as a heap.
        distances[start] = 0
        while true {
            var nearest = -1
            for node in ids.indices where !isDone[node] && distances[node] < .max {
                if nearest < 0 || distances[node] < distances[nearest] { nearest = node }
            }
            if nearest < 0 || nearest == goal { return (distances, previous) }
            isDone[nearest] = true
            for way in ways[nearest] where distances[nearest] + way.lengthMm < distances[way.to] {
                distances[way.to] = distances[nearest] + way.lengthMm
                previous[way.to] = nearest
            }
        }
    }
}
