package import Foundation
package import NIOCore

/// JSON as this API writes and reads it: names in snake_case, keys in a fixed order.
package enum JSON {
    package static func encode(_ value: some Encodable) throws -> ByteBuffer {
        do {
            return ByteBuffer(bytes: try JSONWriter.write(value))
        } catch is JSONWriter.Unsupported {
            return ByteBuffer(bytes: try data(value))
        }
    }

    /// The same by Foundation's encoder, which is slower and knows everything; keys in order of their names.

    package static func data(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    /// Reads any JSON.
    /// - Throws: a `Problem` that says where the text stops being JSON.
    package static func value(_ bytes: some Sequence<UInt8>) throws(Problem) -> JSONValue {
        let bytes = ContiguousArray(bytes)
        let result: Result<JSONValue, JSONReader.Mistake> = bytes.withUnsafeBytes { bytes in
            do throws(JSONReader.Mistake) {
                return .success(try JSONReader.read(bytes))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let value): return value
        case .failure(let mistake):
            let before = bytes.prefix(mistake.offset)
            let line = before.count { $0 == 0x0A } + 1
            let column = mistake.offset - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
            throw .malformed("\(mistake.what) at line \(line), column \(column).")
        }
    }
}

/// Any JSON value.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

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
