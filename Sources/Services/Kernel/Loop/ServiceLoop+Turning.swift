/// A loop that is turned by hand in place of `run()`: a simulation does everything on one thread. Whoever turns it owns it,
/// and never runs it.
extension ServiceLoop {
    /// Whether somebody waits for a turn.
    var isAsked: Bool { mailbox.count > 0 }

    /// What `run()` does again and again; true when more waits. `isLast`: as before the loop stops.
    func turn(isLast: Bool = false) -> Bool {
        let worker = worker.value
        return worker.turn(mailbox.take(limit: worker.options.commandsPerBatch).items, isLast: isLast)
    }

    /// When a turn is worthwhile though nobody asks for one.
    var nextWake: Timestamp? { worker.value.nextWake }

    /// The state between two turns.
    var core: Core { worker.value.core }
}
