public import Messages

/// A service refuses a command: which code its caller gets, and a message that names what is wrong and what to do.
public struct ServiceError: StatusConvertible, Hashable {
    public var code: WireV1.Code
    public var message: String

    public init(_ code: WireV1.Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var statusCode: WireV1.Code { code }
    public var statusMessage: String { message }

    public static func notFound(_ message: String) -> ServiceError { ServiceError(.notFound, message) }
    public static func invalidArgument(_ message: String) -> ServiceError { ServiceError(.invalidArgument, message) }
    public static func alreadyExists(_ message: String) -> ServiceError { ServiceError(.alreadyExists, message) }
    /// The command is well formed but not possible in the present state; say which state.
    public static func failedPrecondition(_ message: String) -> ServiceError {
        ServiceError(.failedPrecondition, message)
    }
    public static func permissionDenied(_ message: String) -> ServiceError { ServiceError(.permissionDenied, message) }
    public static func resourceExhausted(_ message: String) -> ServiceError {
        ServiceError(.resourceExhausted, message)
    }
    public static func unavailable(_ message: String) -> ServiceError { ServiceError(.unavailable, message) }
    public static func outOfRange(_ message: String) -> ServiceError { ServiceError(.outOfRange, message) }
    public static func aborted(_ message: String) -> ServiceError { ServiceError(.aborted, message) }
    /// Our own fault.
    public static func `internal`(_ message: String) -> ServiceError { ServiceError(.internal, message) }
}

extension ServiceError: CustomStringConvertible {
    public var description: String { "\(code.name): \(message)" }
}
