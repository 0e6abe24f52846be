import Foundation
package import HTTPTypes
package import Hummingbird
package import NIOCore

/// An error as a client sees it: a problem document of RFC 9457.
package struct Problem: Error, Hashable, Sendable {
    /// One field that is wrong, and how.
    package struct FieldError: Hashable, Sendable, Encodable {
        /// The field's name, dotted inside objects; a header's or query parameter's name where that is meant.
        package var field: String
        package var message: String

        package init(field: String, message: String) {
            self.field = field
            self.message = message
        }
    }

    /// The last part of the problem's type, which programs act on: "not-found".
    package var kind: String
    package var status: HTTPResponse.Status
    package var title: String
    /// What is wrong here, and what to do.
    package var detail: String
    package var errors: [FieldError] = []
    /// Headers beside those that every problem has.
    package var headers: HTTPFields = [:]

    package init(
        kind: String, status: HTTPResponse.Status, title: String, detail: String, errors: [FieldError] = [],
        headers: HTTPFields = [:]
    ) {
        self.kind = kind
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = errors
        self.headers = headers
    }

    package static func malformed(_ detail: String) -> Problem {
        Problem(kind: "malformed-json", status: .badRequest, title: "The body is not JSON", detail: detail)
    }

    package static func invalid(_ errors: [FieldError]) -> Problem {
        let list = errors.map { "'\($0.field)' \($0.message)" }.joined(separator: "; ")
        return Problem(
            kind: "invalid-fields", status: .unprocessableContent, title: "Some fields are wrong",
            detail: "Correct what is wrong and send the request again: \(list).", errors: errors)
    }

    package static func noRoute(_ path: String) -> Problem {
        Problem(
            kind: "no-such-route", status: .notFound, title: "There is nothing at this path",
            detail: "'\(path)' is no path of this API; /openapi.yaml lists them all.")
    }

    package static func methodNotAllowed(_ method: String, path: String, allowed: [String]) -> Problem {
        Problem(
            kind: "method-not-allowed", status: .methodNotAllowed, title: "The path does not take this method",
            detail: "'\(path)' takes \(allowed.joined(separator: ", ")), not \(method).",
            headers: [.allow: allowed.joined(separator: ", ")])
    }

    package static func tooLarge(limit: Int) -> Problem {
        Problem(
            kind: "too-large", status: .contentTooLarge, title: "The body is too large",
            detail: "A body may have \(limit) bytes at most.", headers: [.connection: "close"])
    }

    package static func unsupportedMediaType(_ type: String) -> Problem {
        Problem(
            kind: "unsupported-media-type", status: .unsupportedMediaType, title: "The body is not declared as JSON",
            detail: "The body came as '\(type)'; send 'Content-Type: application/json'.",
            headers: [.accept: "application/json"])
    }

    package static let slow = Problem(
        kind: "request-timeout", status: .requestTimeout, title: "The body came too slowly",
        detail: "The whole body must arrive in time; send the request again.", headers: [.connection: "close"])

    package static func declined(_ reason: String) -> Problem {
        Problem(
            kind: "payment-declined", status: HTTPResponse.Status(code: 402, reasonPhrase: "Payment Required"),
            title: "The payment was declined",
            detail: "Nothing was paid: \(reason). Try another card, with a new Idempotency-Key.")
    }

    package static func `internal`(requestID: String) -> Problem {
        Problem(
            kind: "internal", status: .internalServerError, title: "Something went wrong on our side",
            detail: "The request could not be served. Staff find why in the log under request \(requestID).")
    }

    package func response() -> Response {
        var headers = headers
        headers[.contentType] = Self.contentType
        return Response(status: status, headers: headers, body: .init(byteBuffer: document()))
    }

    static let contentType = "application/problem+json"

    /// The body of an answer with it.
    package func document() -> ByteBuffer {
        struct Document: Encodable {
            var type: String
            var title: String
            var status: Int
            var detail: String
            var errors: [FieldError]?
        }
        let document = Document(
            type: "urn:mallbots:problem:\(kind)", title: title, status: status.code, detail: detail,
            errors: errors.isEmpty ? nil : errors)
        return (try? JSON.encode(document)) ?? ByteBuffer(string: #"{"status":500}"#)
    }
}
