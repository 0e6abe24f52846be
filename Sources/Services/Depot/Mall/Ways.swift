import HeapModule

/// An undirected graph with lengths, as flat arrays, and shortest paths over it.
struct Ways: Sendable {
    /// The distance to what cannot be reached.
    static let unreachable = Int.max

    let count: Int
    /// The ways out of node n are those from `starts[n]` up to `starts[n + 1]`.
    private let starts: [Int]
    private let targets: [Int]
    private let lengths: [Int]

    /// - Parameter edges: Pairs of node indices below `nodes` with a length above 0.
    init(nodes: Int, edges: [(from: Int, to: Int, length: Int)]) {
        count = nodes
        var starts = Array(repeating: 0, count: nodes + 1)
        for edge in edges {
            starts[edge.from + 1] += 1
            starts[edge.to + 1] += 1
        }
        for node in 0..<nodes { starts[node + 1] += starts[node] }
        var next = starts
        var targets = Array(repeating: 0, count: edges.count * 2)
        var lengths = targets
        for edge in edges {
            for (from, to) in [(edge.from, edge.to), (edge.to, edge.from)] {
                targets[next[from]] = to
                lengths[next[from]] = edge.length
                next[from] += 1
            }
        }
        self.starts = starts
        self.targets = targets
        self.lengths = lengths
    }

    /// The distance from the nearest of some nodes to every node, by Dijkstra's algorithm.
    func distances(from sources: [Int]) -> [Int] {
        var distances = Array(repeating: Ways.unreachable, count: count)
        var heap = Heap<Reached>()
        for source in sources {
            distances[source] = 0
            heap.insert(Reached(distance: 0, node: source))
        }
        while let reached = heap.popMin() {
            // A shorter way was found after this entry was made.
            if reached.distance > distances[reached.node] { continue }
            for way in starts[reached.node]..<starts[reached.node + 1] {
                let distance = reached.distance + lengths[way]
                if distance < distances[targets[way]] {
                    distances[targets[way]] = distance
                    heap.insert(Reached(distance: distance, node: targets[way]))
                }
            }
        }
        return distances
    }

    private struct Reached: Comparable {
        var distance: Int
        var node: Int

        static func < (one: Reached, other: Reached) -> Bool {
            (one.distance, one.node) < (other.distance, other.node)
        }
    }
}
