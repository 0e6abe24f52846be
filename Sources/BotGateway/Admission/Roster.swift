import Messages
import Wire

/// Who may open sessions besides the robots that staff have registered.
public enum RosterPolicy: String, Sendable, Hashable, CaseIterable {
    /// Any robot with a good certificate, unless staff have retired it. Depot registers it when it comes.
    case open
    /// Nobody else.
    case closed
}

/// Which robots may open sessions, read from Depot's log: a pure value.
///
/// A robot that is being retired may come and go until it has finished what it has; one that was declared lost may come
/// too, since somebody may be looking for it, and gets no work until it is registered again.
struct Roster: Sendable, Hashable {
    enum Standing: Sendable, Hashable {
        case registered
        case retired
    }

    let policy: RosterPolicy
    /// Every robot that Depot has ever known.
    private(set) var standings: [String: Standing]

    init(policy: RosterPolicy) {
        self.policy = policy
        standings = [:]
    }

    /// Returns the robot that may not be here any more since this event; nil: none.
    mutating func apply(_ event: DepotV1.Event) -> String? {
        switch event.kind {
        case .botRegistered(let registered):
            // A retired robot that only changed its card stays retired.
            if standings[registered.botID] == nil { standings[registered.botID] = .registered }
        case .botReinstated(let reinstated): standings[reinstated.botID] = .registered
        case .botRetired(let retired):
            standings[retired.botID] = .retired
            return retired.botID
        default: break
        }
        return nil
    }

    /// Why the robot may not open a session; nil when it may.
    func refusal(of bot: String) -> WireStatus? {
        switch standings[bot] {
        case .registered: nil
        case .retired:
            WireStatus(
                .permissionDenied,
                "the robot '\(bot)' is retired: to have it back at work, staff register it again "
                    + "(mallbots fleet register \(bot))")
        case nil where policy == .closed:
            WireStatus(
                .permissionDenied,
                "the robot '\(bot)' is not in the roster: to let it in, staff register it "
                    + "(mallbots fleet register \(bot) --capacity UNITS)")
        case nil: nil
        }
    }

    // MARK: Snapshot

    /// The robots of one standing, by id.
    func names(_ standing: Standing) -> [String] {
        standings.filter { $0.value == standing }.keys.sorted()
    }

    /// Begins with what an earlier life has kept.
    mutating func restore(registered: [String], retired: [String]) {
        standings = [:]
        for bot in registered { standings[bot] = .registered }
        for bot in retired { standings[bot] = .retired }
    }
}
