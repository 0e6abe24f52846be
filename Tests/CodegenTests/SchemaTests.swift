import Codegen
import SwiftProtobuf
import SwiftProtobufPluginLibrary
import Testing

/// Schemas that are refused, each with an error that names what is wrong.
@Suite struct SchemaTests {
    private typealias File = Google_Protobuf_FileDescriptorProto
    private typealias Field = Google_Protobuf_FieldDescriptorProto

    private func message(_ name: String, _ fields: [Field]) -> Google_Protobuf_DescriptorProto {
        .with {
            $0.name = name
            $0.field = fields
        }
    }

    private func field(
        _ name: String, _ number: Int32, _ type: Field.TypeEnum = .int32, of typeName: String = "",
        repeated: Bool = false
    ) -> Field {
        .with {
            $0.name = name
            $0.jsonName = name
            $0.number = number
            $0.type = type
            $0.label = repeated ? .repeated : .optional
            if !typeName.isEmpty { $0.typeName = typeName }
        }
    }

    private func refusal(
        _ messages: [Google_Protobuf_DescriptorProto], _ change: (inout File) -> Void = { _ in }
    ) -> String? {
        var file = File.with {
            $0.name = "a/b/v1/b.proto"
            $0.package = "a.b.v1"
            $0.syntax = "proto3"
            $0.messageType = messages
        }
        change(&file)
        do throws(SchemaError) {
            _ = try MallBotsGenerator.generate(Options(), for: DescriptorSet(protos: [file]).files)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func plainSchemaIsServed() {
        #expect(refusal([message("M", [field("x", 1)])]) == nil)
    }

    @Test func recursion() throws {
        let own = refusal([message("Node", [field("children", 1, .message, of: ".a.b.v1.Node", repeated: true)])])
        #expect(try #require(own).contains("a.b.v1.Node contains itself (a.b.v1.Node -> a.b.v1.Node)"))
        let circle = refusal([
            message("Entry", [field("a", 1, .message, of: ".a.b.v1.A")]),
            message("A", [field("b", 1, .message, of: ".a.b.v1.B")]),
            message("B", [field("a", 1, .message, of: ".a.b.v1.A")]),
        ])
        #expect(try #require(circle).contains("a.b.v1.A -> a.b.v1.B -> a.b.v1.A"))
        // The same message at two places is no recursion.
        #expect(
            refusal([
                message("Leaf", []),
                message(
                    "Two", [field("x", 1, .message, of: ".a.b.v1.Leaf"), field("y", 2, .message, of: ".a.b.v1.Leaf")]),
            ]) == nil)
    }

    @Test func syntaxAndPackage() throws {
        #expect(try #require(refusal([]) { $0.syntax = "proto2" }).contains("only proto3"))
        #expect(try #require(refusal([]) { $0.package = "b" }).contains("at least two parts"))
    }

    @Test func proto3Optional() throws {
        var optional = field("x", 1)
        optional.proto3Optional = true
        optional.oneofIndex = 0
        var holder = message("M", [optional])
        holder.oneofDecl = [.with { $0.name = "_x" }]
        #expect(try #require(refusal([holder])).contains("a.b.v1.M.x: protoc-c knows no 'optional'"))
    }

    @Test func namesThatCollide() throws {
        let swift = refusal([message("M", [field("a_b", 1), field("aB", 2)])])
        #expect(try #require(swift).contains("'aB' in Swift"))
        let c = refusal([message("M", [field("n_x", 1), field("x", 2, repeated: true)])])
        #expect(try #require(c).contains("'n_x' in C"))
    }

    @Test func serviceNames() throws {
        let error = refusal([]) { $0.service = [.with { $0.name = "Orders" }] }
        #expect(try #require(error).contains("ends in 'Service'"))
    }
}
