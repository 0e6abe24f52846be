import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// Emits how a .proto file's messages are printed in protobuf's JSON mapping.
enum MessageJSON {
    static func file(_ file: FileDescriptor, _ options: Options) -> String {
        var out = CodePrinter(from: file.name)
        let imports = options.imports()
        out.lines(imports)
        if !imports.isEmpty { out.line() }
        var first = true
        for message in file.messages.flatMap(\.withNested) {
            if !first { out.line() }
            first = false
            out.block("extension \(SwiftNames.full(message))") { out in
                out.block("public func _print(_ json: inout _JSONPrinter)") { out in
                    out.line("json.beginObject()")
                    for member in Member.all(of: message) { print(member, &out) }
                    out.line("json.endObject()")
                }
            }
        }
        return out.text
    }

    private static func key(_ field: FieldDescriptor) -> String {
        field.jsonName ?? NamingUtils.toJsonFieldName(field.name)
    }

    private static func print(_ member: Member, _ out: inout CodePrinter) {
        let name = "self.\(member.name)"
        let label = "json.key(\"\(key(member.field))\")"
        switch member.shape {
        case .single(let element):
            out.block("if \(element.isSet(name))") { $0.lines([label, element.printed(name)]) }
        case .optional(let element):
            out.block("if let value = \(name)") { $0.lines([label, element.printed("value")]) }
        case .repeated(let element):
            out.block("if !\(name).isEmpty") { out in
                out.lines([label, "json.beginArray()"])
                out.block("for value in \(name)") { $0.lines(["json.element()", element.printed("value")]) }
                out.line("json.endArray()")
            }
        case .map(_, let key, let value):
            out.block("if !\(name).isEmpty") { out in
                out.lines([label, "json.beginObject()"])
                out.block("for key in \(name).keys.sorted(by: { \(key.keyOrder) })") { out in
                    out.line("json.mapKey(\(key.jsonKey("key")))")
                    out.line("if let value = \(name)[key] { \(value.printed("value")) }")
                }
                out.line("json.endObject()")
            }
        case .oneof(let oneof):
            out.line("switch \(name) {")
            for field in oneof.fields {
                out.line("case .\(SwiftNames.oneofCase(field))(let value):")
                out.line("    json.key(\"\(self.key(field))\")")
                out.line("    \(Element(field: field).printed("value"))")
            }
            out.line("case nil: break")
            out.line("}")
        }
    }
}
