import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// What one element of a field is in Swift, in C and in JSON.
///
/// The C side is that of the transformed descriptors (`CDescriptors`): strings are bytes, floats are their bit patterns
/// and enums are int32.
struct Element {
    let field: FieldDescriptor

    var isMessage: Bool { field.type == .message }

    /// The type of one element.
    var swiftType: String {
        switch field.type {
        case .double: "Double"
        case .float: "Float"
        case .int64, .sint64, .sfixed64: "Int64"
        case .uint64, .fixed64: "UInt64"
        case .int32, .sint32, .sfixed32: "Int32"
        case .uint32, .fixed32: "UInt32"
        case .bool: "Bool"
        case .string: "String"
        case .bytes: "[UInt8]"
        case .enum: SwiftNames.full(field.enumType)
        case .message, .group: SwiftNames.full(field.messageType)
        }
    }

    /// The type of one element in protobuf-c's structs, as Swift sees it.
    var cType: String {
        switch field.type {
        case .double: "UInt64"
        case .float: "UInt32"
        case .bool: "protobuf_c_boolean"
        case .string, .bytes: "ProtobufCBinaryData"
        case .enum: "Int32"
        case .message, .group: "UnsafeMutablePointer<\(CNames.structure(field.messageType.fullName))>?"
        default: swiftType
        }
    }

    /// The default value of a singular field without presence.
    var swiftDefault: String {
        switch field.type {
        case .bool: "false"
        case .string: "\"\""
        case .bytes: "[]"
        case .enum: "." + SwiftNames.enumCase(field.enumType.values[0])
        case .message, .group: "\(swiftType)()"
        default: "0"
        }
    }

    /// A condition that holds when `value` is not the default.
    func isSet(_ value: String) -> String {
        switch field.type {
        case .double, .float: "\(value).bitPattern != 0"
        case .bool: value
        case .string, .bytes: "!\(value).isEmpty"
        case .enum: "\(value).rawValue != 0"
        default: "\(value) != 0"
        }
    }

    /// Swift's value of the C value `c`.
    func decoded(_ c: String) -> String {
        switch field.type {
        case .double: "Double(bitPattern: \(c))"
        case .float: "Float(bitPattern: \(c))"
        case .bool: "\(c) != 0"
        case .string: "try FromC.string(\(c), \"\(field.containingType.fullName)\", \"\(field.name)\")"
        case .bytes: "FromC.bytes(\(c))"
        case .enum: "\(swiftType)(rawValue: \(c))"
        case .message, .group: "try \(swiftType)(_c: \(c))"
        default: c
        }
    }

    /// Whether C's value is Swift's, bit by bit, so that arrays can be copied whole.
    var isSameInC: Bool {
        switch field.type {
        case .double, .float, .bool, .string, .bytes, .enum, .message, .group: false
        default: true
        }
    }

    /// C's value of the Swift value `value`, with storage from `arena`.
    func encoded(_ value: String) -> String {
        switch field.type {
        case .double, .float: "\(value).bitPattern"
        case .bool: "\(value) ? 1 : 0"
        case .string: "arena.string(\(value))"
        case .bytes: "arena.bytes(\(value))"
        case .enum: "\(value).rawValue"
        case .message, .group: "\(value)._fill(&arena)"
        default: value
        }
    }

    /// A statement that prints `value` as JSON.
    func printed(_ value: String) -> String {
        switch field.type {
        case .double: "json.double(\(value))"
        case .float: "json.float(\(value))"
        case .int64, .sint64, .sfixed64, .uint64, .fixed64: "json.quoted(\(value))"
        case .int32, .sint32, .sfixed32, .uint32, .fixed32: "json.integer(\(value))"
        case .bool: "json.bool(\(value))"
        case .string: "json.string(\(value))"
        case .bytes: "json.bytes(\(value))"
        case .enum: "json.name(\(value))"
        case .message, .group: "\(value)._print(&json)"
        }
    }

    /// `value`, of a map's key type, as the text of a JSON object's key.
    func jsonKey(_ value: String) -> String { field.type == .string ? value : "String(\(value))" }

    /// A condition that orders two keys of a map, `$0` before `$1`, as the encoding does.
    var keyOrder: String {
        switch field.type {
        case .string: "$0.utf8.lexicographicallyPrecedes($1.utf8)"
        case .bool: "!$0 && $1"
        default: "$0 < $1"
        }
    }
}

/// How a field appears in its message.
enum Shape {
    case single(Element)
    /// A message: optional in Swift, a pointer in C.
    case optional(Element)
    case repeated(Element)
    case map(entry: Descriptor, key: Element, value: Element)
    /// The whole oneof, at its first field.
    case oneof(OneofDescriptor)
}

/// One stored variable of a message's struct: a field, or a oneof at its first field.
struct Member {
    let field: FieldDescriptor
    let shape: Shape

    /// The members of a message, in the order of the .proto file.
    static func all(of message: Descriptor) -> [Member] {
        message.fields.compactMap { field in
            if let oneof = field.realContainingOneof {
                guard oneof.fields.first?.number == field.number else { return nil }
                return Member(field: field, shape: .oneof(oneof))
            }
            if let (key, value) = mapEntry(field) {
                return Member(
                    field: field,
                    shape: .map(entry: field.messageType, key: Element(field: key), value: Element(field: value)))
            }
            let element = Element(field: field)
            if field.isRepeated { return Member(field: field, shape: .repeated(element)) }
            return Member(field: field, shape: element.isMessage ? .optional(element) : .single(element))
        }
    }

    private static func mapEntry(_ field: FieldDescriptor) -> (FieldDescriptor, FieldDescriptor)? {
        guard field.isMap, let pair = field.messageType.mapKeyAndValue else { return nil }
        return (pair.key, pair.value)
    }

    /// The variable's name in Swift.
    var name: String {
        if case .oneof(let oneof) = shape { return SwiftNames.oneofField(oneof) }
        return SwiftNames.field(field)
    }

    /// The variable's type in Swift.
    var swiftType: String {
        switch shape {
        case .single(let element): element.swiftType
        case .optional(let element): element.swiftType + "?"
        case .repeated(let element): "[\(element.swiftType)]"
        case .map(_, let key, let value): "[\(key.swiftType): \(value.swiftType)]"
        case .oneof(let oneof): SwiftNames.oneofType(oneof) + "?"
        }
    }

    /// The variable's default value in Swift.
    var swiftDefault: String {
        switch shape {
        case .single(let element): element.swiftDefault
        case .optional, .oneof: "nil"
        case .repeated: "[]"
        case .map: "[:]"
        }
    }

    /// The member's name in C's struct.
    var cName: String {
        if case .oneof(let oneof) = shape { return CNames.member(oneof.name) }
        return CNames.member(field.name)
    }

    /// The comment that stands with it in the .proto file, as `///` lines.
    var comment: [String] {
        if case .oneof(let oneof) = shape { return commentLines(oneof) }
        return commentLines(field)
    }
}

/// The comment of something in a .proto file, as `///` lines.
func commentLines(_ described: any ProvidesSourceCodeLocation) -> [String] {
    described.protoSourceComments().split(separator: "\n").map { line in
        // protoc keeps the space that follows "//".
        String(line).replacing("///  ", with: "/// ")
    }
}

extension Descriptor {
    /// The nested messages that are not a map's entries.
    var realMessages: [Descriptor] { messages.filter { !$0.options.mapEntry } }
}

extension Descriptor {
    /// This message and all that are nested in it, entries of maps left out.
    var withNested: [Descriptor] { [self] + realMessages.flatMap(\.withNested) }
}
