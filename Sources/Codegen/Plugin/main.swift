// protoc-gen-mallbots: a plugin that protoc runs, and with --c-descriptors the step that scripts/proto runs before protoc-c.

import Codegen
import Foundation
import SwiftProtobuf
import SwiftProtobufPluginLibrary

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("protoc-gen-mallbots: \(message)\n".utf8))
    exit(1)
}

let arguments = CommandLine.arguments.dropFirst()
if arguments.first == "--c-descriptors" {
    guard arguments.count == 3 else { fail("usage: protoc-gen-mallbots --c-descriptors IN.binpb OUT.binpb") }
    let (input, output) = (arguments[arguments.startIndex + 1], arguments[arguments.startIndex + 2])
    do {
        let set = try Google_Protobuf_FileDescriptorSet(
            serializedBytes: Data(contentsOf: URL(fileURLWithPath: input)))
        let bytes: Data = try CDescriptors.transformed(set).serializedBytes()
        try bytes.write(to: URL(fileURLWithPath: output))
    } catch {
        fail("\(input) -> \(output): \(error)")
    }
} else {
    MallBotsGenerator.main()
}
