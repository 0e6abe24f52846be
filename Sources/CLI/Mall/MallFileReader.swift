import Yams

/// Takes a YAML document apart and notes everything that is not as it should be, with its line.
struct MallFileReader {
    /// A mapping's fields that have not been taken yet.
    struct Fields {
        let line: Int
        let path: String
        fileprivate var remaining: [String: Node]
        fileprivate var order: [String]

        /// Where a field of this mapping is in the file, as far as people are told.
        func path(_ field: String) -> String { path.isEmpty ? field : "\(path).\(field)" }
    }

    /// Past so many mistakes the file is something else altogether.
    private static let maxErrors = 50

    private(set) var errors: [MallFileError] = []

    mutating func fail(_ line: Int, _ path: String, _ message: String) {
        guard errors.count < Self.maxErrors else { return }
        errors.append(MallFileError(line: line, path: path, message: message))
    }

    /// A mapping's fields; nil when the node is something else.
    mutating func mapping(_ node: Node, path: String) -> Fields? {
        guard let mapping = node.mapping else {
            fail(node.line, path, "must be a mapping of fields, not \(node.kindName)")
            return nil
        }
        var fields = Fields(line: node.line, path: path, remaining: [:], order: [])
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                fail(key.line, path, "has a field whose name is \(key.kindName)")
                continue
            }
            fields.remaining[name] = value
            fields.order.append(name)
        }
        return fields
    }

    /// Ends a mapping: whatever was not taken is not known.
    mutating func finish(_ fields: Fields, known: [String]) {
        for name in fields.order {
            guard let node = fields.remaining[name] else { continue }
            let known = known.joined(separator: ", ")
            fail(node.line, fields.path(name), "there is no such field; here are known: \(known)")
        }
    }

    /// The elements of a list, each with its path; empty when it is missing or no list.
    mutating func list(_ name: String, of fields: inout Fields, required: Bool) -> [(node: Node, path: String)] {
        guard let node = take(name, of: &fields, required: required, expecting: "a list") else { return [] }
        let path = fields.path(name)
        guard let sequence = node.sequence else {
            fail(node.line, path, "must be a list, not \(node.kindName)")
            return []
        }
        if required, sequence.isEmpty { fail(node.line, path, "must have at least one element") }
        return sequence.enumerated().map { ($0.element, "\(path)[\($0.offset)]") }
    }

    /// Text of 1 (0 when not required) to `limit` characters.
    mutating func text(
        _ name: String, of fields: inout Fields, required: Bool = true, limit: Int
    ) -> String? {
        guard let node = take(name, of: &fields, required: required, expecting: "text") else { return nil }
        let path = fields.path(name)
        guard let value = node.scalar?.string else {
            fail(node.line, path, "must be text, not \(node.kindName)")
            return nil
        }
        if required, value.allSatisfy(\.isWhitespace) {
            fail(node.line, path, "must not be empty")
            return nil
        }
        if value.count > limit {
            fail(node.line, path, "is longer than \(limit) characters")
            return nil
        }
        return value
    }

    /// An id: 1 to 64 lower-case letters, digits and '-'.
    mutating func id(_ name: String, of fields: inout Fields) -> String? {
        let line = line(name, fields)
        guard let value = text(name, of: &fields, limit: 64) else { return nil }
        let allowed = value.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
        }
        guard allowed else {
            fail(line, fields.path(name), "is '\(value)'; an id takes only lower-case letters, digits and '-'")
            return nil
        }
        return value
    }

    /// A whole number in `range`; `fallback` when it is absent and there is one.
    mutating func integer(
        _ name: String, of fields: inout Fields, in range: ClosedRange<Int>, fallback: Int? = nil
    ) -> Int? {
        guard let node = take(name, of: &fields, required: fallback == nil, expecting: "a whole number") else {
            return fallback
        }
        let path = fields.path(name)
        guard let value = node.int else {
            fail(node.line, path, "must be a whole number, not \(node.kindName)")
            return nil
        }
        guard range.contains(value) else {
            fail(node.line, path, "is \(value); it must be between \(range.lowerBound) and \(range.upperBound)")
            return nil
        }
        return value
    }

    mutating func boolean(_ name: String, of fields: inout Fields, fallback: Bool) -> Bool? {
        guard let node = take(name, of: &fields, required: false, expecting: "true or false") else { return fallback }
        guard let value = node.bool else {
            fail(node.line, fields.path(name), "must be true or false, not \(node.kindName)")
            return nil
        }
        return value
    }

    /// A field that takes several kinds of things; nil when it is absent.
    func node(_ name: String, of fields: inout Fields) -> Node? { fields.remaining.removeValue(forKey: name) }

    /// The line of a field that has not been taken yet; the mapping's own when there is none.
    func line(_ name: String, _ fields: Fields) -> Int { fields.remaining[name]?.line ?? fields.line }

    private mutating func take(
        _ name: String, of fields: inout Fields, required: Bool, expecting kind: String
    ) -> Node? {
        guard let node = fields.remaining.removeValue(forKey: name) else {
            if required { fail(fields.line, fields.path(name), "is missing; it takes \(kind)") }
            return nil
        }
        return node
    }
}

extension Node {
    /// From 1.
    var line: Int { mark?.line ?? 0 }

    /// "a list", for messages.
    fileprivate var kindName: String {
        switch self {
        case .scalar(let scalar): "'\(scalar.string.prefix(40))'"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}
