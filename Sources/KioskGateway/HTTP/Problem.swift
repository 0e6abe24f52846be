import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// An error as a kiosk sees it: a problem document of RFC 9457.
struct Problem: Error, Hashable, Sendable {
    /// One field that is wrong, and how.
    struct FieldError: Hashable, Sendable, Encodable {
        /// The field's name, dotted inside objects; a header's or query parameter's name where that is meant.
        var field: String
        var message: String
    }

    /// The last part of the problem's type, which programs act on: "not-found".
    var kind: String
    var status: HTTPResponse.Status
    var title: String
    /// What is wrong here, and what to do.
    var detail: String
    var errors: [FieldError] = []
    /// Headers beside those that every problem has.
    var headers: HTTPFields = [:]

    static func malformed(_ detail: String) -> Problem {
        Problem(kind: "malformed-json", status: .badRequest, title: "The body is not JSON", detail: detail)
    }

    static func invalid(_ errors: [FieldError]) -> Problem {
        let list = errors.map { "'\($0.field)' \($0.message)" }.joined(separator: "; ")
        return Problem(
            kind: "invalid-fields", status: .unprocessableContent, title: "Some fields are wrong",
            detail: "Correct what is wrong and send the request again: \(list).", errors: errors)
    }

    static func noRoute(_ path: String) -> Problem {
        Problem(
            kind: "no-such-route", status: .notFound, title: "There is nothing at this path",
            detail: "'\(path)' is no path of this API; /openapi.yaml lists them all.")
    }

    static func methodNotAllowed(_ method: String, path: String, allowed: [String]) -> Problem {
        Problem(
            kind: "method-not-allowed", status: .methodNotAllowed, title: "The path does not take this method",
            detail: "'\(path)' takes \(allowed.joined(separator: ", ")), not \(method).",
            headers: [.allow: allowed.joined(separator: ", ")])
    }

    static func tooLarge(limit: Int) -> Problem {
        Problem(
            kind: "too-large", status: .contentTooLarge, title: "The body is too large",
            detail: "A body may have \(limit) bytes at most.", headers: [.connection: "close"])
    }

    static func unsupportedMediaType(_ type: String) -> Problem {
        Problem(
            kind: "unsupported-media-type", status: .unsupportedMediaType, title: "The body is not declared as JSON",
            detail: "The body came as '\(type)'; send 'Content-Type: application/json'.",
            headers: [.accept: "application/json"])
    }

    static let slow = Problem(
        kind: "request-timeout", status: .requestTimeout, title: "The body came too slowly",
        detail: "The whole body must arrive in time; send the request again.", headers: [.connection: "close"])

    static func declined(_ reason: String) -> Problem {
        Problem(
            kind: "payment-declined", status: HTTPResponse.Status(code: 402, reasonPhrase: "Payment Required"),
            title: "The payment was declined",
            detail: "Nothing was paid: \(reason). Try another card, with a new Idempotency-Key.")
    }

    static func `internal`(requestID: String) -> Problem {
        Problem(
            kind: "internal", status: .internalServerError, title: "Something went wrong on our side",
            detail: "The request could not be served. Staff find why in the log under request \(requestID).")
    }

    func response() -> Response {
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
        var headers = headers
        headers[.contentType] = "application/problem+json"
        let body = (try? JSON.encode(document)) ?? ByteBuffer(string: #"{"status":500}"#)
        return Response(status: status, headers: headers, body: .init(byteBuffer: body))
    }
}
