import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// Emits how a .proto file's messages are read from and written to protobuf-c's structs.
enum MessageCoding {
    static func file(_ file: FileDescriptor, _ options: Options) -> String {
        var out = CodePrinter(from: file.name)
        out.lines(options.imports(["CMessages", options.cModule]))
        for message in file.messages.flatMap(\.withNested) {
            out.line()
            coding(message, &out)
        }
        return out.text
    }

    private static func coding(_ message: Descriptor, _ out: inout CodePrinter) {
        let structure = CNames.structure(message.fullName)
        let function = CNames.function(message.fullName)
        let members = Member.all(of: message)
        out.block("extension \(SwiftNames.full(message))") { out in
            out.block("public static var _descriptor: UnsafeRawPointer") { out in
                out.line("UnsafeRawPointer(\(function)__descriptor_address())")
            }
            out.line()
            out.line("public static func _decode(")
            out.line("    _ bytes: UnsafeRawBufferPointer, _ limits: DecodingLimits")
            out.block(") throws(DecodingError) -> Self") { out in
                out.block("try _decode(bytes, limits)") { out in
                    out.line("(c) throws(DecodingError) in try Self(_c: c.assumingMemoryBound(to: \(structure).self))")
                }
            }
            out.line()
            out.block("public func _encode(_ arena: inout _EncodingArena) -> UnsafeMutableRawPointer") { out in
                out.line("UnsafeMutableRawPointer(_fill(&arena))")
            }
            out.line()
            out.block("init(_c c: UnsafePointer<\(structure)>) throws(DecodingError)") { out in
                // All fields are read before there is a value, so that nothing is set twice or undone.
                for member in members { decode(member, message, &out) }
                let arguments = members.map { "\(SwiftNames.label($0.name)): \(local($0))" }
                out.line("self.init(\(arguments.joined(separator: ", ")))")
            }
            out.line()
            out.block("func _fill(_ arena: inout _EncodingArena) -> UnsafeMutablePointer<\(structure)>") { out in
                out.line("let c = arena.one(\(structure).self)")
                out.line("\(function)__init(c)")
                for member in members { encode(member, message, &out) }
                out.line("return c")
            }
        }
    }

    /// The variable that a member is read into: its number, which no other name can be.
    private static func local(_ member: Member) -> String { "field\(member.field.number)" }

    private static func decode(_ member: Member, _ message: Descriptor, _ out: inout CodePrinter) {
        let (name, c) = (local(member), "c.pointee.\(member.cName)")
        let count = "c.pointee.n_\(member.cName)"
        switch member.shape {
        case .single(let element):
            out.line("let \(name) = \(element.decoded(c))")
        case .optional(let element):
            out.line("var \(name): \(member.swiftType) = nil")
            out.line("if let value = \(c) { \(name) = \(element.decoded("value")) }")
        case .repeated(let element) where element.isSameInC:
            out.line("let \(name) = FromC.scalars(\(c), \(count))")
        case .repeated(let element):
            out.line("var \(name): \(member.swiftType) = \(member.swiftDefault)")
            out.line("\(name).reserveCapacity(\(count))")
            out.block("for index in 0..<\(count)") { out in
                out.line("\(name).append(\(element.decoded(item(element, c))))")
            }
        case .map(_, let key, let value):
            out.line("var \(name): \(member.swiftType) = \(member.swiftDefault)")
            out.line("\(name).reserveCapacity(\(count))")
            out.block("for index in 0..<\(count)") { out in
                out.line("let entry = FromC.message(\(c), index)")
                let keyMember = "entry.pointee.\(CNames.member("key"))"
                let valueMember = "entry.pointee.\(CNames.member("value"))"
                out.line("let key = \(key.decoded(keyMember))")
                if value.isMessage {
                    out.line("var value = \(value.swiftType)()")
                    out.line("if let decoded = \(valueMember) { value = \(value.decoded("decoded")) }")
                } else {
                    out.line("let value = \(value.decoded(valueMember))")
                }
                out.line("\(name)[key] = value")
            }
        case .oneof(let oneof):
            out.line("var \(name): \(SwiftNames.full(message)).\(member.swiftType) = nil")
            out.line("switch c.pointee.\(member.cName)_case.rawValue {")
            for field in oneof.fields {
                let element = Element(field: field)
                let fieldC = "c.pointee.\(CNames.member(field.name))"
                let label = SwiftNames.oneofCase(field)
                if element.isMessage {
                    out.line("case \(field.number):")
                    out.line("    if let value = \(fieldC) { \(name) = .\(label)(\(element.decoded("value"))) }")
                } else {
                    out.line("case \(field.number): \(name) = .\(label)(\(element.decoded(fieldC)))")
                }
            }
            out.line("default: break")
            out.line("}")
        }
    }

    private static func item(_ element: Element, _ array: String) -> String {
        element.isMessage ? "FromC.message(\(array), index)" : "FromC.item(\(array), index)"
    }

    private static func encode(_ member: Member, _ message: Descriptor, _ out: inout CodePrinter) {
        let (name, c) = (member.name, "c.pointee.\(member.cName)")
        let count = "c.pointee.n_\(member.cName)"
        switch member.shape {
        case .single(let element):
            out.line("\(c) = \(element.encoded("self.\(name)"))")
        case .optional(let element):
            out.line("if let value = self.\(name) { \(c) = \(element.encoded("value")) }")
        case .repeated(let element):
            out.block("if !self.\(name).isEmpty") { out in
                out.line("\(count) = self.\(name).count")
                if element.isSameInC {
                    out.line("\(c) = arena.scalars(self.\(name))")
                } else {
                    out.line("let items = arena.many(\(element.cType).self, self.\(name).count)")
                    out.block("for index in self.\(name).indices") { out in
                        out.line("items[index] = \(element.encoded("self.\(name)[index]"))")
                    }
                    out.line("\(c) = items")
                }
            }
        case .map(let entry, let key, let value):
            map(member, entry, key, value, &out)
        case .oneof(let oneof):
            out.line("switch self.\(name) {")
            for field in oneof.fields {
                out.line("case .\(SwiftNames.oneofCase(field))(let value):")
                out.line("    \(c)_case = .init(rawValue: \(field.number))")
                out.line(
                    "    c.pointee.\(CNames.member(field.name)) = \(Element(field: field).encoded("value"))")
            }
            out.line("case nil: break")
            out.line("}")
        }
    }

    /// Entries go out in the order of their keys, so that equal messages have equal bytes. Both halves of an entry are
    /// always written, as Google's encoders do.
    private static func map(
        _ member: Member, _ entry: Descriptor, _ key: Element, _ value: Element, _ out: inout CodePrinter
    ) {
        let structure = CNames.structure(entry.fullName)
        out.block("if !self.\(member.name).isEmpty") { out in
            out.line("let sorted = self.\(member.name).keys.sorted { \(key.keyOrder) }")
            out.line("let items = arena.many(UnsafeMutablePointer<\(structure)>?.self, sorted.count)")
            out.block("for (index, key) in sorted.enumerated()") { out in
                out.line("let entry = arena.one(\(structure).self)")
                out.line("\(CNames.function(entry.fullName))__init(entry)")
                out.line("entry.pointee.\(CNames.presence("key"))_case = .init(rawValue: 1)")
                out.line("entry.pointee.\(CNames.member("key")) = \(key.encoded("key"))")
                out.block("if let value = self.\(member.name)[key]") { out in
                    out.line("entry.pointee.\(CNames.presence("value"))_case = .init(rawValue: 2)")
                    out.line("entry.pointee.\(CNames.member("value")) = \(value.encoded("value"))")
                }
                out.line("items[index] = entry")
            }
            out.line("c.pointee.n_\(member.cName) = sorted.count")
            out.line("c.pointee.\(member.cName) = items")
        }
    }
}
