public import SwiftProtobufPluginLibrary

/// The protoc plugin. `--mallbots_opt` takes the pairs that `Options` describes.
public struct MallBotsGenerator: CodeGenerator {
    public var supportedFeatures: [Google_Protobuf_Compiler_CodeGeneratorResponse.Feature] { [] }
    public var projectURL: String? { "See docs/protocol.md and scripts/proto." }

    public init() {}

    public func generate(
        files: [FileDescriptor], parameter: any CodeGeneratorParameter, protoCompilerContext: any ProtoCompilerContext,
        generatorOutputs: any GeneratorOutputs
    ) throws {
        let options = try Options(parameter.parsedPairs)
        for (name, contents) in try Self.generate(options, for: files) {
            try generatorOutputs.add(fileName: name, contents: contents)
        }
    }

    /// The generated files by name, in a fixed order.
    ///
    /// Throws `SchemaError` when the .proto files are not such as the generator can serve.
    public static func generate(
        _ options: Options, for unsorted: [FileDescriptor]
    ) throws(SchemaError) -> [(name: String, contents: String)] {
        let files = unsorted.sorted { $0.name < $1.name }
        try SchemaCheck.check(files)
        switch options.output {
        case .messages:
            return messages(files, options) + [("SchemaFiles.swift", try SchemaFiles.table(files, options))]
        case .apis: return apis(files, options)
        case .cHeader:
            return [
                (options.cModule + ".h", CHeader.umbrella(files)),
                ("module.modulemap", CHeader.moduleMap(options.cModule)),
            ]
        case .descriptors: return [("descriptors.c", try SchemaFiles.descriptors(files))]
        case .list: return [("EveryMessage.swift", list(files))]
        }
    }

    private static func messages(
        _ files: [FileDescriptor], _ options: Options
    ) -> [(name: String, contents: String)] {
        var result = [("Namespaces.swift", namespaces(files))]
        for file in files where !file.messages.isEmpty || !file.enums.isEmpty {
            let base = file.name.split(separator: "/").last?.dropLast(".proto".count) ?? ""
            let name = "\(SwiftNames.namespace(file.package)).\(base)"
            result.append((name + ".swift", MessageValues.file(file, options)))
            if !file.messages.isEmpty {
                result.append((name + "+Coding.swift", MessageCoding.file(file, options)))
                result.append((name + "+JSON.swift", MessageJSON.file(file, options)))
            }
        }
        return result
    }

    private static func namespaces(_ files: [FileDescriptor]) -> String {
        var out = CodePrinter(from: "the packages in protos")
        for package in Set(files.map(\.package)).sorted() {
            out.line("/// Package `\(package)`.")
            out.line("public enum \(SwiftNames.namespace(package)) {}")
        }
        return out.text
    }

    private static func list(_ files: [FileDescriptor]) -> String {
        var out = CodePrinter(from: "the messages in protos")
        out.line("import Messages")
        out.line()
        out.line("let everyMessage: [any Message.Type] = [")
        out.indented { out in
            for message in files.flatMap(\.messages).flatMap(\.withNested) {
                out.line("\(SwiftNames.full(message)).self,")
            }
        }
        out.line("]")
        return out.text
    }

    private static func apis(
        _ files: [FileDescriptor], _ options: Options
    ) -> [(name: String, contents: String)] {
        files.flatMap(\.services).map { service in
            (ServiceEmitter.baseName(service) + "API.swift", ServiceEmitter.file(service, options))
        }
    }
}
