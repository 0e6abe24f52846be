import Codegen
import SwiftProtobuf
import Testing

/// What protoc-c is run on: the same bytes on the wire, and nothing lost in C.
@Suite struct CDescriptorTests {
    private func transformed(
        _ type: Google_Protobuf_FieldDescriptorProto.TypeEnum, repeated: Bool = false, name: String = "x"
    ) -> Google_Protobuf_FieldDescriptorProto {
        let field = Google_Protobuf_FieldDescriptorProto.with {
            $0.name = name
            $0.number = 1
            $0.type = type
            $0.label = repeated ? .repeated : .optional
            if type == .enum { $0.typeName = ".a.E" }
        }
        let set = Google_Protobuf_FileDescriptorSet.with {
            $0.file = [.with { $0.messageType = [.with { $0.field = [field] }] }]
        }
        return CDescriptors.transformed(set).file[0].messageType[0].field[0]
    }

    @Test func types() {
        #expect(transformed(.string).type == .bytes)
        #expect(transformed(.float).type == .fixed32)
        #expect(transformed(.double).type == .fixed64)
        #expect(transformed(.enum).type == .int32)
        #expect(!transformed(.enum).hasTypeName)
        #expect(transformed(.sint64).type == .sint64)
    }

    @Test func packing() {
        #expect(transformed(.int32, repeated: true).options.packed)
        #expect(transformed(.enum, repeated: true).options.packed)
        #expect(transformed(.double, repeated: true).options.packed)
        #expect(!transformed(.string, repeated: true).options.hasPacked)
        #expect(!transformed(.message, repeated: true).options.hasPacked)
        #expect(!transformed(.int32).options.hasPacked)
    }

    @Test func awkwardNames() {
        #expect(transformed(.int32, name: "base").name == "base_")
        #expect(transformed(.int32, name: "class").name == "class_")
        #expect(transformed(.int32, name: "order_id").name == "order_id")
    }

    @Test func mapEntriesAlwaysWriteBoth() {
        let entry = Google_Protobuf_DescriptorProto.with {
            $0.options.mapEntry = true
            $0.field = [
                .with {
                    $0.name = "key"
                    $0.type = .string
                },
                .with {
                    $0.name = "value"
                    $0.type = .uint32
                },
            ]
        }
        let set = Google_Protobuf_FileDescriptorSet.with {
            $0.file = [.with { $0.messageType = [.with { $0.nestedType = [entry] }] }]
        }
        let result = CDescriptors.transformed(set).file[0].messageType[0].nestedType[0]
        #expect(!result.options.mapEntry)
        #expect(result.oneofDecl.map(\.name) == ["key_presence", "value_presence"])
        #expect(result.field.map(\.oneofIndex) == [0, 1])
    }
}
