public import SwiftProtobufPluginLibrary

/// The protoc plugin: `--mallbots_opt=output=messages` (the default), `output=apis` or `output=c-header`.
public struct MallBotsGenerator: CodeGenerator {
    /// What to generate.
    public enum Output: String, Sendable {
        /// Swift values over protobuf-c's structs.
        case messages
        /// Handler protocols, clients and registrations of services.
        case apis
        /// The header and module map that make protoc-c's code visible to Swift.
        case cHeader = "c-header"
    }

    public var supportedFeatures: [Google_Protobuf_Compiler_CodeGeneratorResponse.Feature] { [] }
    public var projectURL: String? { "See docs/protocol.md and scripts/proto." }

    public init() {}

    public func generate(
        files: [FileDescriptor], parameter: any CodeGeneratorParameter, protoCompilerContext: any ProtoCompilerContext,
        generatorOutputs: any GeneratorOutputs
    ) throws {
        var output = Output.messages
        for (key, value) in parameter.parsedPairs {
            guard key == "output", let known = Output(rawValue: value) else {
                throw SchemaError(
                    description: "unknown option '\(key)=\(value)'; use output=messages, output=apis or output=c-header")
            }
            output = known
        }
        for (name, contents) in try Self.generate(output, for: files) {
            try generatorOutputs.add(fileName: name, contents: contents)
        }
    }

    /// The generated files by name, in a fixed order.
    ///
    /// Throws `SchemaError` when the .proto files are not such as the generator can serve.
    public static func generate(
        _ output: Output, for unsorted: [FileDescriptor]
    ) throws(SchemaError) -> [(name: String, contents: String)] {
        let files = unsorted.sorted { $0.name < $1.name }
        try SchemaCheck.check(files)
        switch output {
        case .messages: return messages(files)
        case .apis: return apis(files)
        case .cHeader:
            return [("CMessages.h", CHeader.umbrella(files)), ("module.modulemap", CHeader.moduleMap)]
        }
    }

    private static func messages(_ files: [FileDescriptor]) -> [(name: String, contents: String)] {
        var result = [("Namespaces.swift", namespaces(files))]
        for file in files where !file.messages.isEmpty || !file.enums.isEmpty {
            let base = file.name.split(separator: "/").last?.dropLast(".proto".count) ?? ""
            let name = "\(SwiftNames.namespace(file.package)).\(base)"
            result.append((name + ".swift", MessageValues.file(file)))
            if !file.messages.isEmpty {
                result.append((name + "+Coding.swift", MessageCoding.file(file)))
                result.append((name + "+JSON.swift", MessageJSON.file(file)))
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

    private static func apis(_ files: [FileDescriptor]) -> [(name: String, contents: String)] {
        files.flatMap(\.services).map { service in
            (ServiceEmitter.baseName(service) + "API.swift", ServiceEmitter.file(service))
        }
    }
}
