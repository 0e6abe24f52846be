package import Foundation

/// Takes the fields of a request's body one by one, and collects everything that is wrong with them.
///
/// So a caller sees all its mistakes in one answer: wrong types, missing fields, and fields that do not exist.
package struct Fields {
    private var remaining: [String: JSONValue]
    package private(set) var errors: [Problem.FieldError] = []

    /// - Parameter body: empty counts as an empty object.
    package init(body: Data) throws(Problem) {
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

    /// A text; `""` when it is wrong, or absent and not required.
    package mutating func text(_ name: String, required: Bool, maximum: Int) -> String {
        switch take(name, required: required) {
        case .string(let value) where required && value.isEmpty:
            fail(name, "must not be empty")
            return ""
        case .string(let value) where value.utf8.count > maximum:
            fail(name, "may have \(maximum) bytes at most")
            return ""
        case .string(let value): return value
        case let other?:
            fail(name, "must be a string, not \(other.kind)")
            return ""
        case nil: return ""
        }
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

    /// Ends the reading.
    /// - Throws: a `Problem` that names every field that was wrong or is not known.
    package mutating func finish() throws(Problem) {
        for name in remaining.keys.sorted() { fail(name, "is not a field of this request") }
        if !errors.isEmpty { throw .invalid(errors) }
    }

    private mutating func take(_ name: String, required: Bool) -> JSONValue? {
        switch remaining.removeValue(forKey: name) {
        case .null?, nil:
            if required { fail(name, "is missing") }
            return nil
        case let value?: return value
        }
    }

    private mutating func fail(_ field: String, _ message: String) {
        errors.append(Problem.FieldError(field: field, message: message))
    }
}
