import HeapModule
import Messages

// Time passing.
extension ConnectionMachine {
    /// When `timerFired` is due. It may be early: firing then does nothing but make this later.
    var nextTimer: MonotonicTime? {
        guard phase != .closed, phase != .new else { return nil }
        var next: MonotonicTime?
        func consider(_ time: MonotonicTime?) {
            guard let time else { return }
            if let earliest = next, earliest <= time { return }
            next = time
        }
        consider(handshakeDeadline)
        consider(stallDeadline)
        consider(drainDeadline)
        consider(deadlines.min?.time)
        consider(keepaliveTime)
        consider(idleTime)
        return next
    }

    /// Deadlines kept, those of calls that are over included.
    var pendingDeadlines: Int { deadlines.count }

    private var keepaliveTime: MonotonicTime? {
        guard phase == .open, settings.keepalive > 0 else { return nil }
        return pongDeadline ?? lastHeard.advanced(by: settings.keepalive)
    }

    private var idleTime: MonotonicTime? {
        guard phase == .open, role == .server, settings.idleTimeout > 0, !hasSentGoAway else { return nil }
        return idleSince?.advanced(by: settings.idleTimeout)
    }

    /// Does whatever is due.
    mutating func timerFired(now: MonotonicTime) {
        guard phase != .closed, phase != .new else { return }
        if let time = handshakeDeadline, time <= now {
            return fail(.handshakeTimeout, .unavailable, "no Hello within \(limits.handshakeTimeout)")
        }
        if let time = stallDeadline, time <= now {
            return fail(.slowReader, .unavailable, "nothing was read for \(limits.stalledWriteTimeout)")
        }
        while let first = deadlines.min, first.time <= now {
            deadlines.removeMin()
            deadlinePassed(first.stream, now: now)
        }
        if let time = drainDeadline, time <= now { return endDrain(now: now) }
        if let time = idleTime, time <= now {
            effects.append(.refused(.idle, detail: "no calls for \(limits.idleTimeout)"))
            return drain("idle", code: .ok, reconnectAfterMs: 0, grace: .zero, now: now)
        }
        if let time = keepaliveTime, time <= now { keepalive(now: now) }
    }

    private mutating func keepalive(now: MonotonicTime) {
        if pongDeadline != nil {
            return fail(.keepaliveTimeout, .unavailable, "a ping was not answered within \(limits.keepaliveTimeout)")
        }
        pongDeadline = now + limits.keepaliveTimeout
        effects.append(
            .write(WireV1.Frame(kind: .ping(WireV1.Ping(opaque: UInt64(bitPattern: now.nanoseconds))))))
    }

    private mutating func deadlinePassed(_ id: UInt32, now: MonotonicTime) {
        guard streams[id] != nil else { return }
        abandon(id, .deadlineExceeded, "the deadline has passed", now: now)
    }

    private mutating func endDrain(now: MonotonicTime) {
        drainDeadline = nil
        let why = role == .server ? "the server is going away" : "the client is going away"
        for id in streams.keys.sorted() {
            effects.append(.write(WireV1.Frame(streamID: id, kind: .reset(.init(code: .unavailable, message: why)))))
            effects.append(
                .over(stream: id, WireV1.Status(code: .unavailable, message: "the connection is being closed")))
            remove(id, now: now)
        }
        closeIfDone()
    }
}
