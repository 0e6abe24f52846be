import HeapModule

/// Matches waiting robots with queued tasks, a batch at a time.
///
/// Pairs are made in the order of the way that the robot has to make for the task, less a credit for the task's age;
/// so near pairs come first, and a task that waits becomes the first of all sooner or later. Robots that stand at the
/// same node are one group, so the work is in tasks times occupied nodes, not tasks times robots. The result depends
/// on nothing but the input; ties go to the task, then the node, that comes first, and there to the robot that asked first.
struct Dispatcher {
    /// A task that waits for a robot.
    struct Job {
        var trip: Trip
        /// What it takes of a robot's capacity.
        var size: Int
        /// What its age is worth, in millimetres.
        var credit: Int
        /// Robots that may not have it.
        var excluded: [String]
    }

    /// Which robot, at which node, gets which of the jobs.
    struct Match {
        var robot: WaitingRobots.Robot
        var node: Int
        var job: Int
    }

    /// What one batch comes to.
    struct Outcome {
        /// In the order in which they were made.
        var matches: [Match] = []
        /// Jobs that none of the robots could take, even when all that were free before the batch were.
        var blocked: [Int] = []
    }

    /// How many robots are free yet.
    private(set) var free: Int
    private let toDock: Int
    private let marginPercent: Int
    /// The occupied nodes, lowest first.
    private var groups: [Group]

    init(_ waiting: WaitingRobots, graph: MallGraph, marginPercent: Int) {
        free = waiting.count
        toDock = graph.distanceToDock(from: graph.depot)
        self.marginPercent = marginPercent
        groups = waiting.groups.enumerated().compactMap { node, group in
            group.robots.isEmpty ? nil : Group(node: node, group)
        }
    }

    /// No free robot carries more than this.
    var largestCapacity: Int { groups.reduce(0) { max($0, $1.capacity) } }

    /// Those of the robots that are free yet, in the order in which they asked.
    func left(where isWanted: (WaitingRobots.Robot) -> Bool) -> [WaitingRobots.Robot] {
        groups.flatMap { group in group.free(where: isWanted) }.sorted { $0.turn < $1.turn }
    }

    /// - Parameter jobs: In the order in which they were queued.
    mutating func match(_ jobs: [Job]) -> Outcome {
        var outcome = Outcome()
        var heap = Heap<Candidate>()
        for job in jobs.indices {
            if let candidate = best(for: jobs[job], job) {
                heap.insert(candidate)
            } else {
                outcome.blocked.append(job)
            }
        }
        while free > 0, let candidate = heap.popMin() {
            let job = jobs[candidate.job]
            guard let index = groups[candidate.group].first(for: job, range: candidate.range) else {
                // Others got the robots there: this job's next best comes back into the queue.
                if let next = best(for: job, candidate.job) { heap.insert(next) }
                continue
            }
            let robot = groups[candidate.group].take(index)
            free -= 1
            outcome.matches.append(Match(robot: robot, node: groups[candidate.group].node, job: candidate.job))
        }
        groups.removeAll(where: \.isEmpty)
        return outcome
    }

    private func best(for job: Job, _ number: Int) -> Candidate? {
        if job.trip.entries.isEmpty { return nil }
        let base = job.trip.shortest + job.credit
        var best: Candidate?
        for index in groups.indices where groups[index].capacity >= job.size {
            let length = job.trip.length(from: groups[index].node)
            let cost = length - base
            if let best, best.cost <= cost { continue }
            let range = Dispatcher.rangeNeeded(forTrip: length, toDock: toDock, marginPercent: marginPercent)
            if groups[index].first(for: job, range: range) == nil { continue }
            best = Candidate(cost: cost, job: number, group: index, range: range)
        }
        return best
    }

    /// The range that a robot needs for a trip that ends at the depot: the trip, the way to a dock, and a margin.
    static func rangeNeeded(forTrip length: Int, toDock: Int, marginPercent: Int) -> Int {
        let whole = length + toDock
        return whole + whole * marginPercent / 100
    }

    /// The robots at one node, and which of them are taken.
    private struct Group {
        let node: Int
        private let robots: [WaitingRobots.Robot]
        /// Those before this are taken, and the ones in the set.
        private var start = 0
        private var taken: Set<Int> = []
        /// None that is free carries more or gets farther.
        private(set) var capacity: Int
        private let range: Int

        init(node: Int, _ group: WaitingRobots.Group) {
            self.node = node
            robots = group.robots
            (capacity, range) = (group.capacity, group.range)
        }

        var isEmpty: Bool { start == robots.count }

        func free(where isWanted: (WaitingRobots.Robot) -> Bool) -> [WaitingRobots.Robot] {
            (start..<robots.count).filter { isWanted(robots[$0]) && !taken.contains($0) }.map { robots[$0] }
        }

        /// The first free robot that can do a job.
        func first(for job: Job, range needed: Int) -> Int? {
            if range < needed { return nil }
            return (start..<robots.count).first { index in
                robots[index].capacity >= job.size && robots[index].range >= needed && !taken.contains(index)
                    && !job.excluded.contains(robots[index].id)
            }
        }

        mutating func take(_ index: Int) -> WaitingRobots.Robot {
            if index == start { start += 1 } else { taken.insert(index) }
            while taken.remove(start) != nil { start += 1 }
            if isEmpty { capacity = -1 }
            return robots[index]
        }
    }

    private struct Candidate: Comparable {
        var cost: Int
        var job: Int
        var group: Int
        /// What the robot's battery must be good for.
        var range: Int

        static func < (one: Candidate, other: Candidate) -> Bool {
            (one.cost, one.job) < (other.cost, other.job)
        }
    }
}
