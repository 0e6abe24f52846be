import Messages

@testable import Wire

/// A machine under attack: bytes go through the frame decoder into it, as the shell does it, and what it does is noted.
struct Victim {
    typealias Kind = WireV1.Frame.Kind

    var machine: ConnectionMachine
    var time = MonotonicTime(nanoseconds: 1_000_000_000)
    /// Everything that the machine did so far.
    var effects: [ConnectionEffect] = []
    /// How many messages were for a call's consumer, by stream.
    var delivered: [UInt32: Int] = [:]
    private var inbox: [UInt8] = []

    /// A machine that waits for Hello.
    init(_ role: ConnectionMachine.Role, limits: WireLimits) {
        machine = ConnectionMachine(role: role, limits: limits, agent: "victim")
        machine.start(since: time, now: time)
        note()
    }

    mutating func note() {
        for effect in machine.takeEffects() {
            effects.append(effect)
            // Nothing that was consumed waits to be told: every grant of these tests is told at once.
            if effect == .collectGrants { machine.shed(now: time) }
        }
        if !machine.effects.isEmpty { note() }
    }

    // MARK: What the peer sends

    mutating func bytes(_ bytes: [UInt8]) {
        inbox += bytes
        machine.heard(now: time)
        var consumed = 0
        inbox.withUnsafeBytes { buffer in
            do throws(FrameError) {
                while machine.phase != .closed,
                    let (frame, length) = try FrameDecoder.decode(
                        UnsafeRawBufferPointer(rebasing: buffer[consumed...]),
                        maxFrameBytes: machine.limits.maxFrameBytes)
                {
                    consumed += length
                    take(frame)
                }
            } catch {
                machine.received(error)
            }
        }
        inbox.removeFirst(consumed)
        note()
    }

    private mutating func take(_ frame: DecodedFrame) {
        switch frame {
        case .message(let id, let payload, let end): take(id, payload.count, end: end)
        case .other(let frame):
            if case .message(let payload)? = frame.kind {
                take(frame.streamID, payload.count, end: frame.end)
            } else {
                machine.received(frame, now: time)
            }
        }
        note()
    }

    private mutating func take(_ id: UInt32, _ count: Int, end: Bool) {
        guard case .deliver = machine.receivedMessage(id, payloadBytes: count, end: end) else { return }
        delivered[id, default: 0] += 1
    }

    /// One frame's body, as it is, behind its length.
    mutating func body(_ body: [UInt8]) { bytes(Self.prefixed(body)) }

    mutating func frame(_ kind: Kind?, on stream: UInt32 = 0, end: Bool = false) {
        bytes(FrameEncoder.encode(.init(streamID: stream, kind: kind, end: end)))
    }

    mutating func hello(_ low: UInt32 = 1, _ high: UInt32 = 1, agent: String = "hostile") {
        frame(.hello(.init(minVersion: low, maxVersion: high, agent: agent)))
    }

    mutating func open(_ id: UInt32, timeoutMs: UInt32 = 0, _ metadata: [WireV1.MetadataEntry] = [], end: Bool = false)
    {
        frame(.open(.init(method: "/a.B/C", timeoutMs: timeoutMs, metadata: metadata)), on: id, end: end)
    }

    mutating func message(_ id: UInt32, bytes count: Int = 100, end: Bool = false) {
        frame(.message(Array(repeating: 7, count: count)), on: id, end: end)
    }

    static func prefixed(_ body: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt32(body.count).bigEndian, Array.init) + body
    }

    // MARK: What time and the victim's own side do

    mutating func wait(_ duration: Duration) {
        time = time + duration
        machine.timerFired(now: time)
        note()
    }

    /// The application took everything that a call has received.
    mutating func consume(_ id: UInt32) {
        if let held = machine.streams[id]?.held { machine.grant(id, bytes: held) }
        note()
    }

    mutating func unwritable() { machine.writability(false, now: time) }

    mutating func answer(_ id: UInt32, _ code: WireV1.Code = .ok) {
        machine.sendStatus(id, .init(code: code), now: time)
        machine.handlerEnded()
        note()
    }

    /// A client's own call.
    mutating func call(timeout: Duration? = nil) {
        _ = machine.open(.init(method: "/a.B/C"), deadline: timeout.map { time + $0 }, now: time)
        note()
    }

    mutating func cancel(_ id: UInt32) {
        machine.abandon(id, .cancelled, "cancelled by the caller", now: time)
        note()
    }

    // MARK: What became of it

    var refusals: [WireRefusal] {
        effects.compactMap { if case .refused(let reason, _) = $0 { reason } else { nil } }
    }

    var written: [WireV1.Frame] {
        effects.compactMap { if case .write(let frame) = $0 { frame } else { nil } }
    }

    var goAways: [WireV1.GoAway] {
        written.compactMap { if case .goAway(let goAway)? = $0.kind { goAway } else { nil } }
    }

    var begun: [UInt32] {
        effects.compactMap { if case .begin(let id, _, _) = $0 { id } else { nil } }
    }

    var closes: Int { effects.count { if case .close = $0 { true } else { false } } }

    func ends(of id: UInt32) -> [WireV1.Code] {
        effects.compactMap { if case .over(id, let status) = $0 { status.code } else { nil } }
    }

    /// What the peer was told of a call's end.
    func told(of id: UInt32) -> [WireV1.Code] {
        written.compactMap { frame in
            guard frame.streamID == id else { return nil }
            switch frame.kind {
            case .status(let status): return status.code
            case .reset(let reset): return reset.code
            default: return nil
            }
        }
    }
}
