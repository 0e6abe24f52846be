import HTTPTypes
package import Messages

extension Problem {
    /// What a service's refusal is in HTTP. Nil: a fault of ours, of which a client learns no more than that.
    package init?(status: any StatusConvertible) {
        let message = status.statusMessage
        switch status.statusCode {
        case .invalidArgument, .outOfRange:
            self.init(
                kind: "invalid-argument", status: .unprocessableContent, title: "The request cannot be right",
                detail: message)
        case .notFound:
            self.init(kind: "not-found", status: .notFound, title: "There is no such thing", detail: message)
        case .alreadyExists:
            self.init(kind: "already-exists", status: .conflict, title: "It exists already", detail: message)
        case .failedPrecondition:
            self.init(
                kind: "failed-precondition", status: .conflict, title: "Not possible in this state", detail: message)
        case .aborted:
            self.init(
                kind: "conflict", status: .conflict, title: "Something else changed it meanwhile", detail: message)
        case .permissionDenied:
            self.init(kind: "forbidden", status: .forbidden, title: "This is not allowed", detail: message)
        case .unauthenticated:
            self.init(kind: "unauthenticated", status: .unauthorized, title: "Sign in first", detail: message)
        case .resourceExhausted:
            self.init(
                kind: "busy", status: .tooManyRequests, title: "Too much at once", detail: message,
                headers: [.retryAfter: "1"])
        case .unavailable, .cancelled:
            self.init(
                kind: "unavailable", status: .serviceUnavailable, title: "A part of the shop cannot be reached",
                detail: "Try again in a moment; with the same Idempotency-Key nothing is done twice.",
                headers: [.retryAfter: "1"])
        case .deadlineExceeded:
            self.init(
                kind: "timeout", status: .gatewayTimeout, title: "The answer took too long",
                detail: "It is not known whether it was done; repeat it with the same Idempotency-Key.")
        case .unimplemented:
            self.init(
                kind: "unimplemented", status: .notImplemented, title: "The shop cannot do this",
                detail: "This server's services do not have this call.")
        case .ok, .unknown, .internal, .dataLoss, .unrecognized:
            return nil
        }
    }
}
