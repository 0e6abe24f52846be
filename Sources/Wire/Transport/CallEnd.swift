import Messages

/// One call's end of a connection, as the connection sees it. All of it on the event loop.
protocol CallEnd: AnyObject, Sendable {
    var context: CallContext { get }
    var id: UInt32 { get }

    /// A message arrived; its bytes are valid during the call only. `cost` is the credit that it used.
    func deliver(_ payload: UnsafeRawBufferPointer, cost: Int)

    /// The peer sends no more messages.
    func peerEnded()

    /// What waited for credit or for the socket may go out now.
    func drain()

    /// The credit for messages that were taken since the last time.
    func takeUnreported() -> Int

    /// The call is over.
    func over(_ status: WireStatus)
}
