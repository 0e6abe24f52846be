import Logging
import Messages
import NIOCore

/// The shell around one `ConnectionMachine`: it owns the receive buffer, the output, the streams and the timer, and does
/// what the machine says.
///
/// Every entry from outside ends in `settle`, which does what is to be done, runs the handlers that became ready,
/// writes everything out at once and sets the timer.
///
/// Safe because everything but the constants is used on the event loop only.
final class WireConnection: @unchecked Sendable {
    /// Where the bytes go.
    enum Link {
        case none
        case channel(ChannelHandlerContext)
        case memory(MemoryLink)
        /// Whatever takes bytes, and wants to know when there are no more.
        case tap(([UInt8]) -> Void, closed: () -> Void = {})
    }

    /// What a client is told about its connection.
    struct Events {
        var ready: () -> Void = {}
        var goingAway: (_ after: Duration, _ why: String) -> Void = { _, _ in }
        var roomForCalls: () -> Void = {}
        var closed: (_ why: String) -> Void = { _ in }
    }

    /// The sizes of the buffer that a channel reads into, and keeps. A robot's messages are small; for those that are not
    /// it soon grows.
    static let receiveBuffers = AdaptiveRecvByteBufferAllocator(minimum: 256, initial: 512, maximum: 65_536)
    /// The most jobs that run before the event loop looks at its sockets again.
    static let jobsPerTurn = 512

    let eventLoop: any EventLoop
    let executor: LoopExecutor
    let grantThreshold: Int
    let counters: WireCounters
    let router: WireRouter?
    let isServer: Bool
    let logger: Logger
    let maxFrameBytes: Int

    var machine: ConnectionMachine
    var events = Events()
    var peer: PeerIdentity?
    /// TLS went on with an earlier session.
    var isResumed = false
    var remoteAddress = ""
    var isReady = false
    var closeReason = "the connection was lost"
    /// `closeReason` is what the peer said in its `GoAway`.
    var hasHeardWhy = false

    var link = Link.none
    /// A server's, to have the peer checked again after a reload.
    var tls: TLSHandler?
    /// A server's: how late this connection's event loop is.
    var loopLag: LoopLag?
    /// A server's: other limits for some peers.
    var limitsForPeer: (@Sendable (PeerIdentity) -> WireLimits?)?
    /// A client's, to count what goes through.
    var traffic: WireTraffic?
    var streams: [UInt32: any CallEnd] = [:]
    var blockedByLink: [any CallEnd] = []
    var inbox = ByteBuffer()
    private var isParsing = false
    var output: ByteBuffer
    var isWritable = true
    var depth = 0
    var isSettleScheduled = false
    var isClosing = false
    var isClosed = false
    var timer: Scheduled<Void>?
    var timerDue: MonotonicTime?
    let created: MonotonicTime

    init(
        role: ConnectionMachine.Role, eventLoop: any EventLoop, settings: ConnectionSettings, router: WireRouter?,
        counters: WireCounters, logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.router = router
        self.counters = counters
        self.logger = logger
        isServer = role == .server
        machine = ConnectionMachine(role: role, settings: settings)
        grantThreshold = machine.limits.initialCreditBytes / 2
        maxFrameBytes = machine.limits.maxFrameBytes
        executor = LoopExecutor(eventLoop: eventLoop)
        output = ByteBufferAllocator().buffer(capacity: 0)
        created = MonotonicTime(nanoseconds: Int64(eventLoop.now.uptimeNanoseconds))
        executor.connection = self
    }

    deinit { executor.connection = nil }

    var now: MonotonicTime { MonotonicTime(nanoseconds: Int64(eventLoop.now.uptimeNanoseconds)) }

    // MARK: From the link

    /// The transport is there, but not yet ready for data. False when it is not wanted any more.
    func attach(_ link: Link) -> Bool {
        if isClosed { return false }
        self.link = link
        return true
    }

    /// The transport is ready, TLS included: hello.
    func start(peer: PeerIdentity?, remoteAddress: String) {
        guard !isClosed else { return }
        self.peer = peer
        self.remoteAddress = remoteAddress
        if let peer, let limits = limitsForPeer?(peer) { machine.adopt(limits) }
        limitsForPeer = nil
        enter { machine.start(since: created, now: now) }
    }

    /// Bytes have arrived. `endOfBatch` follows.
    func read(_ bytes: inout ByteBuffer) {
        if isClosing || isClosed { return }
        traffic?.receive(bytes.readableBytes)
        depth += 1
        defer { depth -= 1 }
        if inbox.readableBytes == 0 {
            inbox = bytes
        } else {
            inbox.writeBuffer(&bytes)
        }
        if !isParsing { parse() }
    }

    /// No more bytes for now.
    func endOfBatch() {
        if isClosed { return }
        machine.heard(now: now)
        settle()
    }

    func writabilityChanged(_ isWritable: Bool) {
        guard isWritable != self.isWritable else { return }
        self.isWritable = isWritable
        enter {
            machine.writability(isWritable, now: now)
            guard isWritable else { return }
            let blocked = blockedByLink
            blockedByLink.removeAll()
            for stream in blocked { stream.drain() }
        }
    }

    /// The transport is gone.
    func lost(_ reason: String) {
        guard !isClosed else { return }
        // A peer that said why it goes is believed, whatever its going looks like.
        if !isClosing, !hasHeardWhy { closeReason = reason }
        enter { machine.connectionLost(hasHeardWhy ? closeReason : reason) }
        isClosed = true
        isClosing = true
        link = .none
        tls = nil
        inbox = ByteBuffer()
        timer?.cancel()
        timer = nil
        executor.connection = nil
        executor.run(limit: .max)
        events.closed(closeReason)
        events = Events()
    }

    /// The transport's own trouble, such as TLS's: counted, and the connection ends.
    func failed(_ refusal: WireRefusal, _ reason: String) {
        guard !isClosing, !isClosed else { return }
        refuse(refusal, reason)
        closeReason = reason
    }

    /// Handles every whole frame in the inbox and leaves the rest there.
    private func parse() {
        isParsing = true
        defer { isParsing = false }
        var cameMeanwhile = true
        while cameMeanwhile, !isClosing {
            // Handling a frame may end the connection, or bring in more bytes. The bytes being read are out of their reach.
            var bytes = inbox
            inbox = ByteBuffer()
            bytes.moveReaderIndex(forwardBy: handleFrames(in: bytes))
            cameMeanwhile = inbox.readableBytes > 0
            if isClosed || bytes.readableBytes == 0 { continue }
            bytes.discardReadBytes()
            bytes.writeBuffer(&inbox)
            inbox = bytes
        }
    }

    /// How many bytes the frames that were handled take.
    private func handleFrames(in buffer: ByteBuffer) -> Int {
        var consumed = 0
        buffer.withUnsafeReadableBytes { bytes in
            do throws(FrameError) {
                while !isClosing,
                    let (frame, length) = try FrameDecoder.decode(
                        UnsafeRawBufferPointer(rebasing: bytes[consumed...]), maxFrameBytes: maxFrameBytes)
                {
                    let body = UnsafeRawBufferPointer(rebasing: bytes[consumed..<consumed + length])
                    consumed += length
                    received(frame, in: body)
                }
            } catch {
                machine.received(error)
                perform()
            }
        }
        return consumed
    }

    private func received(_ frame: DecodedFrame, in bytes: UnsafeRawBufferPointer) {
        switch frame {
        case .message(let id, let payload, let end):
            deliver(id, UnsafeRawBufferPointer(rebasing: bytes[payload]), end: end)
        case .other(let frame):
            if case .message(let payload) = frame.kind {
                payload.withUnsafeBytes { deliver(frame.streamID, $0, end: frame.end) }
            } else {
                machine.received(frame, now: now)
            }
        }
        if !machine.effects.isEmpty { perform() }
    }

    private func deliver(_ id: UInt32, _ payload: UnsafeRawBufferPointer, end: Bool) {
        guard case .deliver(let cost) = machine.receivedMessage(id, payloadBytes: payload.count, end: end),
            let stream = streams[id]
        else { return }
        stream.deliver(payload, cost: cost)
        if end, isServer { stream.peerEnded() }
    }
}
