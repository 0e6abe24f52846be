import Foundation
package import HTTPTypes
package import Hummingbird
import NIOCore

extension HTTPField.Name {
    // Safe because they are tokens.
    package static var idempotencyKey: HTTPField.Name { HTTPField.Name("Idempotency-Key")! }
    package static var lastEventID: HTTPField.Name { HTTPField.Name("Last-Event-ID")! }
}

extension Request {
    /// Reads a JSON body's fields.
    /// - Throws: a `Problem`: 408, 413, 415, or 400 with where it stops being JSON.
    package func fields(limits: WebLimits) async throws -> Fields {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limits.maxBodyBytes {
            throw Problem.tooLarge(limit: limits.maxBodyBytes)
        }
        let data = try await collect(limits: limits)
        if data.readableBytes > 0, let type = headers[.contentType], !Self.isJSON(type) {
            throw Problem.unsupportedMediaType(type)
        }
        return try Fields(body: data.readableBytesView)
    }

    private func collect(limits: WebLimits) async throws -> ByteBuffer {
        do {
            return try await body.collect(upTo: limits.maxBodyBytes)
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge(limit: limits.maxBodyBytes)
        } catch is BodyTimer.Late {
            throw Problem.slow
        }
    }

    private static func isJSON(_ type: String) -> Bool {
        let essence = type.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        return essence == "application/json" || (essence.hasPrefix("application/") && essence.hasSuffix("+json"))
    }

    /// The client's key for a command, made one of this route's own; "" when it sent none.
    ///
    /// - Parameter scope: the gateway, the route and what it is about: the same key elsewhere is another key.
    ///
    /// The header may be quoted, as in the IETF's draft, or bare.
    package func idempotencyKey(_ scope: String...) throws(Problem) -> String {
        guard var key = headers[.idempotencyKey] else { return "" }
        if key.count > 2, key.hasPrefix("\""), key.hasSuffix("\"") { key = String(key.dropFirst().dropLast()) }
        guard (1...128).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .invalid([
                .init(field: "Idempotency-Key", message: "must have 1 to 128 visible ASCII characters")
            ])
        }
        return (scope + [key]).joined(separator: ":")
    }

    /// A query parameter that is a whole number in `range`; nil when absent.
    package func queryInteger(_ name: String, in range: ClosedRange<UInt32>) throws(Problem) -> UInt32? {
        guard let text = queryText(name) else { return nil }
        guard let value = UInt32(text), range.contains(value) else {
            throw .invalid([
                .init(
                    field: name, message: "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            ])
        }
        return value
    }

    package func queryText(_ name: String) -> String? {
        uri.queryParameters[name[...]].map(String.init)
    }

    /// Refuses query parameters that the route does not have, so that a misspelt one does not go unnoticed.
    package func onlyQuery(_ names: String...) throws(Problem) {
        var errors: [Problem.FieldError] = []
        for (key, _) in uri.queryParameters where !key.isEmpty && !names.contains(String(key)) {
            errors.append(.init(field: String(key), message: "is not a query parameter of this path"))
        }
        if !errors.isEmpty { throw .invalid(errors) }
    }
}

extension Response {
    /// An answer with a JSON body.
    package init(_ document: some Encodable, status: HTTPResponse.Status = .ok, location: String? = nil) throws {
        var headers: HTTPFields = [.contentType: "application/json"]
        headers[.location] = location
        self.init(status: status, headers: headers, body: .init(byteBuffer: try JSON.encode(document)))
    }
}
