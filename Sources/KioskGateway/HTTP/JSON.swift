import Foundation
import NIOCore

/// JSON as this API writes and reads it: names in snake_case, keys in a fixed order.
enum JSON {
    static func encode(_ value: some Encodable) throws -> ByteBuffer {
        ByteBuffer(bytes: try data(value))
    }

    static func data(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    /// Reads any JSON.
    /// - Throws: a `Problem` that says where the text stops being JSON.
    static func value(_ bytes: Data) throws(Problem) -> JSONValue {
        do {
            return try JSONDecoder().decode(JSONValue.self, from: bytes)
        } catch DecodingError.dataCorrupted(let context) {
            throw .malformed(explanation(context))
        } catch {
            throw .malformed("The body could not be read as JSON.")
        }
    }

    private static func explanation(_ context: DecodingError.Context) -> String {
        // Foundation's reader says where in the underlying error: "Unexpected character '}' around line 2, column 7."
        let underlying = context.underlyingError as NSError?
        if let text = underlying?.userInfo["NSDebugDescription"] as? String, !text.isEmpty { return text }
        return "The body could not be read as JSON: \(context.debugDescription)"
    }
}

/// Any JSON value.
enum JSONValue: Hashable, Sendable, Decodable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// "a string", for messages.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "a whole number"
        case .number: "a number with a fraction"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
