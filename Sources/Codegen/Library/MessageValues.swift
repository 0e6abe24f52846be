import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// Emits the Swift values of a .proto file's messages and enums.
enum MessageValues {
    static func file(_ file: FileDescriptor, _ options: Options) -> String {
        var out = CodePrinter(from: file.name)
        let imports = options.imports()
        out.lines(imports)
        if !imports.isEmpty { out.line() }
        out.block("extension \(SwiftNames.namespace(file.package))") { out in
            var first = true
            for message in file.messages {
                if !first { out.line() }
                first = false
                structure(message, &out)
            }
            for enumeration in file.enums {
                if !first { out.line() }
                first = false
                EnumValues.enumeration(enumeration, &out)
            }
        }
        return out.text
    }

    private static func structure(_ message: Descriptor, _ out: inout CodePrinter) {
        let members = Member.all(of: message)
        let comment = commentLines(message)
        out.lines(comment.isEmpty ? ["/// `\(message.fullName)`."] : comment)
        out.block("public struct \(SwiftNames.type(message.name)): Message") { out in
            out.line("public static var protobufName: String { \"\(message.fullName)\" }")
            for (index, member) in members.enumerated() {
                if index == 0 || !member.comment.isEmpty { out.line() }
                out.lines(member.comment)
                out.line("public var \(member.name): \(member.swiftType) = \(member.swiftDefault)")
            }
            out.line()
            out.line("public init() {}")
            if !members.isEmpty {
                out.line()
                memberwise(members, &out)
            }
            for oneof in message.realOneofs {
                out.line()
                oneofEnum(oneof, &out)
            }
            for enumeration in message.enums {
                out.line()
                EnumValues.enumeration(enumeration, &out)
            }
            for nested in message.realMessages {
                out.line()
                structure(nested, &out)
            }
        }
    }

    private static func memberwise(_ members: [Member], _ out: inout CodePrinter) {
        out.line("public init(")
        out.indented { out in
            for (index, member) in members.enumerated() {
                let comma = index + 1 < members.count ? "," : ""
                out.line("\(member.name): \(member.swiftType) = \(member.swiftDefault)\(comma)")
            }
        }
        out.block(")") { out in
            for member in members { out.line("self.\(member.name) = \(member.name)") }
        }
    }

    private static func oneofEnum(_ oneof: OneofDescriptor, _ out: inout CodePrinter) {
        let comment = commentLines(oneof)
        out.lines(comment.isEmpty ? ["/// One of these, at most."] : comment)
        out.block("public enum \(SwiftNames.oneofType(oneof)): Hashable, Sendable") { out in
            for field in oneof.fields {
                out.lines(commentLines(field))
                out.line("case \(SwiftNames.oneofCase(field))(\(Element(field: field).swiftType))")
            }
            out.line()
            out.line("/// Which case it is, in UpperCamelCase.")
            out.block("public var typeName: String") { out in
                out.line("switch self {")
                for field in oneof.fields {
                    out.line("case .\(SwiftNames.oneofCase(field)): \"\(SwiftNames.oneofTypeName(field))\"")
                }
                out.line("}")
            }
        }
    }
}
