/// Reads one JSON value (RFC 8259), strictly: UTF-8, no name twice in an object, and not too deep.
struct JSONReader {
    /// What is wrong, and before which byte.
    struct Mistake: Error, Hashable {
        let what: String
        let offset: Int
    }

    /// More than any request means, and far less than a stack holds.
    static let maxDepth = 64

    private let bytes: UnsafeRawBufferPointer
    private var index = 0
    private var depth = 0

    static func read(_ bytes: UnsafeRawBufferPointer) throws(Mistake) -> JSONValue {
        var reader = JSONReader(bytes: bytes)
        reader.skipSpace()
        let value = try reader.value()
        reader.skipSpace()
        guard reader.index == bytes.count else { throw reader.mistake("Something follows the JSON value") }
        return value
    }

    private init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    private func mistake(_ what: String, at offset: Int? = nil) -> Mistake {
        Mistake(what: what, offset: offset ?? index)
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }

    private mutating func value() throws(Mistake) -> JSONValue {
        guard let byte = next else { throw mistake("The JSON ends too early") }
        switch byte {
        case UInt8(ascii: "{"): return try nested { (reader) throws(Mistake) in try reader.object() }
        case UInt8(ascii: "["): return try nested { (reader) throws(Mistake) in try reader.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw mistake("Invalid JSON")
        }
    }

    private mutating func nested(
        _ body: (inout JSONReader) throws(Mistake) -> JSONValue
    ) throws(Mistake) -> JSONValue {
        guard depth < Self.maxDepth else { throw mistake("More than \(Self.maxDepth) levels of JSON") }
        depth += 1
        index += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(Mistake) -> JSONValue {
        var fields: [String: JSONValue] = [:]
        skipSpace()
        if skip(UInt8(ascii: "}")) { return .object(fields) }
        while true {
            skipSpace()
            let start = index
            guard next == UInt8(ascii: "\"") else { throw mistake("A name in quotes is missing") }
            let name = try string()
            skipSpace()
            guard skip(UInt8(ascii: ":")) else { throw mistake("A colon is missing") }
            skipSpace()
            guard fields.updateValue(try value(), forKey: name) == nil else {
                throw mistake("A name that was there before", at: start)
            }
            skipSpace()
            if skip(UInt8(ascii: "}")) { return .object(fields) }
            guard skip(UInt8(ascii: ",")) else { throw mistake("A comma or the object's end is missing") }
        }
    }

    private mutating func array() throws(Mistake) -> JSONValue {
        var elements: [JSONValue] = []
        skipSpace()
        if skip(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            skipSpace()
            elements.append(try value())
            skipSpace()
            if skip(UInt8(ascii: "]")) { return .array(elements) }
            guard skip(UInt8(ascii: ",")) else { throw mistake("A comma or the list's end is missing") }
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Mistake) -> JSONValue {
        let count = word.utf8CodeUnitCount
        guard index + count <= bytes.count,
            word.withUTF8Buffer({ $0.elementsEqual(bytes[index..<(index + count)]) })
        else { throw mistake("Invalid JSON") }
        index += count
        return value
    }

    // MARK: Numbers

    private mutating func number() throws(Mistake) -> JSONValue {
        let start = index
        _ = skip(UInt8(ascii: "-"))
        if !skip(UInt8(ascii: "0")) { try digits() }
        var isWhole = true
        if skip(UInt8(ascii: ".")) {
            isWhole = false
            try digits()
        }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            isWhole = false
            if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
            try digits()
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isWhole, let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw mistake("A number that is too large", at: start) }
        // 1.0 and 1e2 are whole numbers too.
        if let integer = Int64(exactly: number), number.magnitude < 0x1p53 { return .integer(integer) }
        return .number(number)
    }

    private mutating func digits() throws(Mistake) {
        let start = index
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
        if index == start { throw mistake("A digit is missing") }
    }

    // MARK: Texts

    private mutating func string() throws(Mistake) -> String {
        index += 1
        let start = index
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                let whole = try text(bytes[start..<index], at: start)
                index += 1
                return whole
            case UInt8(ascii: "\\"): return try escaped(from: start)
            case 0..<0x20: throw mistake("A control character in a text, which is to be written as \\u")
            default: index += 1
            }
        }
        throw mistake("A text does not end")
    }

    private func text(_ part: Slice<UnsafeRawBufferPointer>, at start: Int) throws(Mistake) -> String {
        guard let text = String(validating: part, as: UTF8.self) else {
            throw mistake("A text that is not UTF-8", at: start)
        }
        return text
    }

    /// The rest of a text with escapes in it.
    private mutating func escaped(from start: Int) throws(Mistake) -> String {
        var unescaped = Array(bytes[start..<index])
        while let byte = next {
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: unescaped, as: UTF8.self) else {
                    throw mistake("A text that is not UTF-8", at: start)
                }
                return text
            case UInt8(ascii: "\\"): unescaped += String(try escape()).utf8
            case 0..<0x20: throw mistake("A control character in a text, which is to be written as \\u", at: index - 1)
            default: unescaped.append(byte)
            }
        }
        throw mistake("A text does not end")
    }

    private mutating func escape() throws(Mistake) -> Character {
        let start = index - 1
        guard let byte = next else { throw mistake("A text does not end") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return Character(try scalar(from: start))
        default: throw mistake("An escape that JSON does not have", at: start)
        }
    }

    /// What follows `\u`, and a second one where it takes two.
    private mutating func scalar(from start: Int) throws(Mistake) -> Unicode.Scalar {
        let first = try hex(from: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else {
            throw mistake("Half of a surrogate pair", at: start)
        }
        let second = try hex(from: start)
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw mistake("Half of a surrogate pair", at: start) }
        return scalar
    }

    private mutating func hex(from start: Int) throws(Mistake) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw mistake("\\u without four hexadecimal digits", at: start)
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }
}
