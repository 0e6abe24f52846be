/// The ways to make one trip: from anywhere, through some nodes in the best order, to an end.
///
/// It is worked out once for a task; what a robot at some node would travel is then a look-up for each possible first
/// stop. Exact up to `exactLimit` stops (Held and Karp's dynamic programme), a good order above (nearest neighbour
/// improved by 2-opt). Lengths are in millimetres. Ties go to the stop that comes first in the list.
struct Trip: Sendable {
    /// A trip that begins with one certain stop.
    struct Entry: Sendable {
        /// The first stop's node.
        var node: Int
        /// From each node of the mall to the first stop's.
        var approach: [Int]
        /// From that node through the others to the end.
        var length: Int
        /// Every stop, as an index into the stops given, the first one first.
        var order: [Int]
    }

    /// The number of stops up to which the order is the best there is.
    static let exactLimit = 10

    /// One for each possible first stop, or only the best one found when there are many stops.
    let entries: [Entry]

    /// The shortest of the entries: what a robot travels that already stands at the right first stop.
    var shortest: Int { entries.reduce(Int.max) { min($0, $1.length) } }

    init(through nodes: [Int], to end: Int, in graph: MallGraph) {
        let rows = nodes.map(graph.distances)
        let distances = rows.map { row in nodes.map { row[$0] } }
        let toEnd = nodes.map { graph.distance(end, $0) }
        if nodes.isEmpty {
            entries = []
        } else if nodes.count <= Trip.exactLimit {
            entries = Trip.exact(distances, toEnd).enumerated().map { first, best in
                Entry(node: nodes[first], approach: rows[first], length: best.length, order: best.order)
            }
        } else {
            let order = Trip.heuristic(distances, toEnd)
            let length = Trip.length(order, distances, toEnd)
            entries = [Entry(node: nodes[order[0]], approach: rows[order[0]], length: length, order: order)]
        }
    }

    /// The best first stop for a robot at a node, and the whole length from there.
    func best(from start: Int) -> (entry: Entry, length: Int)? {
        let length = length(from: start)
        return entries.first { $0.approach[start] + $0.length == length }.map { ($0, length) }
    }

    /// The whole length for a robot at a node: the way to the best first stop, and the trip from there.
    func length(from start: Int) -> Int {
        var shortest = Int.max
        for index in entries.indices {
            shortest = min(shortest, entries[index].approach[start] + entries[index].length)
        }
        return shortest
    }

    static func length(_ order: [Int], _ distances: [[Int]], _ toEnd: [Int]) -> Int {
        var length = order.last.map { toEnd[$0] } ?? 0
        for (one, next) in zip(order, order.dropFirst()) { length += distances[one][next] }
        return length
    }
}

extension Trip {
    /// For each set of stops and each first stop in it: the shortest way through the set and on to the end.
    private static func exact(_ distances: [[Int]], _ toEnd: [Int]) -> [(length: Int, order: [Int])] {
        let count = distances.count
        let all = (1 << count) - 1
        var lengths = Array(repeating: Int.max, count: (all + 1) * count)
        var nexts = Array(repeating: -1, count: (all + 1) * count)
        for set in 1...all {
            for first in 0..<count where set & (1 << first) != 0 {
                let rest = set & ~(1 << first)
                let slot = set * count + first
                if rest == 0 {
                    lengths[slot] = toEnd[first]
                    continue
                }
                for next in 0..<count where rest & (1 << next) != 0 {
                    let length = distances[first][next] + lengths[rest * count + next]
                    if length < lengths[slot] {
                        lengths[slot] = length
                        nexts[slot] = next
                    }
                }
            }
        }
        return (0..<count).map { first in
            var order: [Int] = []
            var set = all
            var stop = first
            while stop >= 0 {
                order.append(stop)
                let next = nexts[set * count + stop]
                set &= ~(1 << stop)
                stop = next
            }
            return (lengths[all * count + first], order)
        }
    }

    /// From the end backwards to the nearest stop each time, then 2-opt until nothing gets shorter.
    private static func heuristic(_ distances: [[Int]], _ toEnd: [Int]) -> [Int] {
        var left = Array(toEnd.indices)
        var backwards: [Int] = []
        while !left.isEmpty {
            let from = backwards.last.map { distances[$0] } ?? toEnd
            var nearest = 0
            for candidate in left.indices where from[left[candidate]] < from[left[nearest]] { nearest = candidate }
            backwards.append(left.remove(at: nearest))
        }
        var order: [Int] = backwards.reversed()
        while improve(&order, distances, toEnd) {}
        return order
    }

    /// Reverses every stretch whose reversal shortens the trip, going over the order once.
    /// Each reversal shortens it by at least 1 mm, so repeating this ends.
    private static func improve(_ order: inout [Int], _ distances: [[Int]], _ toEnd: [Int]) -> Bool {
        var improved = false
        for from in 0..<(order.count - 1) {
            for to in (from + 1)..<order.count {
                func leaving(_ stop: Int) -> Int {
                    to + 1 < order.count ? distances[stop][order[to + 1]] : toEnd[stop]
                }
                // The trip may begin anywhere, so a stretch at the front gains only at its far end.
                let before = (from > 0 ? distances[order[from - 1]][order[from]] : 0) + leaving(order[to])
                let after = (from > 0 ? distances[order[from - 1]][order[to]] : 0) + leaving(order[from])
                if after < before {
                    order[from...to].reverse()
                    improved = true
                }
            }
        }
        return improved
    }
}
