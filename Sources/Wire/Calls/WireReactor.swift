public import Messages

/// Answers one call without a task: it is told what happens in the call, and sends through its `WireReply`.
///
/// For services that hold very many calls open at once, as a fleet's gateway does: an idle call costs little more than its
/// own state, and a message costs no switch to a task. Everything else is simpler with the handlers of the generated APIs.
///
/// All methods are called on the connection's event loop, one at a time, and must not block. `ended` comes once, last.
public protocol WireReactor<Request>: AnyObject {
    associatedtype Request: Message

    /// The longest message that it takes, in bytes; a longer one ends the call with `.invalidArgument`, undecoded. Asked
    /// for once, when the call begins. Unless it says otherwise, whatever a frame may hold.
    var maxMessageBytes: Int { get }

    /// A message came. Its sender gets credit for the next when this returns.
    func received(_ message: Request)

    /// The caller sends no more messages (half-close).
    func finished()

    /// Messages may be sent: after `WireReply.send` returned false, and after `WireReply.wake`.
    func canSend()

    /// The call is over: the reactor ended it, the caller gave it up, or the connection is gone.
    func ended(_ status: WireStatus)

    /// Decodes and takes a message. Not to be implemented: the default calls `received`.
    func _receive(_ bytes: UnsafeRawBufferPointer) throws(DecodingError)
}

extension WireReactor {
    public var maxMessageBytes: Int { .max }

    // Inlined where the type is known: what is generic over a message looks up types in the runtime's tables.
    @inlinable
    public func _receive(_ bytes: UnsafeRawBufferPointer) throws(DecodingError) {
        received(try Request(protobuf: bytes))
    }
}

/// A reactor's side of its call: what it sends, and what it asks for. `wake` is for any thread; all else is for the
/// connection's event loop, from within the reactor's methods.
public struct WireReply<Response: Message>: Sendable {
    @usableFromInline let call: ReactorCall

    init(_ call: ReactorCall) {
        self.call = call
    }

    /// Who calls, from where, until when; and the metadata to answer with.
    public var context: CallContext { call.context }

    /// Sends a message if that is possible now. False when there is no credit or the connection has too much to write:
    /// then `canSend` will be called; and when the call is over.
    @inlinable
    public func send(_ message: Response) -> Bool {
        var isSent = false
        message._withPacked { isSent = call.offer($0) }
        return isSent
    }

    /// Ends the call. `ended` follows. What was sent before goes out first.
    public func end(_ status: WireStatus) { call.end(status) }

    /// Takes no more messages until `resume`; they wait, and their sender gets no credit.
    public func pause() { call.pause() }

    public func resume() { call.resume() }

    /// Has `canSend` called soon, once for any number of wishes.
    public func wake() { call.wake() }

    /// Has `canSend` called after a time, if the call is not over by then.
    public func wake(after delay: Duration) { call.wake(after: delay) }

    /// How late the connection's event loop lately does what it is to do: little while its thread keeps up, and what every
    /// message waits when it does not. Zero without a server.
    public var loopLag: Duration { call.loopLag }
}
