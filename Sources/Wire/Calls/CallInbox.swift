public import Messages

/// The consumer's side of a stream's incoming messages, which wait as bytes.
///
/// It is not generic over the message: what is would look up types in the runtime's tables at each step, which takes longer
/// than all the rest of receiving a message. Decoding is inlined where the message's type is known.
@usableFromInline
struct CallInbox: Sendable {
    let queue: MessageQueue<[UInt8]>
    let stream: CallStream
    /// What decoding one message may cost.
    @usableFromInline let limits: DecodingLimits

    init(_ stream: CallStream, limits: DecodingLimits = .default) {
        self.stream = stream
        self.limits = limits
        queue = MessageQueue(stream: stream)
    }

    /// The next message's bytes; nil at the end.
    @usableFromInline
    nonisolated(nonsending) func next() async throws -> [UInt8]? {
        try await queue.next()
    }

    /// A message was not of the method's type: the call ends, with the status that is returned.
    @usableFromInline
    func refuse(_ error: DecodingError) -> WireStatus {
        stream.badMessage(error)
        return WireStatus(error.statusCode, error.statusMessage)
    }
}
