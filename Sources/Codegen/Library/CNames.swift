import SwiftProtobufPluginLibrary

/// The names that protoc-c gives to things in a .proto file.
///
/// These follow the rules of protobuf-c 1.4's own generator (`c_helpers.cc`): struct names join CamelCased parts by two
/// underscores, function names join snake_cased ones, members are the field's name in lower case.
enum CNames {
    /// `mallbots.depot.v1.Task.PickedEntry` -> `Mallbots__Depot__V1__Task__PickedEntry`.
    static func structure(_ fullName: String) -> String {
        fullName.split(separator: ".").map { camel($0) }.joined(separator: "__")
    }

    /// `mallbots.depot.v1.Task.PickedEntry` -> `mallbots__depot__v1__task__picked_entry`.
    static func function(_ fullName: String) -> String {
        fullName.split(separator: ".").map { snake($0) }.joined(separator: "__")
    }

    /// `mallbots/depot/v1/depot.proto` -> `mallbots__depot__v1__depot__file`: the array with a file's descriptor.
    static func file(_ name: String) -> String {
        let path = name.hasSuffix(".proto") ? String(name.dropLast(".proto".count)) : name
        return path.split(separator: "/").map { snake($0.filter { $0 != "-" && $0 != "." }) }.joined(separator: "__")
            + "__file"
    }

    /// The struct member of a field or oneof.
    static func member(_ name: String) -> String {
        let lower = name.lowercased()
        return awkward.contains(lower) ? lower + "_" : lower
    }

    /// The presence oneof that a map entry's key or value gets in C: see `CDescriptors`.
    static func presence(_ name: String) -> String { name + "_presence" }

    private static func camel(_ part: Substring) -> String {
        var result = ""
        var upper = true
        for letter in part {
            if letter == "_" {
                upper = true
            } else {
                result += upper ? letter.uppercased() : String(letter)
                upper = false
            }
        }
        return result
    }

    private static func snake(_ part: Substring) -> String {
        var result = ""
        var wasUpper = true
        for letter in part {
            if letter.isUppercase, !wasUpper { result += "_" }
            wasUpper = letter.isUppercase
            result += letter.lowercased()
        }
        return result
    }

    /// Keywords of C and C++, the member that every protobuf-c struct begins with, and what Swift cannot say after a
    /// dot. The C descriptors name such fields with an underscore behind, so that both generators agree.
    private static let awkward: Set<String> = [
        "base", "init", "self",
        "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "class", "compl",
        "const", "const_cast", "continue", "default", "delete", "do", "double", "dynamic_cast", "else", "enum",
        "explicit",
        "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace",
        "new",
        "not", "not_eq", "operator", "or", "or_eq", "private", "protected", "public", "register", "reinterpret_cast",
        "return", "short", "signed", "sizeof", "static", "static_cast", "struct", "switch", "template", "this", "throw",
        "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void", "volatile",
        "wchar_t", "while", "xor", "xor_eq",
    ]
}
