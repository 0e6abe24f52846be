import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// Why code for a .proto file is refused.
public struct SchemaError: Error, Hashable, CustomStringConvertible {
    public let description: String
}

/// What a schema must keep to, beyond what protoc checks.
enum SchemaCheck {
    /// Throws the first thing that is wrong with the files.
    static func check(_ files: [FileDescriptor]) throws(SchemaError) {
        for file in files {
            guard file.edition == .proto3 else {
                throw SchemaError(description: "\(file.name): only proto3 is supported")
            }
            guard file.package.contains(".") else {
                throw SchemaError(description: "\(file.name): the package must have at least two parts: mallbots.x.v1")
            }
            for message in file.messages.flatMap(\.withNested) {
                try check(message)
                var path = [message.fullName]
                try refuseRecursion(message, from: message, &path)
            }
            for service in file.services {
                guard service.name.hasSuffix("Service"), service.name != "Service" else {
                    throw SchemaError(description: "\(service.fullName): a service's name ends in 'Service'")
                }
            }
        }
    }

    private static func check(_ message: Descriptor) throws(SchemaError) {
        var cMembers: Set<String> = ["base"]
        var swiftMembers: Set<String> = []
        for field in message.fields {
            let place = "\(message.fullName).\(field.name)"
            guard field.type != .group else { throw SchemaError(description: "\(place): groups are not supported") }
            guard !field.isProto3Optional else {
                throw SchemaError(
                    description: "\(place): protoc-c knows no 'optional'; use a message field or a oneof")
            }
            if field.type == .message, field.messageType.file.package == "google.protobuf" {
                throw SchemaError(description: "\(place): google.protobuf's types are not supported")
            }
        }
        for member in Member.all(of: message) {
            var names = [member.cName]
            switch member.shape {
            case .repeated, .map: names.append("n_" + member.cName)
            case .oneof(let oneof): names = [member.cName + "_case"] + oneof.fields.map { CNames.member($0.name) }
            case .single, .optional: break
            }
            for name in names where !cMembers.insert(name).inserted {
                throw SchemaError(description: "\(message.fullName): two fields are called '\(name)' in C")
            }
            guard swiftMembers.insert(member.name).inserted else {
                throw SchemaError(description: "\(message.fullName): two fields are called '\(member.name)' in Swift")
            }
        }
        guard message.realOneofs.isEmpty || message.fields.count <= 64 else {
            throw SchemaError(
                description:
                    "\(message.fullName): a message with a oneof has at most 64 fields")
        }
        var types: Set<String> = []
        let names =
            message.realMessages.map { SwiftNames.type($0.name) } + message.enums.map { SwiftNames.type($0.name) }
            + message.realOneofs.map { SwiftNames.oneofType($0) }
        for name in names where !types.insert(name).inserted {
            throw SchemaError(description: "\(message.fullName): two nested types are called '\(name)' in Swift")
        }
    }

    /// protobuf-c decodes nested messages by recursion without a limit, so no message may contain itself.
    private static func refuseRecursion(
        _ message: Descriptor, from root: Descriptor, _ path: inout [String]
    ) throws(SchemaError) {
        for field in message.fields where field.type == .message {
            guard let next = field.messageType else { continue }
            if next.fullName == root.fullName {
                let steps = (path + [next.fullName]).joined(separator: " -> ")
                throw SchemaError(
                    description: "\(root.fullName) contains itself (\(steps)): recursive messages are refused, since "
                        + "decoding them has no bound on depth")
            }
            // A cycle that `root` only leads to is found when its own members are the root.
            if path.contains(next.fullName) { continue }
            path.append(next.fullName)
            try refuseRecursion(next, from: root, &path)
            path.removeLast()
        }
    }
}

extension FieldDescriptor {
    /// Whether the field is marked `optional`: protoc puts it into a oneof of its own that is not in the file.
    fileprivate var isProto3Optional: Bool { containingOneof != nil && realContainingOneof == nil }
}
