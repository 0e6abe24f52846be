public import Messages

/// Makes a command that is sent again take effect once: its first answer is stored and given again.
public struct IdempotencyKey: Hashable, Sendable {
    /// The longest key that is taken, in bytes of UTF-8.
    public static let maximumLength = 256

    public var key: String
    /// Of the request's type and content; not for secrets.
    public var digest: UInt64

    /// - parameters:
    ///   - key: chosen by the client, 1 to 256 bytes.
    ///   - request: what the client asks for. With the same key it must be the same.
    /// - throws: `INVALID_ARGUMENT` when the key is empty or too long.
    public init(_ key: String, request: some Message) throws(ServiceError) {
        try self.init(key, content: request.protobuf(), of: type(of: request).protobufName)
    }

    init(_ key: String, content: [UInt8], of type: String) throws(ServiceError) {
        guard !key.isEmpty, key.utf8.count <= Self.maximumLength else {
            throw .invalidArgument(
                "an idempotency key has 1 to \(Self.maximumLength) bytes, this one has \(key.utf8.count)")
        }
        self.key = key
        self.digest = Self.fnv1a(content, Self.fnv1a(Array(type.utf8)))
    }

    // FNV-1a, 64 bits: enough to notice a client's mistake, and no more is asked of it.
    // Source: Fowler, Noll, Vo; draft-eastlake-fnv.
    private static func fnv1a(_ bytes: [UInt8], _ start: UInt64 = 0xcbf2_9ce4_8422_2325) -> UInt64 {
        bytes.reduce(start) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}
