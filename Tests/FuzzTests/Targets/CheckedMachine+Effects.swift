import Messages

@testable import Wire

// What a machine wants done, held against the model.
extension CheckedMachine {
    /// Holds what the machine wants done against the model. `ended` is a call that its handler's status has ended.
    mutating func settle(ended: UInt32? = nil) throws {
        let before = calls.count
        let effects = machine.takeEffects()
        try always(effects.count <= 8 + 4 * (before + 1), "\(effects.count) effects with \(before) calls")
        let wasClosed = isClosed
        for effect in effects {
            try always(!wasClosed && !isClosed, "\(effect) after the connection's end")
            try apply(effect)
        }
        if effects.contains(.collectGrants), !isClosed {
            machine.shed(now: time)
            try settle()
        }
        if let ended { calls[ended] = nil }
        if machine.phase == .closed {
            isClosed = true
            try always(calls.isEmpty, "streams \(streams) outlive their connection")
            try always(machine.nextTimer == nil, "a closed connection has a timer")
        }
        try compare()
    }

    private mutating func apply(_ effect: ConnectionEffect) throws {
        switch effect {
        case .write(let frame): try wrote(frame)
        case .ready:
            try always(!isReady, "ready twice")
            isReady = true
            // Calls that began before had the default.
            for id in calls.keys { calls[id]?.sendCredit += peerCredit - 65_536 }
        case .begin(let id, _, _):
            try always(role == .server && isReady, "a call begins out of time")
            try always(id > lastStream && calls[id] == nil, "stream \(id) begins after stream \(lastStream)")
            lastStream = id
            calls[id] = Call(receiveCredit: machine.limits.initialCreditBytes, sendCredit: peerCredit)
            handlers += 1
            try always(calls.count <= machine.limits.maxStreams, "\(calls.count) calls at once")
            try always(handlers <= 2 * machine.limits.maxStreams, "\(handlers) handlers at once")
        case .headers(let id, let metadata):
            guard role == .client, let call = calls[id] else { throw FuzzFinding(description: "Headers for \(id)") }
            try always(!call.isPastHeaders, "Headers too late on stream \(id)")
            try always(
                MetadataRules.problem(metadata, machine.limits) == nil, "bad metadata")
            calls[id]?.isPastHeaders = true
        case .end(let id):
            guard let call = calls[id] else { throw FuzzFinding(description: "the end of \(id), which is over") }
            try always(!call.hasEnded, "stream \(id) ends twice")
            calls[id]?.hasEnded = true
        case .over(let id, _):
            try always(calls.removeValue(forKey: id) != nil, "stream \(id) is over twice")
        case .writable(let id):
            guard let call = calls[id] else { throw FuzzFinding(description: "stream \(id) is over and writable") }
            try always(call.isBlocked && call.sendCredit > 0, "stream \(id) is writable for nothing")
            calls[id]?.isBlocked = false
        case .roomForCalls: try always(role == .client, "a server has room for calls")
        case .goingAway: try always(role == .client, "a client goes away")
        case .collectGrants: try always(role == .server && machine.held > machine.limits.maxBufferedBytes, "\(effect)")
        case .refused(let reason, let detail): refusals.append((reason, detail))
        case .close: isClosed = true
        }
    }

    /// A frame must make sense to a peer that has seen all before it.
    private mutating func wrote(_ frame: WireV1.Frame) throws {
        if case .hello = frame.kind {
            try always(!hasWritten, "Hello is not the first frame")
        } else {
            try always(hasWritten, "the first frame is \(frame)")
        }
        hasWritten = true
        let id = frame.streamID
        switch frame.kind {
        case .hello, .ping, .goAway: try always(id == 0, "\(frame)")
        case .open:
            try always(role == .client && id == lastStream && calls[id] != nil, "\(frame)")
        case .status where role == .server && calls[id] == nil:
            // A call that was refused before it began.
            try always(id > lastStream, "a status for stream \(id), which is over")
            lastStream = id
        case .status, .reset:
            guard let call = calls[id] else { throw FuzzFinding(description: "\(frame), which is over") }
            if case .status = frame.kind {
                try always(role == .server, "a client writes a status")
            }
            // `sendStatus` has said so itself.
            if case .reset = frame.kind { try always(!call.isAnswered, "stream \(id) is answered twice") }
            calls[id]?.isAnswered = true
        case .headers, .credit, nil:
            guard let call = calls[id] else { throw FuzzFinding(description: "\(frame), which is over") }
            if case .headers = frame.kind { try always(role == .server, "a client writes headers") }
            try always(!call.isAnswered, "\(frame) after the answer")
        case .message: throw FuzzFinding(description: "a message as an effect")
        }
        outgoing.append(.frame(frame))
    }

    /// The model's account against the machine's, and the bounds on what a connection keeps.
    private func compare() throws {
        let held = machine.streams.values.reduce(0) { $0 + $1.held }
        try always(machine.held == held, "\(machine.held) bytes are held where streams hold \(held)")
        try always(role == .client || held <= machine.limits.maxBufferedBytes, "\(held) bytes are held")
        try always(machine.streams.count == calls.count, "\(machine.streams.count) streams, \(calls.count) calls")
        try always(machine.handlers == handlers, "\(machine.handlers) handlers are counted where there are \(handlers)")
        try always(
            machine.pendingDeadlines <= 2 * machine.streams.count + 65, "\(machine.pendingDeadlines) deadlines are kept"
        )
        for (id, call) in calls {
            guard let stream = machine.streams[id] else { throw FuzzFinding(description: "stream \(id) is gone") }
            try always(
                stream.receiveCredit > -machine.limits.maxFrameBytes, "stream \(id) takes without credit")
            try always(
                stream.sendCredit == call.sendCredit,
                "stream \(id): \(stream.sendCredit) to send, not \(call.sendCredit)")
            try always(stream.sendCredit > 0 ? !call.isBlocked : true, "stream \(id) waits with credit")
        }
    }
}
