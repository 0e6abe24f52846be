public import Messages

/// A log or data directory cannot do what it was asked to: why, in which file, and what to do.
public struct StorageError: StatusConvertible, Hashable {
    public enum Code: Hashable, Sendable {
        /// A stream is not at the version that the writer expected. Nothing was written.
        case conflict
        /// No room left on the device. Nothing was written.
        case full
        /// The device failed. Nothing that was refused counts as written.
        case io
        /// What is on disk is not what was written.
        case damaged
        /// The file was written by a newer MallBots.
        case newerFormat
        /// The file is something else.
        case notALog
        /// Another process has it.
        case inUse
        /// It may not be read or written, or does not exist and cannot be made.
        case notAccessible
        /// These events were archived: they are not in the log any more.
        case archived
        /// It was closed, or its loop was stopped.
        case closed
    }

    public var code: Code
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var statusCode: WireV1.Code {
        switch code {
        case .conflict: .aborted
        case .full: .resourceExhausted
        case .io, .inUse, .notAccessible, .closed: .unavailable
        case .damaged: .dataLoss
        case .archived: .outOfRange
        case .newerFormat, .notALog: .failedPrecondition
        }
    }

    public var statusMessage: String { message }
}

extension StorageError: CustomStringConvertible {
    public var description: String { message }
}
