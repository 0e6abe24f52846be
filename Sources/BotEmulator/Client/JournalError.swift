import Glibc

/// Why a robot's storage cannot be used.
public struct JournalError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What a caller can act on.
    public enum Code: Sendable, Hashable {
        /// Another process, or another client in this one, has it.
        case inUse
        /// The first record is not a journal's.
        case damaged
        /// The system refused to read or write.
        case io
        /// An earlier write failed; what is on disk is not known, so nothing more is written. Open it again.
        case broken
    }

    public let code: Code
    public let message: String
    public var description: String { message }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static func io(_ what: String, _ path: String, errno: Int32) -> JournalError {
        JournalError(.io, "cannot \(what) \(path): \(String(cString: strerror(errno)))")
    }
}
