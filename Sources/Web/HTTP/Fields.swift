/// Takes the fields of a request's body one by one, and collects everything that is wrong with them.
///
/// So a caller sees all its mistakes in one answer: wrong types, missing fields, and fields that do not exist.
package struct Fields {
    private var remaining: [String: JSONValue]
    /// What stands before a field's name in a message: "price." inside `price`.
    private let prefix: String
    package private(set) var errors: [Problem.FieldError] = []

    /// - Parameter body: empty counts as an empty object.
    package init(body: some Collection<UInt8>) throws(Problem) {
        prefix = ""
        guard !body.isEmpty else {
            remaining = [:]
            return
        }
        switch try JSON.value(body) {
        case .object(let fields): remaining = fields
        case let other:
            throw .malformed("The body must be a JSON object, like {\"quantity\": 1}; this is \(other.kind).")
        }
    }

    /// A text of at most `maximum` characters, as JSON Schema counts them; `""` when it is wrong, or absent and not
    /// required.
    package mutating func text(_ name: String, required: Bool, maximum: Int) -> String {
        switch take(name, required: required) {
        case .string(let value) where required && value.isEmpty:
            fail(name, "must not be empty")
            return ""
        case .string(let value) where value.unicodeScalars.count > maximum:
            fail(name, "may have \(maximum) characters at most")
            return ""
        case .string(let value): return value
        case let other?:
            fail(name, "must be a string, not \(other.kind)")
            return ""
        case nil: return ""
        }
    }

    /// A text of visible ASCII characters, like what machines make to name things.
    package mutating func token(_ name: String, required: Bool, maximum: Int) -> String {
        let value = text(name, required: required, maximum: maximum)
        guard value.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            fail(name, "may have only visible ASCII characters")
            return ""
        }
        return value
    }

    /// A whole number in `range`; its lower bound when it is wrong; `fallback` when it is absent.
    package mutating func integer(_ name: String, in range: ClosedRange<Int64>, fallback: Int64? = nil) -> Int64 {
        switch take(name, required: fallback == nil) {
        case .integer(let value) where range.contains(value): return value
        case .integer:
            fail(name, "must be between \(range.lowerBound) and \(range.upperBound)")
            return range.lowerBound
        case let other?:
            fail(name, "must be a whole number, not \(other.kind)")
            return range.lowerBound
        case nil: return fallback ?? range.lowerBound
        }
    }

    private init(_ fields: [String: JSONValue], inside name: String) {
        remaining = fields
        prefix = name + "."
    }

    /// A text that may be empty; nil when it is absent or wrong.
    package mutating func optionalText(_ name: String, maximum: Int) -> String? {
        has(name) ? text(name, required: false, maximum: maximum) : nil
    }

    /// A whole number in `range`; nil when it is absent.
    package mutating func optionalInteger(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        has(name) ? integer(name, in: range) : nil
    }

    /// True or false; nil when it is absent or wrong.
    package mutating func flag(_ name: String) -> Bool? {
        switch take(name, required: false) {
        case .bool(let value): return value
        case let other?:
            fail(name, "must be true or false, not \(other.kind)")
            return nil
        case nil: return nil
        }
    }

    /// What `read` takes out of an object's own fields; nil when it is absent or no object.
    package mutating func object<R>(_ name: String, required: Bool, _ read: (inout Fields) -> R) -> R? {
        switch take(name, required: required) {
        case .object(let fields):
            var inner = Fields(fields, inside: prefix + name)
            let result = read(&inner)
            inner.failUnread()
            errors += inner.errors
            return result
        case let other?:
            fail(name, "must be an object, not \(other.kind)")
            return nil
        case nil: return nil
        }
    }

    /// What `read` takes out of each object of a list; empty when it is absent or no list of objects.
    ///
    /// - Parameter counts: how many there may be
    package mutating func objects<R>(_ name: String, counts: ClosedRange<Int>, _ read: (inout Fields) -> R) -> [R] {
        switch take(name, required: counts.lowerBound > 0) {
        case .array(let values):
            guard counts.contains(values.count) else {
                fail(name, "takes \(counts.lowerBound) to \(counts.upperBound), not \(values.count)")
                return []
            }
            return values.enumerated().compactMap { index, value in
                guard case .object(let fields) = value else {
                    fail("\(name)[\(index)]", "must be an object, not \(value.kind)")
                    return nil
                }
                var inner = Fields(fields, inside: prefix + "\(name)[\(index)]")
                let result = read(&inner)
                inner.failUnread()
                errors += inner.errors
                return result
            }
        case let other?:
            fail(name, "must be a list, not \(other.kind)")
            return []
        case nil: return []
        }
    }

    /// Says that a field's value will not do.
    package mutating func refuse(_ name: String, _ message: String) {
        fail(name, message)
    }

    /// Ends the reading.
    /// - Throws: a `Problem` that names every field that was wrong or is not known.
    package mutating func finish() throws(Problem) {
        failUnread()
        if !errors.isEmpty { throw .invalid(errors) }
    }

    private mutating func failUnread() {
        for name in remaining.keys.sorted() { fail(name, "is not a field of this request") }
    }

    private func has(_ name: String) -> Bool { remaining[name].map { $0 != .null } ?? false }

    private mutating func take(_ name: String, required: Bool) -> JSONValue? {
        switch remaining.removeValue(forKey: name) {
        case .null?, nil:
            if required { fail(name, "is missing") }
            return nil
        case let value?: return value
        }
    }

    private mutating func fail(_ field: String, _ message: String) {
        errors.append(Problem.FieldError(field: prefix + field, message: message))
    }
}
