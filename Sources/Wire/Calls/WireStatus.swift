public import Messages

/// How a call ended, or is to end: a code of gRPC's meaning, a message for people, and trailing metadata.
///
/// A handler throws one to end its call with it; a client's call throws the one that the server sent, or one made on
/// this side (`.unavailable` when the connection is lost, `.deadlineExceeded`, `.cancelled`).
public struct WireStatus: StatusConvertible, Hashable, Sendable, CustomStringConvertible {
    public var code: WireV1.Code
    public var message: String
    /// The server's trailing metadata.
    public var metadata: Metadata

    public init(_ code: WireV1.Code, _ message: String, metadata: Metadata = [:]) {
        self.code = code
        self.message = message
        self.metadata = metadata
    }

    public var statusCode: WireV1.Code { code }
    public var statusMessage: String { message }

    public var description: String {
        message.isEmpty ? code.title : "\(code.title): \(message)"
    }

    /// What `error` tells a caller: itself if it is a status, its code and message if it has them. Any other error is
    /// `.unknown` without its text, which is not for the caller's eyes.
    public init(describing error: any Error) {
        switch error {
        case let status as WireStatus: self = status
        case let error as any StatusConvertible: self.init(error.statusCode, error.statusMessage)
        case is CancellationError: self.init(.cancelled, "cancelled")
        default: self.init(.unknown, "the handler failed")
        }
    }

    /// Whether this says that a call is over, thrown by a `send` that came too late: the inbound messages end with why.
    var isEndOfCall: Bool { self == .endOfCall }

    static let endOfCall = WireStatus(.cancelled, "the call is over")
}

extension WireV1.Code {
    /// The name as gRPC's users know it: "NOT_FOUND"; the number of one that has none.
    public var title: String {
        let prefix = "CODE_"
        return name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    }
}
