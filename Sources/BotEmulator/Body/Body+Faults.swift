import Messages

// What goes wrong with a body.
extension Body {
    /// A body that stands still and needs a person.
    struct Trouble: Sendable, Hashable {
        let code: String
        let message: String
        /// When somebody has helped.
        let until: Int64
        /// It was reported, and has to be cleared.
        var isSaid = false
    }

    /// The code of a battery that is flat.
    static let flatCode = "battery"

    /// Its battery is flat: it cannot speak either.
    var isFlat: Bool { trouble?.code == Self.flatCode }

    /// A fault strikes; those that do not concern a body do nothing.
    ///
    /// - Parameter lastsMs: in simulated milliseconds.
    mutating func suffer(_ fault: Fault, lastsMs: Int64) {
        switch fault.kind {
        case .outOfStock: shortages += 1
        case .decline: willDecline = true
        case .abandon: willAbandon = true
        case .battery:
            rangeMm = min(rangeMm, parameters.fullRangeMm * fault.percent / 100)
            rescueMs = lastsMs
        case .needsHelp: standStill(Trouble(code: "blocked", message: "cannot move on", until: now + lastsMs))
        case .drop, .crash, .stall, .duplicate, .clockSkew: break
        }
    }

    private mutating func standStill(_ trouble: Trouble) {
        guard self.trouble == nil else { return }
        self.trouble = trouble
        // What was being done is done again, from where it was before. A dock charges without help.
        if case .charge = activity?.kind { return }
        activity = nil
    }

    /// A battery without anything in it stops the body wherever it is, unless it has nothing to do and is at a dock.
    mutating func noticeFlatBattery() {
        guard rangeMm <= 0, trouble == nil else { return }
        if trip == nil, graph.docks.contains(where: { $0.node == node }) { return }
        standStill(Trouble(code: Self.flatCode, message: "the battery is empty", until: now + rescueMs))
    }

    /// What is to be done about its trouble.
    func step(in trouble: Trouble) -> Step {
        if !trouble.isSaid {
            return .report(
                .fault(BotsV1.Fault(code: trouble.code, message: trouble.message, needsHelp: true)))
        }
        return now < trouble.until ? .rest : .report(.faultCleared(BotsV1.FaultCleared(code: trouble.code)))
    }

    /// It has said so, now or before a restart: then help has come in the meantime.
    mutating func note(fault: BotsV1.Fault) {
        guard fault.needsHelp else { return }
        if trouble?.code == fault.code {
            trouble?.isSaid = true
        } else {
            trouble = Trouble(code: fault.code, message: fault.message, until: now, isSaid: true)
        }
    }

    /// Whoever helps a robot with a flat battery brings it to the nearest dock and charges it half.
    mutating func note(cleared code: String) {
        guard trouble?.code == code else { return }
        trouble = nil
        guard code == Self.flatCode else { return }
        node = graph.nearestDock(to: node)?.node ?? node
        rangeMm = max(rangeMm, parameters.fullRangeMm / 2)
    }
}
