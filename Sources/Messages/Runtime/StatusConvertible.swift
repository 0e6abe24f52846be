/// What an error thrown by a handler tells its caller.
public protocol StatusConvertible: Error {
    /// The code that ends the call; one of gRPC's.
    var statusCode: WireV1.Code { get }

    /// For people: what is wrong and what to do. It goes to the caller, so it holds no secret.
    var statusMessage: String { get }
}

extension DecodingError: StatusConvertible {
    public var statusCode: WireV1.Code {
        switch reason {
        case .tooManyFields, .tooMuchMemory: .resourceExhausted
        default: .invalidArgument
        }
    }

    public var statusMessage: String { description }
}
