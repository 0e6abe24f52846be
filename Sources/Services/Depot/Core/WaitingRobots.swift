/// The robots that wait for a task, by the mall's node that each counts as being at: what the dispatcher looks through.
///
/// Kept up to date robot by robot, so that a dispatch of a few tasks does not cost a look at every robot.
struct WaitingRobots: Sendable {
    /// What the dispatcher has to know of one.
    struct Robot: Hashable, Sendable {
        var id: String
        /// Rises with each robot that begins to wait: the one that asked first has the lowest.
        var turn: Int
        /// What it carries, in size units.
        var capacity: Int
        /// How far its battery carries it, in millimetres.
        var range: Int
        var batteryPercent: Int
    }

    /// Those at one node, in the order of their turns.
    struct Group: Sendable {
        private(set) var robots: [Robot] = []
        /// No robot here carries more, or gets farther, than this; so a group that is too weak is passed over at once.
        private(set) var capacity = 0
        private(set) var range = 0
        private var removals = 0

        fileprivate mutating func insert(_ robot: Robot) {
            robots.insert(robot, at: index(of: robot.turn))
            capacity = max(capacity, robot.capacity)
            range = max(range, robot.range)
        }

        fileprivate mutating func remove(turn: Int) {
            let index = index(of: turn)
            guard index < robots.count, robots[index].turn == turn else { return }
            robots.remove(at: index)
            removals += 1
            // Measured again when half are gone, so that this costs no more than the removals before it.
            if removals >= robots.count {
                capacity = robots.reduce(0) { max($0, $1.capacity) }
                range = robots.reduce(0) { max($0, $1.range) }
                removals = 0
            }
        }

        /// Where a robot with this turn is or would be.
        private func index(of turn: Int) -> Int {
            var (low, high) = (0, robots.count)
            while low < high {
                let middle = (low + high) / 2
                if robots[middle].turn < turn { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    /// By node; nodes above the last one here have no robot.
    private(set) var groups: [Group] = []
    private var spots: [String: (node: Int, robot: Robot)] = [:]
    private var nextTurn = 0

    var count: Int { spots.count }

    /// Has a robot wait at a node. One that waits already keeps its turn, wherever it is now.
    mutating func put(_ id: String, at node: Int, capacity: Int, range: Int, batteryPercent: Int) {
        let known = spots[id]
        let robot = Robot(
            id: id, turn: known?.robot.turn ?? nextTurn, capacity: capacity, range: range,
            batteryPercent: batteryPercent)
        if let known {
            if known.node == node, known.robot == robot { return }
            groups[known.node].remove(turn: robot.turn)
        } else {
            nextTurn += 1
        }
        while groups.count <= node { groups.append(Group()) }
        groups[node].insert(robot)
        spots[id] = (node, robot)
    }

    mutating func remove(_ id: String) {
        guard let known = spots.removeValue(forKey: id) else { return }
        groups[known.node].remove(turn: known.robot.turn)
    }
}
