import Synchronization

/// What travels with a call beside its messages; one value for both ends.
///
/// A caller makes one with a timeout and metadata. A handler gets one that says which method, who is calling, from
/// where, and until when the caller waits. A handler that calls another service passes its context on with
/// `outgoing()`, so that the deadline holds for the whole chain.
public struct CallContext: Sendable {
    /// "/package.Service/Method"; empty in a context that a caller makes.
    public var method: String
    /// Who is calling, from its certificate; nil without one, and in process.
    public var peer: PeerIdentity?
    /// The peer's "address:port"; empty in process.
    public var remoteAddress: String
    /// What the caller sent, or is to send.
    public var metadata: Metadata
    /// When the call ends with `.deadlineExceeded`; nil: never.
    public var deadline: ContinuousClock.Instant?
    /// The server's metadata: set by a handler, read by the caller.
    public let response: ResponseMetadata
    /// For a caller: wait for a connection until the deadline, instead of failing at once when there is none.
    public var waitForReady: Bool
    /// For a caller that waits so: told, each time that an attempt to connect has failed, why there is still no
    /// connection. On the client's event loop: it must not block.
    public var notReady: (@Sendable (_ reason: String) -> Void)?

    /// A context for a caller.
    public init(timeout: Duration? = nil, metadata: Metadata = [:], waitForReady: Bool = false) {
        self.init(
            method: "", peer: nil, remoteAddress: "", metadata: metadata,
            deadline: timeout.map { ContinuousClock.now + $0 }, waitForReady: waitForReady)
    }

    /// A context as a handler gets it.
    public init(
        method: String, peer: PeerIdentity?, remoteAddress: String, metadata: Metadata,
        deadline: ContinuousClock.Instant?, waitForReady: Bool = false
    ) {
        self.method = method
        self.peer = peer
        self.remoteAddress = remoteAddress
        self.metadata = metadata
        self.deadline = deadline
        self.waitForReady = waitForReady
        response = ResponseMetadata()
    }

    /// A context for a call made on behalf of this one: the same deadline, other metadata.
    public func outgoing(metadata: Metadata = [:], waitForReady: Bool = false) -> CallContext {
        CallContext(
            method: "", peer: nil, remoteAddress: "", metadata: metadata, deadline: deadline,
            waitForReady: waitForReady)
    }
}

/// The metadata that a server sends: initial, before its first message, and trailing, with the status.
///
/// A handler sets them; what it sets as initial after its first message was sent has no effect. The caller reads
/// initial metadata once the first message is there, trailing metadata once the call is over. Safe to use from
/// anywhere.
public final class ResponseMetadata: Sendable {
    private let state = Mutex<(initial: Metadata, trailing: Metadata)>(([:], [:]))

    init() {}

    public var initial: Metadata {
        get { state.withLock { $0.initial } }
        set { state.withLock { $0.initial = newValue } }
    }

    public var trailing: Metadata {
        get { state.withLock { $0.trailing } }
        set { state.withLock { $0.trailing = newValue } }
    }
}
