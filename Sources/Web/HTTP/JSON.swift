package import Foundation
package import NIOCore

/// JSON as this API writes and reads it: names in snake_case, keys in a fixed order.
package enum JSON {
    package static func encode(_ value: some Encodable) throws -> ByteBuffer {
        ByteBuffer(bytes: try data(value))
    }

    package static func data(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    /// Reads any JSON.
    /// - Throws: a `Problem` that says where the text stops being JSON.
    package static func value(_ bytes: Data) throws(Problem) -> JSONValue {
        do {
            return try JSONDecoder().decode(JSONValue.self, from: bytes)
        } catch {
            throw .malformed(explanation(bytes))
        }
    }

    /// Where the text stops being JSON, as far as it can be found out.
    private static func explanation(_ bytes: Data) -> String {
        // Only the older of Foundation's two readers says where: "Invalid value around character 16."
        var text = ""
        do {
            _ = try JSONSerialization.jsonObject(with: bytes, options: .fragmentsAllowed)
        } catch {
            text = (error as NSError).userInfo["NSDebugDescription"] as? String ?? ""
        }
        guard let found = text.firstMatch(of: /^(.*) around character (\d+)/), let offset = Int(found.2) else {
            return text.isEmpty ? "The body could not be read as JSON." : text
        }
        let before = bytes.prefix(offset)
        let line = before.count { $0 == 0x0A } + 1
        let column =
            offset - (before.lastIndex(of: 0x0A).map { before.distance(from: before.startIndex, to: $0) + 1 } ?? 0)
        return "\(found.1) at line \(line), column \(column + 1)."
    }
}

/// Any JSON value.
package enum JSONValue: Hashable, Sendable, Decodable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    package init(from decoder: any Decoder) throws {
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
    package var kind: String {
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
