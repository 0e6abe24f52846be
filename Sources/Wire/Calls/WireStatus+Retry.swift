public import Messages

/// When to try again: what a server that has too much to do says beside `.resourceExhausted` or `.unavailable`.
///
/// It travels as trailing metadata, in whole milliseconds, so that clients that do not know of it miss nothing else.
extension WireStatus {
    private static let retryKey = "retry-after-ms"

    /// How long the caller is asked to wait before it tries again, a day at most; nil: the server does not say.
    public var retryAfter: Duration? {
        get {
            guard let text = metadata[Self.retryKey], let milliseconds = UInt32(text) else { return nil }
            return .milliseconds(Int64(min(milliseconds, 86_400_000)))
        }
        set {
            metadata[Self.retryKey] = newValue.map { delay in
                let (seconds, attoseconds) = delay.components
                return "\(max(0, seconds * 1_000 + attoseconds / 1_000_000_000_000_000))"
            }
        }
    }

    public init(_ code: WireV1.Code, _ message: String, retryAfter: Duration) {
        self.init(code, message)
        self.retryAfter = retryAfter
    }
}
