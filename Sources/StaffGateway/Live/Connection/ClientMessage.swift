import Foundation
import HTTPTypes
import Web

/// What a client says.
enum ClientMessage: Hashable, Sendable {
    case subscribe(id: Int64, topic: LiveTopic, from: String?, hz: Double)
    case unsubscribe(id: Int64)

    /// A message that cannot be followed.
    struct Mistake: Error, Hashable, Sendable {
        /// The subscription that it was to make, as far as it can be told.
        var id: Int64?
        var problem: Problem
    }

    /// The numbers that a browser keeps exactly.
    static let ids: ClosedRange<Int64> = 0...9_007_199_254_740_991
    static let maxHz = 10.0
    static let defaultHz = 1.0

    /// - Throws: a `Mistake` that says everything that is wrong, and what to send instead.
    init(_ text: String) throws(Mistake) {
        let value: JSONValue
        do {
            value = try JSON.value(Data(text.utf8))
        } catch {
            throw Mistake(
                problem: Problem(
                    kind: "malformed-json", status: .badRequest, title: "The message is not JSON",
                    detail: "\(error.detail) A message is one JSON object, like \(Self.example)."))
        }
        guard case .object(let fields) = value else {
            throw Mistake(
                problem: Problem(
                    kind: "malformed-json", status: .badRequest, title: "The message is no JSON object",
                    detail: "A message is one JSON object, like \(Self.example); this is \(value.kind)."))
        }
        var reading = Reading(fields: fields)
        switch reading.type() {
        case "subscribe":
            let id = reading.id()
            let (name, from, hz) = (reading.topic(), reading.from(), reading.hz())
            try reading.finish()
            do {
                self = .subscribe(id: id, topic: try LiveTopic(name), from: from, hz: hz)
            } catch {
                throw Mistake(id: id, problem: error)
            }
        case "unsubscribe":
            let id = reading.id()
            try reading.finish()
            self = .unsubscribe(id: id)
        default:
            reading.fail("type", "must be \"subscribe\" or \"unsubscribe\"")
            throw reading.mistake
        }
    }

    static let example = #"{"type":"subscribe","id":1,"topic":"orders"}"#

    /// Takes a message's fields one by one, and collects everything that is wrong with them.
    private struct Reading {
        var fields: [String: JSONValue]
        private var errors: [Problem.FieldError] = []
        private var found: Int64?

        init(fields: [String: JSONValue]) {
            self.fields = fields
        }

        /// Empty when it is none.
        mutating func type() -> String {
            if case .string(let type)? = fields.removeValue(forKey: "type") { type } else { "" }
        }

        mutating func id() -> Int64 {
            guard case .integer(let id)? = fields.removeValue(forKey: "id"), ClientMessage.ids.contains(id) else {
                fail("id", "must be a whole number from 0 that this connection does not use yet")
                return 0
            }
            found = id
            return id
        }

        mutating func topic() -> String {
            if case .string(let topic)? = fields.removeValue(forKey: "topic") { return topic }
            fail("topic", "must be a text like \"orders\"")
            return ""
        }

        mutating func from() -> String? {
            switch fields.removeValue(forKey: "from") {
            case nil, .null?: return nil
            case .string(let from)?: return from
            default:
                fail("from", "must be the text that came as \"position\"")
                return nil
            }
        }

        mutating func hz() -> Double {
            let hz: Double
            switch fields.removeValue(forKey: "hz") {
            case nil, .null?: return ClientMessage.defaultHz
            case .integer(let value)?: hz = Double(value)
            case .number(let value)?: hz = value
            default: hz = -1
            }
            if (0...ClientMessage.maxHz).contains(hz) { return hz }
            fail("hz", "must be a number from 0 (no telemetry) to 10")
            return 0
        }

        mutating func fail(_ field: String, _ message: String) {
            errors.append(Problem.FieldError(field: field, message: message))
        }

        mutating func finish() throws(Mistake) {
            for name in fields.keys.sorted() { fail(name, "is not a field of this message") }
            if !errors.isEmpty { throw mistake }
        }

        var mistake: Mistake { Mistake(id: found, problem: .invalid(errors)) }
    }
}
