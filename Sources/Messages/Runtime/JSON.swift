extension Message {
    /// The message in protobuf's JSON mapping, on one line.
    ///
    /// Names are in lowerCamelCase, 64-bit integers are strings, bytes are base64, enums go by name, fields at their
    /// defaults are left out, and a map's entries are in the order of their keys.
    public func json() -> String {
        var printer = _JSONPrinter()
        _print(&printer)
        return String(decoding: printer.text, as: UTF8.self)
    }
}

/// Collects a message's JSON as UTF-8.
///
/// For generated code; not for callers.
public struct _JSONPrinter {
    private(set) var text: [UInt8] = []
    private var needsComma = false

    init() {
        text.reserveCapacity(256)
    }

    mutating func beginObject() { begin("{") }
    mutating func endObject() { end("}") }
    mutating func beginArray() { begin("[") }
    mutating func endArray() { end("]") }

    /// Before each element of an array.
    mutating func element() {
        if needsComma { raw(",") }
        needsComma = true
    }

    /// Before each value in an object. A key from the schema needs no escapes.
    mutating func key(_ name: StaticString) {
        element()
        raw("\"")
        name.withUTF8Buffer { text.append(contentsOf: $0) }
        raw("\":")
    }

    /// Before each value in a map.
    mutating func mapKey(_ key: String) {
        element()
        string(key)
        raw(":")
    }

    mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }
    mutating func integer(_ value: some BinaryInteger) { raw(String(value)) }
    mutating func quoted(_ value: some BinaryInteger) { raw("\"\(value)\"") }
    mutating func float(_ value: Float) { floating(value) }
    mutating func double(_ value: Double) { floating(value) }

    mutating func name(_ value: some ProtobufEnum) {
        if let name = value.knownName { raw("\"\(name)\"") } else { integer(value.rawValue) }
    }

    mutating func string(_ value: String) {
        text.append(UInt8(ascii: "\""))
        for byte in value.utf8 { escaped(byte) }
        text.append(UInt8(ascii: "\""))
    }

    mutating func bytes(_ value: [UInt8]) {
        text.append(UInt8(ascii: "\""))
        var start = 0
        while start < value.count {
            let count = min(3, value.count - start)
            var group: UInt32 = 0
            for offset in 0..<3 { group = group << 8 | (offset < count ? UInt32(value[start + offset]) : 0) }
            for place in 0..<4 {
                let digit = Int(group >> UInt32(18 - 6 * place) & 63)
                text.append(place <= count ? Self.base64[digit] : UInt8(ascii: "="))
            }
            start += 3
        }
        text.append(UInt8(ascii: "\""))
    }

    private static let base64 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let hex = Array("0123456789abcdef".utf8)

    private mutating func begin(_ bracket: StaticString) {
        bracket.withUTF8Buffer { text.append(contentsOf: $0) }
        needsComma = false
    }

    private mutating func end(_ bracket: StaticString) {
        bracket.withUTF8Buffer { text.append(contentsOf: $0) }
        needsComma = true
    }

    private mutating func raw(_ string: String) { text.append(contentsOf: string.utf8) }

    /// The shortest decimal that reads back as the same number; JSON has no infinities and no NaN, so these are strings.
    private mutating func floating(_ value: some BinaryFloatingPoint & CustomStringConvertible) {
        if value.isNaN {
            raw("\"NaN\"")
        } else if value.isInfinite {
            raw(value < 0 ? "\"-Infinity\"" : "\"Infinity\"")
        } else {
            raw(value.description)
        }
    }

    private mutating func escaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): raw("\\\"")
        case UInt8(ascii: "\\"): raw("\\\\")
        case 0x0A: raw("\\n")
        case 0x0D: raw("\\r")
        case 0x09: raw("\\t")
        case 0..<0x20:
            raw("\\u00")
            text.append(Self.hex[Int(byte >> 4)])
            text.append(Self.hex[Int(byte & 15)])
        default: text.append(byte)
        }
    }
}
