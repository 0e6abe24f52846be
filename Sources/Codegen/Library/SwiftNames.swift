import SwiftProtobufPluginLibrary

/// The names that things in a .proto file have in Swift.
enum SwiftNames {
    /// `mallbots.orders.v1` -> `OrdersV1`: the package without its first part, in UpperCamelCase.
    static func namespace(_ package: String) -> String {
        let parts = package.split(separator: ".")
        return parts.dropFirst(parts.count > 1 ? 1 : 0).map { NamingUtils.toUpperCamelCase(String($0)) }.joined()
    }

    /// `mallbots.orders.v1.Order.Line` -> `OrdersV1.Order.Line`.
    static func full(_ message: Descriptor) -> String {
        path(message.containingType, message.file) + type(message.name)
    }

    /// `mallbots.orders.v1.OrderState` -> `OrdersV1.OrderState`.
    static func full(_ enumeration: EnumDescriptor) -> String {
        path(enumeration.containingType, enumeration.file) + type(enumeration.name)
    }

    private static func path(_ container: Descriptor?, _ file: FileDescriptor) -> String {
        (container.map { full($0) } ?? namespace(file.package)) + "."
    }

    /// A message's or enum's own name, made legal.
    static func type(_ name: String) -> String {
        takenByTypes.contains(name) ? name + "_" : escaped(name)
    }

    /// `order_id` -> `orderID`.
    static func field(_ field: FieldDescriptor) -> String {
        let name = NamingUtils.toLowerCamelCase(field.name)
        return takenByMessage.contains(name) ? name + "_" : escaped(name)
    }

    /// A field's name as the label of an argument, where nearly every keyword is allowed as it is.
    static func label(_ name: String) -> String {
        let plain = name.filter { $0 != "`" }
        return ["inout", "let", "var"].contains(plain) ? name : plain
    }

    /// `order_placed` -> `orderPlaced`, for a case of a oneof's enum.
    static func oneofCase(_ field: FieldDescriptor) -> String {
        let name = NamingUtils.toLowerCamelCase(field.name)
        return takenByEnum.contains(name) ? name + "_" : escaped(name)
    }

    /// `order_placed` -> `OrderPlaced`.
    static func oneofTypeName(_ field: FieldDescriptor) -> String { NamingUtils.toUpperCamelCase(field.name) }

    /// `kind` -> `Kind`: the enum of a oneof.
    static func oneofType(_ oneof: OneofDescriptor) -> String { type(NamingUtils.toUpperCamelCase(oneof.name)) }

    /// `kind` -> `kind`: the variable of a oneof.
    static func oneofField(_ oneof: OneofDescriptor) -> String {
        let name = NamingUtils.toLowerCamelCase(oneof.name)
        return takenByMessage.contains(name) ? name + "_" : escaped(name)
    }

    /// `ORDER_STATE_BASKET` of enum `OrderState` -> `basket`.
    static func enumCase(_ value: EnumValueDescriptor) -> String {
        let prefix = screaming(value.enumType.name) + "_"
        var rest = value.name.uppercased()
        if rest.hasPrefix(prefix), let next = rest.dropFirst(prefix.count).first, !next.isNumber {
            rest = String(rest.dropFirst(prefix.count))
        }
        let name = NamingUtils.toLowerCamelCase(rest.lowercased())
        return takenByEnum.contains(name) ? name + "_" : escaped(name)
    }

    /// `CheckoutBasket` -> `checkoutBasket`: a service's method.
    static func method(_ method: MethodDescriptor) -> String {
        escaped(method.name.prefix(1).lowercased() + method.name.dropFirst())
    }

    /// `OrderState` -> `ORDER_STATE`, `HTTPMethod2` -> `HTTP_METHOD2`.
    private static func screaming(_ name: String) -> String {
        let letters = Array(name)
        var result = ""
        for (index, letter) in letters.enumerated() {
            let startsWord =
                index > 0 && letter.isUppercase
                && (!letters[index - 1].isUppercase || (index + 1 < letters.count && letters[index + 1].isLowercase))
            if startsWord, letters[index - 1] != "_" { result += "_" }
            result += letter.uppercased()
        }
        return result
    }

    private static func escaped(_ name: String) -> String { keywords.contains(name) ? "`\(name)`" : name }

    /// What every message has already, and what cannot be a member's name even in backticks.
    private static let takenByMessage: Set<String> = [
        "protobuf", "withProtobuf", "json", "protobufName", "hash", "hashValue", "init", "self", "Type", "Protocol",
    ]

    /// What every generated enum has already, what Optional has, and what cannot be a case's name.
    private static let takenByEnum: Set<String> = [
        "unrecognized", "rawValue", "name", "allCases", "typeName", "hash", "hashValue", "none", "some", "init", "self",
        "Type", "Protocol",
    ]

    /// What cannot be a type's name, and the types that generated code uses by their short names.
    private static let takenByTypes: Set<String> = [
        "Type", "Protocol", "Self", "Any", "String", "Bool", "Int32", "Int64", "UInt8", "UInt32", "UInt64", "Float",
        "Double", "Optional", "Hashable", "Sendable", "Message", "ProtobufEnum", "DecodingError", "FromC",
    ]

    private static let keywords: Set<String> = [
        "Any", "Self", "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer",
        "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard",
        "if",
        "import", "in", "inout", "internal", "is", "let", "nil", "operator", "precedencegroup", "private", "protocol",
        "public", "repeat", "rethrows", "return", "static", "struct", "subscript", "super", "switch", "throw", "throws",
        "true", "try", "typealias", "var", "where", "while",
    ]
}
