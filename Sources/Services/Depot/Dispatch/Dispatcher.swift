import HeapModule

/// Matches waiting robots with queued tasks, a batch at a time.
///
/// Pairs are made in the order of the way that the robot has to make for the task, less a credit for the task's age;
/// so near pairs come first, and a task that waits becomes the first of all sooner or later. Robots that stand at the
/// same node are one group, so the work is in tasks times occupied nodes, not tasks times robots. The result depends
/// on nothing but the input; ties go to the task, then the robot, that comes first.
struct Dispatcher {
    /// A robot that has asked for a task.
    struct Bot {
        var id: String
        var node: Int
        var capacity: Int
        /// How far its battery carries it, in millimetres.
        var range: Int
    }

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

    /// A robot's and a job's index, and the job's trip entry that suits the robot best.
    struct Match: Hashable {
        var bot: Int
        var job: Int
    }

    /// What one batch comes to.
    struct Outcome {
        /// In the order in which they were made.
        var matches: [Match] = []
        /// Jobs that none of the robots could take, even when all were free.
        var blocked: [Int] = []
    }

    private let bots: [Bot]
    private let jobs: [Job]
    private let toDock: Int
    private let marginPercent: Int
    private var groups: [Group] = []
    private var taken: [Bool]

    /// - Parameters:
    ///   - bots: In the order in which they asked.
    ///   - jobs: In the order in which they were queued.
    static func match(bots: [Bot], jobs: [Job], graph: MallGraph, marginPercent: Int) -> Outcome {
        var dispatcher = Dispatcher(bots: bots, jobs: jobs, graph: graph, marginPercent: marginPercent)
        return dispatcher.run()
    }

    private init(bots: [Bot], jobs: [Job], graph: MallGraph, marginPercent: Int) {
        self.bots = bots
        self.jobs = jobs
        toDock = graph.distanceToDock(from: graph.depot)
        self.marginPercent = marginPercent
        taken = Array(repeating: false, count: bots.count)
        var groupAt: [Int: Int] = [:]
        for (index, bot) in bots.enumerated() {
            if let group = groupAt[bot.node] {
                groups[group].bots.append(index)
            } else {
                groupAt[bot.node] = groups.count
                groups.append(Group(node: bot.node, bots: [index]))
            }
        }
        for index in groups.indices { measure(&groups[index]) }
    }

    private mutating func run() -> Outcome {
        var outcome = Outcome()
        var heap = Heap<Candidate>()
        for job in jobs.indices {
            if let candidate = best(for: job) {
                heap.insert(candidate)
            } else {
                outcome.blocked.append(job)
            }
        }
        while outcome.matches.count < bots.count, let candidate = heap.popMin() {
            if taken[candidate.bot] {
                // Another job got that robot: this one's next best comes back into the queue.
                if let next = best(for: candidate.job) { heap.insert(next) }
                continue
            }
            taken[candidate.bot] = true
            outcome.matches.append(Match(bot: candidate.bot, job: candidate.job))
            removeTaken(from: candidate.group)
        }
        return outcome
    }

    private func best(for index: Int) -> Candidate? {
        let job = jobs[index]
        if job.trip.entries.isEmpty { return nil }
        let shortest = job.trip.shortest
        var best: Candidate?
        for (groupIndex, group) in groups.enumerated() where !group.bots.isEmpty && group.capacity >= job.size {
            let length = job.trip.length(from: group.node)
            let needed = rangeNeeded(forTrip: length)
            guard group.range >= needed else { continue }
            let cost = length - shortest - job.credit
            // On equal cost the robot that asked first goes, so an equal group is looked at too.
            if let best, best.cost < cost { continue }
            let fitting = group.bots.first { bot in
                !taken[bot] && bots[bot].capacity >= job.size && bots[bot].range >= needed
                    && !job.excluded.contains(bots[bot].id)
            }
            guard let bot = fitting else { continue }
            let candidate = Candidate(cost: cost, job: index, bot: bot, group: groupIndex)
            if best.map({ candidate < $0 }) ?? true { best = candidate }
        }
        return best
    }

    /// The range that a robot needs for a trip that ends at the depot: the trip, the way to a dock, and a margin.
    private func rangeNeeded(forTrip length: Int) -> Int {
        let whole = length + toDock
        return whole + whole * marginPercent / 100
    }

    private mutating func removeTaken(from index: Int) {
        groups[index].takenCount += 1
        // Swept when half are gone, so that a sweep costs no more than the takings before it.
        if groups[index].takenCount * 2 >= groups[index].bots.count {
            groups[index].bots.removeAll { taken[$0] }
            groups[index].takenCount = 0
            measure(&groups[index])
        }
    }

    private func measure(_ group: inout Group) {
        group.capacity = group.bots.reduce(0) { max($0, bots[$1].capacity) }
        group.range = group.bots.reduce(0) { max($0, bots[$1].range) }
    }

    /// The robots at one node, in the order in which they asked.
    private struct Group {
        var node: Int
        var bots: [Int]
        var takenCount = 0
        /// The largest of the robots', so that a group that is too weak as a whole is passed over at once.
        var capacity = 0
        var range = 0
    }

    private struct Candidate: Comparable {
        var cost: Int
        var job: Int
        var bot: Int
        var group: Int

        static func < (one: Candidate, other: Candidate) -> Bool {
            (one.cost, one.job, one.bot) < (other.cost, other.job, other.bot)
        }
    }
}
