/// Writes values as JSON straight into bytes: names in snake_case, in the order in which a value gives them.
///
/// Foundation's encoder builds a tree of objects first, and sorts it. This one knows what documents are made of: objects,
/// lists, texts, numbers, booleans. For anything else (a dictionary, whose order would be random; a container that a value
/// opens inside of its own) it throws `Unsupported`, and the caller asks Foundation's.
struct JSONWriter: Encoder {
    struct Unsupported: Error {}

    let output: JSONOutput
    let level: JSONOutput.Level
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    static func write(_ value: some Encodable) throws -> [UInt8] {
        let output = JSONOutput()
        try output.write(value)
        guard !output.isUnsupported else { throw Unsupported() }
        return output.bytes
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        output.open(UInt8(ascii: "{"), UInt8(ascii: "}"), level)
        return KeyedEncodingContainer(ObjectWriter<Key>(output: output, level: level))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        output.open(UInt8(ascii: "["), UInt8(ascii: "]"), level)
        return ListWriter(output: output, level: level)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { ValueWriter(output: output) }
}

/// The bytes that a `JSONWriter` has written so far.
final class JSONOutput {
    /// What one value has opened, which is closed when the value is done.
    final class Level {
        var end: UInt8?
        var count = 0
    }

    private(set) var bytes: [UInt8] = []
    var isUnsupported = false

    init() { bytes.reserveCapacity(1_024) }

    /// A value may ask several times for its container.
    func open(_ begin: UInt8, _ end: UInt8, _ level: Level) {
        guard level.end == nil else { return }
        level.end = end
        bytes.append(begin)
    }

    /// Before each of a list's elements, and each of an object's names.
    func separate(_ level: Level) {
        if level.count > 0 { bytes.append(UInt8(ascii: ",")) }
        level.count += 1
    }

    func write<T: Encodable>(_ value: T) throws {
        // Metatypes are compared faster than values are cast.
        if T.self == String.self, let text = value as? String { return write(text) }
        if T.self is any JSONDictionary.Type { throw JSONWriter.Unsupported() }
        let level = Level()
        try value.encode(to: JSONWriter(output: self, level: level))
        if let end = level.end { bytes.append(end) }
    }

    func write(_ flag: Bool) { bytes.append(contentsOf: flag ? "true".utf8 : "false".utf8) }

    func write(whole number: some FixedWidthInteger) { bytes.append(contentsOf: String(number).utf8) }

    func write(_ number: Double) throws {
        guard number.isFinite else { throw JSONWriter.Unsupported() }
        let text = number.description
        bytes.append(contentsOf: text.utf8.dropLast(text.hasSuffix(".0") ? 2 : 0))
    }

    func writeNull() { bytes.append(contentsOf: "null".utf8) }

    func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            for index in 0..<utf8.count where utf8[index] < 0x20 || utf8[index] == 0x22 || utf8[index] == 0x5C {
                bytes.append(contentsOf: utf8[start..<index])
                escape(utf8[index])
                start = index + 1
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private func escape(_ byte: UInt8) {
        switch byte {
        case 0x22, 0x5C: bytes += [UInt8(ascii: "\\"), byte]
        case 0x0A: bytes += Array("\\n".utf8)
        case 0x0D: bytes += Array("\\r".utf8)
        case 0x09: bytes += Array("\\t".utf8)
        default: bytes += Array("\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8)
        }
    }

    /// An object's next name: "orderId" as `"order_id":`.
    func write(name: String, in level: Level) {
        separate(level)
        bytes.append(UInt8(ascii: "\""))
        var name = name
        name.withUTF8 { utf8 in
            for index in 0..<utf8.count {
                guard Self.isCapital(utf8[index]) else {
                    bytes.append(utf8[index])
                    continue
                }
                // A word begins where capitals begin, and with the last of several that a small letter follows.
                let begins = index > 0 && utf8[index - 1] != UInt8(ascii: "_") && !Self.isCapital(utf8[index - 1])
                let follows =
                    index > 0 && Self.isCapital(utf8[index - 1]) && index + 1 < utf8.count
                    && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(utf8[index + 1])
                if begins || follows { bytes.append(UInt8(ascii: "_")) }
                bytes.append(utf8[index] | 0x20)
            }
        }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private static func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
}

/// A dictionary, whatever is in it.
protocol JSONDictionary {}
extension Dictionary: JSONDictionary {}
