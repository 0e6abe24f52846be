import Codegen
import Foundation
import SwiftProtobuf
import SwiftProtobufPluginLibrary
import Testing

/// The code for a schema with every feature is what is in the repository, where MessagesTests compiles and uses it.
@Suite struct GoldenTests {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    private static let generated = tests.appending(path: "MessagesTests/Generated")

    private static func committedDescriptors() throws -> DescriptorSet {
        let data = try Data(contentsOf: tests.appending(path: "Features/features.binpb"))
        return DescriptorSet(proto: try Google_Protobuf_FileDescriptorSet(serializedBytes: data))
    }

    private static func generate(
        _ output: Options.Output, _ descriptors: DescriptorSet
    ) throws -> [(name: String, contents: String)] {
        try MallBotsGenerator.generate(Options(output, cModule: "CFeatures", isForTests: true), for: descriptors.files)
    }

    @Test(arguments: [Options.Output.messages, .apis])
    func swiftIsAsCommitted(_ output: Options.Output) throws {
        let files = try Self.generate(output, Self.committedDescriptors())
        #expect(!files.isEmpty)
        for (name, contents) in files {
            let committed = try String(contentsOf: Self.generated.appending(path: name), encoding: .utf8)
            #expect(contents == committed, "\(name) differs: run scripts/proto and look at what changed")
        }
    }

    @Test func nothingElseIsCommitted() throws {
        let names = try [Options.Output.messages, .apis].flatMap { try Self.generate($0, Self.committedDescriptors()) }
        let committed = try FileManager.default.contentsOfDirectory(atPath: Self.generated.path)
        #expect(committed.sorted() == names.map(\.name).sorted())
    }

    @Test(arguments: [(Options.Output.cHeader, "include/"), (.descriptors, "")])
    func cIsAsCommitted(_ output: Options.Output, _ folder: String) throws {
        for (name, contents) in try Self.generate(output, Self.committedDescriptors()) {
            let committed = Self.tests.appending(path: "Features/C/\(folder)\(name)")
            #expect(try String(contentsOf: committed, encoding: .utf8) == contents)
        }
    }

    /// The committed descriptors are those of the .proto files beside them, as far as the generated code can tell.
    @Test(.enabled("needs protoc") { runs(["protoc", "--version"]) })
    func descriptorsAreFresh() throws {
        let out = FileManager.default.temporaryDirectory.appending(path: "features-\(UUID().uuidString).binpb")
        defer { try? FileManager.default.removeItem(at: out) }
        try #require(
            runs([
                "protoc", "-I", Self.tests.appending(path: "Features/protos").path, "--include_imports",
                "--include_source_info", "--descriptor_set_out=\(out.path)", "mallbots/testing/v1/features.proto",
                "mallbots/testing/v1/shared.proto",
            ]))
        let fresh = DescriptorSet(proto: try Google_Protobuf_FileDescriptorSet(serializedBytes: Data(contentsOf: out)))
        for output in [Options.Output.messages, .apis, .cHeader, .descriptors] {
            let one = try Self.generate(output, fresh)
            let other = try Self.generate(output, Self.committedDescriptors())
            #expect(one.map(\.name) == other.map(\.name))
            #expect(one.map(\.contents) == other.map(\.contents))
        }
    }
}

/// Whether a command is there and succeeds.
private func runs(_ command: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
}
