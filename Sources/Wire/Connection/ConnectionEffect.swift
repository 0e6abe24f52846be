import Messages

/// What the shell around a `ConnectionMachine` is to do, in order.
enum ConnectionEffect: Hashable {
    /// Write this frame.
    case write(WireV1.Frame)
    /// The peer has said hello; its limits are in force.
    case ready(agent: String)
    /// A server: start this call.
    case begin(stream: UInt32, WireV1.Open, deadline: MonotonicTime?)
    /// A client: the server's initial metadata.
    case headers(stream: UInt32, [WireV1.MetadataEntry])
    /// The peer sends no more messages on this stream.
    case end(stream: UInt32)
    /// The call is over and its stream is gone. A client: this is its result. A server: cancel the handler.
    case over(stream: UInt32, WireV1.Status)
    /// There is credit again on a stream where a send was blocked.
    case writable(stream: UInt32)
    /// A client: a call may be opened that was refused for want of streams.
    case roomForCalls
    /// A client: no new calls on this connection; make another one after this time.
    case goingAway(reconnectAfterMs: UInt32, code: WireV1.Code, message: String)
    /// Grant each stream what its consumer has taken and has not yet said, then call `shed`.
    case collectGrants
    /// Count this and log it.
    case refused(WireRefusal, detail: String)
    /// Write everything out, then close. `linger`: first read and drop for a moment what is still arriving, or the
    /// close could overtake the GoAway that says why.
    case close(linger: Bool)
}

/// What became of a message that arrived.
enum MessageArrival: Hashable {
    /// For the stream's consumer; it cost the peer this much credit.
    case deliver(cost: Int)
    /// For nobody: the call is over, or the connection is.
    case drop
}

/// Whether a message may be sent now.
enum SendPermission: Hashable {
    /// Write it; its credit is taken.
    case write
    /// Not before `writable(stream)`.
    case blocked
    /// Never: larger than the peer takes.
    case tooLarge(limit: Int)
    /// Never: the call is over.
    case over
}

/// What a call costs, in credit.
enum CreditCost {
    /// The least that a message costs: so that a peer with credit for n bytes cannot make us keep n empty messages.
    static let minimum = 32

    static func of(payloadBytes: Int) -> Int { max(payloadBytes, minimum) }
}
