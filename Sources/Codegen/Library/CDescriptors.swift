public import SwiftProtobuf

/// Makes the descriptors that protoc-c is run on from those of the .proto files.
///
/// The bytes on the wire stay the same; what changes is what C keeps of them, so that no value is lost on the way:
/// strings become bytes (C's are NUL-terminated, and U+0000 is a legal character), floats become the fixed-width
/// integers of their bits (protobuf-c takes -0.0 for the default), enums become int32, packed fields say so (protoc-c
/// takes proto3's default for unpacked), a map's entries become plain messages whose key and value are always written.
public enum CDescriptors {
    /// The same set of files, as protoc-c is to see them.
    public static func transformed(_ set: Google_Protobuf_FileDescriptorSet) -> Google_Protobuf_FileDescriptorSet {
        var result = set
        for index in result.file.indices {
            result.file[index].service = []
            result.file[index].enumType = []
            for message in result.file[index].messageType.indices {
                transform(&result.file[index].messageType[message])
            }
        }
        return result
    }

    private static func transform(_ message: inout Google_Protobuf_DescriptorProto) {
        message.enumType = []
        for index in message.field.indices { transform(&message.field[index]) }
        for index in message.oneofDecl.indices {
            message.oneofDecl[index].name = CNames.member(message.oneofDecl[index].name)
        }
        for index in message.nestedType.indices { transform(&message.nestedType[index]) }
        if message.options.mapEntry {
            message.options.mapEntry = false
            for index in message.field.indices {
                message.field[index].oneofIndex = Int32(index)
                message.oneofDecl.append(.with { $0.name = CNames.presence(message.field[index].name) })
            }
        }
    }

    private static func transform(_ field: inout Google_Protobuf_FieldDescriptorProto) {
        field.name = CNames.member(field.name)
        switch field.type {
        case .string: field.type = .bytes
        case .float: field.type = .fixed32
        case .double: field.type = .fixed64
        case .enum:
            field.type = .int32
            field.clearTypeName()
        default: break
        }
        if field.label == .repeated, field.type != .bytes, field.type != .message, !field.options.hasPacked {
            field.options.packed = true
        }
    }
}
