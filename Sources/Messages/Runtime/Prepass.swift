import CMessages

/// Walks a message's bytes before protobuf-c unpacks them: counts fields, and finds what is wrong and where.
///
/// It follows nested messages by protobuf-c's own descriptors; its depth is the schema's, since schemas are not
/// recursive.
struct Prepass {
    /// How many fields may still come.
    private var fieldsLeft: Int

    init(fields: Int) {
        fieldsLeft = fields
    }

    /// Throws what is wrong with `bytes` as the message that `descriptor` describes.
    mutating func check(
        _ bytes: UnsafeRawBufferPointer, as descriptor: UnsafePointer<ProtobufCMessageDescriptor>
    ) throws(DecodingError) {
        guard let start = bytes.baseAddress else { return }
        try check(start, start + bytes.count, descriptor)
    }

    private mutating func check(
        _ start: UnsafeRawPointer, _ end: UnsafeRawPointer, _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>
    ) throws(DecodingError) {
        var next = start
        var given: UInt64 = 0
        while next < end {
            let tag = try Self.varint(&next, end, maximum: 5, descriptor, 0)
            let number = tag >> 3
            guard number >= 1, number < 1 << 29 else { throw Self.error(.malformed, descriptor, 0) }
            if fieldsLeft == 0 { throw Self.error(.tooManyFields, descriptor, 0) }
            fieldsLeft -= 1
            let field = Self.field(descriptor, number)
            let wireType = UInt8(truncatingIfNeeded: tag & 7)
            if let field, !Self.fits(wireType, field) { throw Self.error(.wrongWireType, descriptor, number) }
            switch wireType {
            case 0: _ = try Self.varint(&next, end, maximum: 10, descriptor, number)
            case 1: try Self.skip(8, &next, end, descriptor, number)
            case 5: try Self.skip(4, &next, end, descriptor, number)
            case 2:
                let length = try Self.varint(&next, end, maximum: 5, descriptor, number)
                guard length <= UInt64(end - next) else { throw Self.error(.truncated, descriptor, number) }
                let contents = next
                next += Int(length)
                guard let field else { break }
                let index = field - descriptor.pointee.fields
                // The generator sees to it that a message with a oneof has at most 64 fields.
                if index < 64, Self.isSingleMessage(field) {
                    let bit = UInt64(1) << UInt64(index)
                    if given & bit != 0, Self.cannotMerge(field) {
                        throw Self.error(.repeatedOneof, descriptor, number)
                    }
                    given |= bit
                }
                try check(contents, next, field, descriptor, number)
            default: throw Self.error(.malformed, descriptor, number)
            }
        }
    }

    /// The contents of a length-delimited field that the schema has.
    private mutating func check(
        _ start: UnsafeRawPointer, _ end: UnsafeRawPointer, _ field: UnsafePointer<ProtobufCFieldDescriptor>,
        _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, _ number: UInt64
    ) throws(DecodingError) {
        switch field.pointee.type {
        case PROTOBUF_C_TYPE_MESSAGE:
            // Safe because protoc-c gives each field of message type its message's descriptor.
            let nested = field.pointee.descriptor!.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
            try check(start, end, nested)
        case PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_STRING:
            return
        default:
            let count = end - start
            switch Self.wireType(field.pointee.type) {
            case 1: if count % 8 != 0 { throw Self.error(.truncated, descriptor, number) }
            case 5: if count % 4 != 0 { throw Self.error(.truncated, descriptor, number) }
            default:
                var next = start
                let isBool = field.pointee.type == PROTOBUF_C_TYPE_BOOL
                while next < end {
                    let value = try Self.varint(&next, end, maximum: 10, descriptor, number)
                    // protobuf-c takes only these for a packed bool.
                    if isBool, value > 1 { throw Self.error(.malformed, descriptor, number) }
                }
            }
        }
    }

    private static func varint(
        _ next: inout UnsafeRawPointer, _ end: UnsafeRawPointer, maximum: Int,
        _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, _ number: UInt64
    ) throws(DecodingError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        for _ in 0..<maximum {
            guard next < end else { throw error(.truncated, descriptor, number) }
            let byte = next.load(as: UInt8.self)
            next += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw error(.malformed, descriptor, number)
    }

    private static func skip(
        _ count: Int, _ next: inout UnsafeRawPointer, _ end: UnsafeRawPointer,
        _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, _ number: UInt64
    ) throws(DecodingError) {
        guard end - next >= count else { throw error(.truncated, descriptor, number) }
        next += count
    }

    /// The field with this number, by the ranges of consecutive numbers that protoc-c lists.
    static func field(
        _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, _ number: UInt64
    ) -> UnsafePointer<ProtobufCFieldDescriptor>? {
        guard let ranges = descriptor.pointee.field_ranges, let fields = descriptor.pointee.fields else { return nil }
        for index in 0..<Int(descriptor.pointee.n_field_ranges) {
            let offset = Int64(number) - Int64(ranges[index].start_value)
            if offset < 0 { return nil }
            let first = ranges[index].orig_index
            if offset < Int64(ranges[index + 1].orig_index - first) { return fields + Int(first) + Int(offset) }
        }
        return nil
    }

    private static func isSingleMessage(_ field: UnsafePointer<ProtobufCFieldDescriptor>) -> Bool {
        field.pointee.type == PROTOBUF_C_TYPE_MESSAGE && field.pointee.label != PROTOBUF_C_LABEL_REPEATED
    }

    private static func isChoice(_ field: UnsafePointer<ProtobufCFieldDescriptor>) -> Bool {
        field.pointee.flags & UInt32(PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue) != 0
    }

    /// Whether protobuf-c cannot merge two of these messages: a oneof's message, or one with a oneof in it or below.
    private static func cannotMerge(_ field: UnsafePointer<ProtobufCFieldDescriptor>) -> Bool {
        if isChoice(field) { return true }
        guard let nested = field.pointee.descriptor?.assumingMemoryBound(to: ProtobufCMessageDescriptor.self),
            let fields = nested.pointee.fields
        else { return false }
        return (0..<Int(nested.pointee.n_fields)).contains { index in
            isChoice(fields + index) || isSingleMessage(fields + index) && cannotMerge(fields + index)
        }
    }

    private static func fits(_ wireType: UInt8, _ field: UnsafePointer<ProtobufCFieldDescriptor>) -> Bool {
        let expected = self.wireType(field.pointee.type)
        // A repeated number comes packed or not, whatever the schema says.
        return wireType == expected || (wireType == 2 && field.pointee.label == PROTOBUF_C_LABEL_REPEATED)
    }

    private static func wireType(_ type: ProtobufCType) -> UInt8 {
        switch type {
        case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE: 1
        case PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_MESSAGE: 2
        case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT: 5
        default: 0
        }
    }

    @inline(never)
    private static func error(
        _ reason: DecodingError.Reason, _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, _ number: UInt64
    ) -> DecodingError {
        var name = number == 0 ? "" : "#\(number)"
        if let field = field(descriptor, number), let known = field.pointee.name { name = String(cString: known) }
        return DecodingError(reason, message: String(cString: descriptor.pointee.name), field: name)
    }
}
