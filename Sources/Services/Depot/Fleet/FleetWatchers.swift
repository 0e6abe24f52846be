import Messages
import Synchronization

/// Who follows the fleet, and which robots and tasks have changed since each of them last looked.
///
/// A slow follower costs a set of names. Safe to use from any thread.
final class FleetWatchers: Sendable {
    /// Robots and tasks, by id.
    struct Changes {
        var bots: Set<String> = []
        var tasks: Set<String> = []
    }

    private struct Follower {
        var changes = Changes()
        let wake: AsyncStream<Void>.Continuation
    }

    private struct State {
        var followers: [Int: Follower] = [:]
        var next = 0
        var isFinished = false
    }

    private let state = Mutex(State())

    /// Begin to follow before reading the present state, or a change in between is missed.
    /// - Returns: The follower's number, and a sequence that has a value when there are changes to take. It ends when
    ///   the depot stops.
    func follow() -> (number: Int, wakes: AsyncStream<Void>) {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.next += 1
            if state.isFinished { wake.finish() } else { state.followers[state.next] = Follower(wake: wake) }
            return state.next
        }
        return (number, wakes)
    }

    func unfollow(_ number: Int) { state.withLock { _ = $0.followers.removeValue(forKey: number) } }

    /// What has changed since this was last asked.
    func take(_ number: Int) -> Changes {
        state.withLock { state in
            defer { state.followers[number]?.changes = Changes() }
            return state.followers[number]?.changes ?? Changes()
        }
    }

    /// These have happened.
    func note(_ events: [DepotV1.Event.Kind]) {
        state.withLock { state in
            for number in state.followers.keys {
                for event in events {
                    if let bot = event.changedBot { state.followers[number]?.changes.bots.insert(bot) }
                    if let task = event.changedTask { state.followers[number]?.changes.tasks.insert(task) }
                }
                state.followers[number]?.wake.yield()
            }
        }
    }

    /// Ends all sequences: nothing more will happen.
    func finish() {
        let followers = state.withLock { state in
            defer { state.followers = [:] }
            state.isFinished = true
            return Array(state.followers.values)
        }
        for follower in followers { follower.wake.finish() }
    }
}

extension DepotV1.Event.Kind {
    /// The robot that looks different after this; nil: none.
    var changedBot: String? {
        switch self {
        case .taskRequeued(let event): event.botID
        case .taskLeftInCustody(let event): event.botID
        case .taskCanceled(let event): event.botID
        case .botRegistered(let event): event.botID
        case .botOffline(let event): event.botID
        case .botRetiring(let event): event.botID
        case .botRetired(let event): event.botID
        case .botLost(let event): event.botID
        case .botReinstated(let event): event.botID
        case .botSilent(let event): event.botID
        case .botHeard(let event): event.botID
        case .botLow(let event): event.botID
        case .directiveIssued(let event): event.botID
        default: signOfLife?.botID
        }
    }

    /// The task that looks different after this; nil: none.
    var changedTask: String? {
        switch self {
        case .taskQueued(let event): event.taskID
        case .taskAssigned(let event): event.taskID
        case .taskAccepted(let event): event.taskID
        case .stopReached(let event): event.taskID
        case .itemPicked(let event): event.taskID
        case .itemUnavailable(let event): event.taskID
        case .stopDone(let event): event.taskID
        case .taskDelivered(let event): event.taskID
        case .taskRequeued(let event): event.taskID
        case .taskLeftInCustody(let event): event.taskID
        case .taskCanceled(let event): event.taskID
        case .directiveIssued(let event):
            if case .cancelTask(let cancel)? = event.message?.body { cancel.taskID } else { nil }
        default: nil
        }
    }
}
