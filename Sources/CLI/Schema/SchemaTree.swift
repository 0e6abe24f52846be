/// A .proto file as its descriptor tells it: what there is to show, and nothing else. Options are left out.
struct SchemaTree {
    /// "mallbots/orders/v1/orders.proto".
    let name: String
    let package: String
    let imports: [String]
    let services: [Service]
    let messages: [Message]
    let enums: [Enumeration]

    struct Service {
        let fullName: String
        let comment: [String]
        let methods: [Method]
    }

    struct Method {
        let fullName: String
        let comment: [String]
        /// The full names of what it takes and gives.
        let input: String
        let output: String
        let takesStream: Bool
        let givesStream: Bool
    }

    struct Message {
        let fullName: String
        let comment: [String]
        let fields: [Field]
        let oneofs: [(name: String, comment: [String])]
        let messages: [Message]
        let enums: [Enumeration]
        /// protoc makes one for each map; it is shown as the map.
        let isMapEntry: Bool

        /// Itself and all messages in it.
        var withNested: [Message] { [self] + messages.flatMap(\.withNested) }
    }

    struct Field {
        let name: String
        let number: UInt64
        let comment: [String]
        /// "uint32", or the full name of a message or enum.
        let type: String
        let isRepeated: Bool
        let isOptional: Bool
        /// Its place in the message's `oneofs`.
        let oneof: Int?
    }

    struct Enumeration {
        let fullName: String
        let comment: [String]
        let values: [(name: String, number: Int32, comment: [String])]
    }

    /// - Parameter descriptor: a serialized `google.protobuf.FileDescriptorProto`.
    /// - Throws: `Failure` when it cannot be read.
    init(_ descriptor: [UInt8]) throws {
        let file = try RawMessage(descriptor)
        name = file.string(1)
        package = file.string(2)
        imports = file.strings(3)
        let reading = try Reading(file)
        let scope = package.isEmpty ? "" : package + "."
        messages = try reading.messages(file.messages(4), in: scope, [4])
        enums = try reading.enums(file.messages(5), in: scope, [5])
        services = try reading.services(file.messages(6), in: scope)
    }

    var allMessages: [Message] { messages.flatMap(\.withNested) }
    var allEnums: [Enumeration] { enums + allMessages.flatMap(\.enums) }
}

/// Reads the parts of a file, each with the comment that belongs to its path. The numbers are those of `descriptor.proto`.
private struct Reading {
    private let comments: [[UInt64]: [String]]

    init(_ file: RawMessage) throws {
        var comments: [[UInt64]: [String]] = [:]
        for location in try file.messages(9).flatMap({ try $0.messages(1) }) {
            let text = location.string(3) + location.string(4)
            guard !text.isEmpty else { continue }
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
            comments[try location.numbers(1)] = lines
        }
        self.comments = comments
    }

    private func comment(_ path: [UInt64]) -> [String] { comments[path] ?? [] }

    func services(_ all: [RawMessage], in scope: String) throws -> [SchemaTree.Service] {
        try all.enumerated().map { index, service in
            let path: [UInt64] = [6, UInt64(index)]
            let fullName = scope + service.string(1)
            let methods = try service.messages(2).enumerated().map { index, method in
                SchemaTree.Method(
                    fullName: "\(fullName).\(method.string(1))", comment: comment(path + [2, UInt64(index)]),
                    input: Self.plain(method.string(2)), output: Self.plain(method.string(3)),
                    takesStream: method.number(5) != 0, givesStream: method.number(6) != 0)
            }
            return SchemaTree.Service(fullName: fullName, comment: comment(path), methods: methods)
        }
    }

    func messages(_ all: [RawMessage], in scope: String, _ base: [UInt64]) throws -> [SchemaTree.Message] {
        try all.enumerated().map { index, message in
            let path = base + [UInt64(index)]
            let fullName = scope + message.string(1)
            return SchemaTree.Message(
                fullName: fullName, comment: comment(path),
                fields: try message.messages(2).enumerated().map { field($1, path + [2, UInt64($0)]) },
                oneofs: try message.messages(8).enumerated().map { ($1.string(1), comment(path + [8, UInt64($0)])) },
                messages: try messages(message.messages(3), in: fullName + ".", path + [3]),
                enums: try enums(message.messages(4), in: fullName + ".", path + [4]),
                isMapEntry: try message.messages(7).contains { $0.number(7) != 0 })
        }
    }

    func enums(_ all: [RawMessage], in scope: String, _ base: [UInt64]) throws -> [SchemaTree.Enumeration] {
        try all.enumerated().map { index, enumeration in
            let path = base + [UInt64(index)]
            return SchemaTree.Enumeration(
                fullName: scope + enumeration.string(1), comment: comment(path),
                values: try enumeration.messages(2).enumerated().map {
                    ($1.string(1), Int32(truncatingIfNeeded: $1.number(2)), comment(path + [2, UInt64($0)]))
                })
        }
    }

    private func field(_ field: RawMessage, _ path: [UInt64]) -> SchemaTree.Field {
        let isOptional = field.number(17) != 0
        let type = Int(clamping: field.number(5))
        return SchemaTree.Field(
            name: field.string(1), number: field.number(3), comment: comment(path),
            type: Self.scalars.indices.contains(type) && !Self.scalars[type].isEmpty
                ? Self.scalars[type] : Self.plain(field.string(6)),
            isRepeated: field.number(4) == 3, isOptional: isOptional,
            // An optional field is in a oneof of its own, which protoc made.
            oneof: isOptional ? nil : field.optionalNumber(9).map { Int(clamping: $0) })
    }

    /// Type names come with a dot before them.
    private static func plain(_ name: String) -> String { name.hasPrefix(".") ? String(name.dropFirst()) : name }

    /// By the number of a field's type; empty for groups, messages and enums.
    private static let scalars = [
        "", "double", "float", "int64", "uint64", "int32", "fixed64", "fixed32", "bool", "string", "", "", "bytes",
        "uint32", "", "sfixed32", "sfixed64", "sint32", "sint64",
    ]
}
