import Synchronization

/// The mall's docks, shared by the bodies of a fleet.
final class DockBox: Sendable {
    let board = Mutex(DockBoard())
}

/// One robot's faults through all its lives, with the clock that they go by.
final class FaultBox: Sendable {
    private let plan: Mutex<FaultPlan>
    private let started = ContinuousClock.now

    init(_ plan: FaultPlan) { self.plan = Mutex(plan) }

    private var now: Int64 { Int64((ContinuousClock.now - started) / .milliseconds(1)) }

    func note(_ moment: FaultMoment) { plan.withLock { $0.note(moment, at: now) } }
    func take() -> Fault? { plan.withLock { $0.take(at: now) } }

    /// Until `take` may have something; nil: nothing is planned.
    var untilNext: Duration? { plan.withLock { $0.nextDue }.map { .milliseconds($0 - now) } }

    /// How often each kind and each rule of the scenario has struck.
    var struck: (kinds: [FaultKind: Int], rules: [Int]) { plan.withLock { ($0.counts, $0.struck) } }
}

/// The mall's map, fetched once for a whole fleet.
actor MapKeeper {
    private var fetching: Task<MallGraph, any Error>?

    /// The map; fetched by whoever comes first, and again by the next when that failed.
    func map(_ fetch: @escaping @Sendable () async throws -> MallGraph) async throws -> MallGraph {
        while true {
            try Task.checkCancellation()
            let mine = fetching == nil
            let task = fetching ?? Task { try await fetch() }
            fetching = task
            let result = await withTaskCancellationHandler {
                await task.result
            } onCancel: {
                if mine { task.cancel() }
            }
            switch result {
            case .success(let map): return map
            case .failure(let error):
                if fetching == task { fetching = nil }
                if mine { throw error }
            }
        }
    }
}
