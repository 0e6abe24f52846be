import Kernel
import Messages
import OrderedCollections

/// Queued tasks that have become too large: they were cut for a robot that is gone, or before any was known.
extension DepotCore {
    /// Cuts tasks that no robot online can carry into ones that the largest can, once they have waited for a while: the
    /// large robot may only have lost its connection.
    ///
    /// The parts are as old as the task. One with a single unit stays as it is.
    func cutAnew(now unixMs: Int64) -> [Kind] {
        let capacity = taskCapacity
        guard plans.largestCuttable > Int(capacity) else { return [] }
        var events: [Kind] = []
        var made: [String: Int] = [:]
        for id in queued.names {
            guard let size = plans[id]?.size, size > Int(capacity), let task = tasks[id], let list = lists[task.listID],
                unixMs - task.queuedUnixMs >= policy.cutAnewSeconds * 1_000
            else { continue }
            let parts = ListSplitter.split(task.openStops, capacity: capacity)
            if parts.count < 2 { continue }
            for part in parts {
                made[list.id, default: list.taskIDs.count] += 1
                events.append(
                    .taskQueued(
                        .init(
                            taskID: "\(list.id)/\(made[list.id, default: 0])", listID: list.id, stops: part,
                            queuedUnixMs: task.queuedUnixMs, splitFromTaskID: id)))
            }
            // In the end: a list without an open task would be complete.
            events.append(
                .taskCanceled(
                    .init(taskID: id, listID: list.id, reason: "no robot carries \(size) units: cut into smaller ones"))
            )
        }
        return events
    }
}

/// What is worked out for each queued task, so that a dispatch has to look at no task itself.
struct Plans: Sendable {
    struct Plan: Sendable {
        /// The ways through its stops; nil when the mall lacks one of their nodes.
        var trip: Trip?
        /// What it takes of a robot's capacity.
        let size: Int
        /// It has more than one unit.
        let isCuttable: Bool
    }

    private var plans: [String: Plan] = [:]
    /// How many tasks there are of each size, and of those that can be cut.
    private var sizes: [Int: Int] = [:]
    private var cuttableSizes: [Int: Int] = [:]

    subscript(taskID: String) -> Plan? { plans[taskID] }

    /// 0 when there is none.
    var largestCuttable: Int { cuttableSizes.keys.max() ?? 0 }

    /// nil when nothing is queued.
    var smallest: Int? { sizes.keys.min() }

    mutating func set(_ plan: Plan, for taskID: String) {
        remove(taskID)
        plans[taskID] = plan
        sizes[plan.size, default: 0] += 1
        if plan.isCuttable { cuttableSizes[plan.size, default: 0] += 1 }
    }

    mutating func remove(_ taskID: String) {
        guard let plan = plans.removeValue(forKey: taskID) else { return }
        Plans.uncount(plan.size, in: &sizes)
        if plan.isCuttable { Plans.uncount(plan.size, in: &cuttableSizes) }
    }

    private static func uncount(_ size: Int, in counts: inout [Int: Int]) {
        let count = (counts[size] ?? 0) - 1
        counts[size] = count > 0 ? count : nil
    }
}
