/// Parts of a schema as they would stand in a .proto file, comments included. Pure.
struct SchemaText {
    private let files: [SchemaTree]

    /// - Parameter files: the one that declares what is to be shown, and those that it needs.
    init(_ files: [SchemaTree]) { self.files = files }

    /// A service, method, message or enum by its full name, with the file it is in; a method with what it takes and
    /// gives. nil when none of the files declares it.
    func describe(_ symbol: String) -> String? {
        for file in files {
            guard let parts = parts(of: symbol, in: file) else { continue }
            return ([["// \(file.name)"]] + parts).map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
        }
        return nil
    }

    /// A whole file by its name.
    func describe(file name: String) -> String? {
        guard let file = files.first(where: { $0.name == name }) else { return nil }
        var parts = [["syntax = \"proto3\";", "package \(file.package);"]]
        if !file.imports.isEmpty { parts.append(file.imports.map { "import \"\($0)\";" }) }
        parts += file.services.map { service($0, file) }
        parts += file.messages.map { message($0, file) }
        parts += file.enums.map { enumeration($0) }
        return parts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private func parts(of symbol: String, in file: SchemaTree) -> [[String]]? {
        for service in file.services {
            if service.fullName == symbol { return [self.service(service, file)] }
            if let method = service.methods.first(where: { $0.fullName == symbol }) {
                return [self.method(method, file)] + [method.input, method.output].compactMap(definition)
            }
        }
        if let message = file.allMessages.first(where: { $0.fullName == symbol }) {
            return [self.message(message, file)]
        }
        if let enumeration = file.allEnums.first(where: { $0.fullName == symbol }) {
            return [self.enumeration(enumeration)]
        }
        return nil
    }

    private func definition(of message: String) -> [String]? {
        for file in files {
            if let found = file.allMessages.first(where: { $0.fullName == message }) {
                return self.message(found, file)
            }
        }
        return nil
    }

    private func service(_ service: SchemaTree.Service, _ file: SchemaTree) -> [String] {
        let methods = service.methods.flatMap { method($0, file) }
        return block(service.comment, "service \(Self.last(service.fullName))", methods)
    }

    private func method(_ method: SchemaTree.Method, _ file: SchemaTree) -> [String] {
        let input = (method.takesStream ? "stream " : "") + name(method.input, file)
        let output = (method.givesStream ? "stream " : "") + name(method.output, file)
        return commented(method.comment, "rpc \(Self.last(method.fullName))(\(input)) returns (\(output));")
    }

    private func message(_ message: SchemaTree.Message, _ file: SchemaTree) -> [String] {
        let maps = Dictionary(
            message.messages.filter(\.isMapEntry).map { ($0.fullName, $0) }, uniquingKeysWith: { first, _ in first })
        var lines: [String] = []
        var open: Int?
        for field in message.fields {
            if open != field.oneof, open != nil { lines.append("}") }
            if open != field.oneof, let place = field.oneof, message.oneofs.indices.contains(place) {
                let oneof = message.oneofs[place]
                lines += commented(oneof.comment, "oneof \(oneof.name) {")
            }
            open = field.oneof
            lines += self.field(field, maps, file).map { open == nil ? $0 : "  " + $0 }
        }
        if open != nil { lines.append("}") }
        for nested in message.messages where !nested.isMapEntry { lines += self.message(nested, file) }
        for nested in message.enums { lines += enumeration(nested) }
        return block(message.comment, "message \(Self.last(message.fullName))", lines)
    }

    private func field(
        _ field: SchemaTree.Field, _ maps: [String: SchemaTree.Message], _ file: SchemaTree
    ) -> [String] {
        var type = (field.isRepeated ? "repeated " : field.isOptional ? "optional " : "") + name(field.type, file)
        if let entry = maps[field.type], let key = entry.fields.first, let value = entry.fields.last {
            type = "map<\(key.type), \(name(value.type, file))>"
        }
        return commented(field.comment, "\(type) \(field.name) = \(field.number);")
    }

    private func enumeration(_ enumeration: SchemaTree.Enumeration) -> [String] {
        let values = enumeration.values.flatMap { commented($0.comment, "\($0.name) = \($0.number);") }
        return block(enumeration.comment, "enum \(Self.last(enumeration.fullName))", values)
    }

    private func block(_ comment: [String], _ head: String, _ lines: [String]) -> [String] {
        commented(comment, lines.isEmpty ? "\(head) {}" : "\(head) {")
            + (lines.isEmpty ? [] : lines.map { "  " + $0 } + ["}"])
    }

    private func commented(_ comment: [String], _ line: String) -> [String] { comment.map { "//" + $0 } + [line] }

    /// A type's name as the file would write it: without the file's own package.
    private func name(_ fullName: String, _ file: SchemaTree) -> String {
        fullName.hasPrefix(file.package + ".") ? String(fullName.dropFirst(file.package.count + 1)) : fullName
    }

    private static func last(_ fullName: String) -> String {
        fullName.split(separator: ".").last.map(String.init) ?? fullName
    }
}
