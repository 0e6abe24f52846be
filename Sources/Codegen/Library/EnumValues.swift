import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// Emits the Swift value of an enum: its cases and `unrecognized` for numbers that a newer peer may send.
enum EnumValues {
    static func enumeration(_ enumeration: EnumDescriptor, _ out: inout CodePrinter) {
        let values = distinct(enumeration)
        let comment = commentLines(enumeration)
        out.lines(comment.isEmpty ? ["/// `\(enumeration.fullName)`."] : comment)
        out.block("public enum \(SwiftNames.type(enumeration.name)): ProtobufEnum") { out in
            for value in values {
                out.lines(commentLines(value))
                out.line("case \(SwiftNames.enumCase(value))")
            }
            out.line("/// A number that this version of the schema has no name for.")
            out.line("case unrecognized(Int32)")
            for alias in enumeration.values {
                guard let original = values.first(where: { $0.number == alias.number }), original.name != alias.name
                else { continue }
                out.line()
                out.lines(commentLines(alias))
                out.line("public static let \(SwiftNames.enumCase(alias)) = Self.\(SwiftNames.enumCase(original))")
            }
            out.line()
            out.line("public static let allCases: [Self] = [")
            out.indented { out in
                for value in values { out.line(".\(SwiftNames.enumCase(value)),") }
            }
            out.line("]")
            out.line()
            out.line("public init() { self = .\(SwiftNames.enumCase(enumeration.values[0])) }")
            out.line()
            conversions(values, &out)
        }
    }

    /// The first value of each number; the others are its aliases.
    private static func distinct(_ enumeration: EnumDescriptor) -> [EnumValueDescriptor] {
        var seen: Set<Int32> = []
        return enumeration.values.filter { seen.insert($0.number).inserted }
    }

    private static func conversions(_ values: [EnumValueDescriptor], _ out: inout CodePrinter) {
        out.block("public init(rawValue: Int32)") { out in
            out.line("switch rawValue {")
            for value in values { out.line("case \(value.number): self = .\(SwiftNames.enumCase(value))") }
            out.line("default: self = .unrecognized(rawValue)")
            out.line("}")
        }
        out.line()
        out.block("public var rawValue: Int32") { out in
            out.line("switch self {")
            for value in values { out.line("case .\(SwiftNames.enumCase(value)): \(value.number)") }
            out.line("case .unrecognized(let number): number")
            out.line("}")
        }
        out.line()
        out.block("public var knownName: String?") { out in
            out.line("switch Self(rawValue: rawValue) {")
            for value in values { out.line("case .\(SwiftNames.enumCase(value)): \"\(value.name)\"") }
            out.line("case .unrecognized: nil")
            out.line("}")
        }
    }
}
