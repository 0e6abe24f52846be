import HeapModule
import Messages

/// One Wire connection, client's or server's end, with all its streams: a value that is told what happens and says what
/// is to be done. It reads no clock and does no I/O; it never sees a payload, only how long it is.
///
/// Inputs are the methods. What is to be done comes back from `takeEffects()`, in order; what the hot path needs (may
/// this message be sent, is this one to be delivered) is returned at once. `nextTimer` says when `timerFired` is due.
struct ConnectionMachine {
    enum Role { case client, server }

    enum Phase: Hashable {
        /// Nothing has happened.
        case new
        /// Waiting for the peer's `Hello`. A client already makes calls, within the defaults.
        case handshaking
        case open
        /// Everything is over; inputs are ignored.
        case closed
    }

    /// One call.
    struct Stream {
        var sendCredit: Int
        var receiveCredit: Int
        /// What messages have cost that were received and not granted back.
        var held = 0
        /// A send was refused for want of credit.
        var isBlocked = false
        /// This side sends no more messages.
        var hasSentEnd = false
        /// The peer sends no more messages.
        var hasReceivedEnd = false
        /// The server's `Headers`, or a message of its, has come (client) or gone (server); after that there are none.
        var isPastHeaders = false
        var hasDeadline = false
    }

    struct Deadline: Comparable {
        var time: MonotonicTime
        var stream: UInt32

        static func < (left: Deadline, right: Deadline) -> Bool {
            (left.time, left.stream) < (right.time, right.stream)
        }
    }

    /// What both sides may count on before the other's `Hello`, and the least that a `Hello` can mean.
    enum Defaults {
        static let version: UInt32 = 1
        static let frameBytes = 65_536
        static let creditBytes = 65_536
        static let streams = 100
    }

    /// No stream's credit may exceed this.
    static let maxCredit = Int(Int32.max)

    let role: Role
    private(set) var settings: ConnectionSettings
    var limits: WireLimits { settings.limits }

    var phase = Phase.new
    var effects: [ConnectionEffect] = []

    var streams: [UInt32: Stream] = [:]
    /// The highest stream that was opened, by either side's account.
    var lastStream: UInt32 = 0
    /// Server: handlers that have not returned, those of calls that are over included.
    var handlers = 0
    /// A call was refused for want of streams; say when there is room.
    var someoneWaitsForRoom = false

    /// What the streams hold together.
    var held = 0
    /// What may still arrive for streams that are over: the credit that the peer had on them.
    var lateCredit = 0
    /// And how many of them the peer has not yet ended by itself.
    var lateEnds = 0
    var peerFrameBytes = Defaults.frameBytes
    var peerCredit = Defaults.creditBytes
    var peerStreams = Defaults.streams
    var peerKeepaliveMs: UInt32 = 0

    var hasSentHello = false
    var hasSentGoAway = false
    var hasReceivedGoAway = false

    var deadlines = Heap<Deadline>()
    var lastHeard = MonotonicTime(nanoseconds: 0)
    var handshakeDeadline: MonotonicTime?
    var pongDeadline: MonotonicTime?
    var stallDeadline: MonotonicTime?
    var drainDeadline: MonotonicTime?
    /// Server: when the last call ended, while there is none.
    var idleSince: MonotonicTime?

    var opens = RateWindow()
    var resets = RateWindow()
    var pings = RateWindow()
    var controls = RateWindow()

    init(role: Role, settings: ConnectionSettings) {
        self.role = role
        self.settings = settings
    }

    /// One with settings of its own.
    init(role: Role, limits: WireLimits, agent: String) {
        self.init(role: role, settings: ConnectionSettings(limits, agent: agent))
    }

    /// Has other limits for this peer, now that it is known who it is; before `start`. The sizes that everything was set up
    /// with stay: of a frame, and of the first credit.
    mutating func adopt(_ other: WireLimits) {
        guard phase == .new else { return }
        var other = other
        other.maxFrameBytes = limits.maxFrameBytes
        other.initialCreditBytes = limits.initialCreditBytes
        settings = ConnectionSettings(other, agent: settings.agent)
    }

    /// What is to be done since the last time, in order.
    mutating func takeEffects() -> [ConnectionEffect] {
        if effects.isEmpty { return [] }
        let taken = effects
        effects.removeAll()
        return taken
    }

    /// The connection is there; `since` is when it was made, which is when the time for the handshake began.
    mutating func start(since: MonotonicTime, now: MonotonicTime) {
        guard phase == .new else { return }
        phase = .handshaking
        lastHeard = now
        handshakeDeadline = since + limits.handshakeTimeout
        if role == .client { sendHello() }
    }

    /// The connection is gone, by the peer, the network or this side.
    mutating func connectionLost(_ reason: String) {
        guard phase != .closed else { return }
        phase = .closed
        endAll(.unavailable, reason)
    }

    /// Ends the connection because of something that the peer did.
    mutating func fail(_ refusal: WireRefusal, _ code: WireV1.Code, _ message: String) {
        guard phase != .closed else { return }
        effects.append(.refused(refusal, detail: message))
        sendGoAway(code, message, reconnectAfterMs: 0, again: true)
        phase = .closed
        endAll(.unavailable, "connection ended: \(message)")
        effects.append(.close(linger: true))
    }

    mutating func sendHello() {
        guard !hasSentHello else { return }
        hasSentHello = true
        let (seconds, attoseconds) = limits.keepalive.components
        effects.append(
            .write(
                WireV1.Frame(
                    kind: .hello(
                        WireV1.Hello(
                            minVersion: Defaults.version, maxVersion: Defaults.version,
                            maxFrameBytes: UInt32(clamping: limits.maxFrameBytes),
                            initialCreditBytes: UInt32(clamping: limits.initialCreditBytes),
                            maxStreams: UInt32(clamping: limits.maxStreams),
                            keepaliveMs: UInt32(clamping: seconds * 1_000 + attoseconds / 1_000_000_000_000_000),
                            agent: settings.agent)))))
    }

    /// Says that there are no new calls. A second one is sent only when the connection ends with it.
    mutating func sendGoAway(_ code: WireV1.Code, _ message: String, reconnectAfterMs: UInt32, again: Bool) {
        guard !hasSentGoAway || again else { return }
        // The first frame of each side is its Hello, even when there is nothing else to say.
        sendHello()
        hasSentGoAway = true
        let last = role == .server ? lastStream : 0
        effects.append(
            .write(
                WireV1.Frame(
                    kind: .goAway(
                        WireV1.GoAway(
                            lastStreamID: last, code: code, message: message, reconnectAfterMs: reconnectAfterMs)))))
    }

    private mutating func endAll(_ code: WireV1.Code, _ message: String) {
        let status = WireV1.Status(code: code, message: message)
        for stream in streams.keys.sorted() { effects.append(.over(stream: stream, status)) }
        streams.removeAll()
        held = 0
        deadlines = Heap()
    }

    /// Takes a stream out. `byPeer`: with a frame after which the peer sends nothing more on it.
    mutating func remove(_ id: UInt32, now: MonotonicTime, byPeer: Bool = false) {
        guard let stream = streams.removeValue(forKey: id) else { return }
        held -= stream.held
        if !byPeer, !stream.hasReceivedEnd { expectLate(credit: stream.receiveCredit) }
        if streams.isEmpty {
            deadlines = Heap()
            idleSince = now
        } else if deadlines.count > 2 * streams.count + 64 {
            deadlines = Heap(deadlines.unordered.filter { streams[$0.stream] != nil })
        }
        if someoneWaitsForRoom {
            someoneWaitsForRoom = false
            effects.append(.roomForCalls)
        }
        closeIfDone()
    }

    /// The peer may not know yet that a stream is over, and use up the credit that it had there.
    mutating func expectLate(credit: Int) {
        lateEnds += 1
        if credit > 0 { lateCredit = min(lateCredit + credit + limits.maxFrameBytes, Self.maxCredit) }
    }

    /// A connection that takes no new calls ends with its last one.
    mutating func closeIfDone() {
        guard phase == .open || phase == .handshaking, streams.isEmpty, hasSentGoAway || hasReceivedGoAway else {
            return
        }
        phase = .closed
        effects.append(.close(linger: false))
    }
}
