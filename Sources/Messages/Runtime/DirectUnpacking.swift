import CMessages

/// Fills protobuf-c's structs in one pass, for messages as encoders write them.
///
/// It follows protobuf-c's own descriptors and does in one pass what `Prepass` and `protobuf_c_message_unpack` do in
/// three. What is not plain it leaves to them, errors included: repeated fields and maps, a message or oneof that comes
/// again, groups, and anything malformed. On what it accepts it agrees with them, which the fuzz target `messages` checks
/// on every input.
struct DirectUnpacking {
    private var fieldsLeft: Int

    init(fields: Int) {
        fieldsLeft = fields
    }

    /// The struct for the message, in `arena`, or nil to leave it to protobuf-c with a fresh arena.
    mutating func unpack(
        _ bytes: UnsafeRawBufferPointer, _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
        _ arena: inout DecodingArena
    ) -> UnsafeMutableRawPointer? {
        guard let start = bytes.baseAddress else { return message(descriptor, &arena) }
        return unpack(start, start + bytes.count, descriptor, &arena)
    }

    private func message(
        _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, _ arena: inout DecodingArena
    ) -> UnsafeMutableRawPointer? {
        guard let initialize = descriptor.pointee.message_init,
            let message = arena.allocate(Int(descriptor.pointee.sizeof_message))
        else { return nil }
        initialize(message.assumingMemoryBound(to: ProtobufCMessage.self))
        return message
    }

    private mutating func unpack(
        _ start: UnsafeRawPointer, _ end: UnsafeRawPointer, _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
        _ arena: inout DecodingArena
    ) -> UnsafeMutableRawPointer? {
        guard let message = message(descriptor, &arena) else { return nil }
        var next = start
        while next < end {
            guard let tag = Self.short(&next, end), tag >> 32 == 0, fieldsLeft > 0 else { return nil }
            fieldsLeft &-= 1
            let number = tag >> 3
            guard let field = Prepass.field(descriptor, number) else {
                guard number != 0, Self.skip(tag & 7, &next, end) else { return nil }
                continue
            }
            guard field.pointee.label == PROTOBUF_C_LABEL_NONE else { return nil }
            if field.pointee.flags & UInt32(PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue) != 0 {
                let chosen = (message + Int(field.pointee.quantifier_offset)).assumingMemoryBound(to: UInt32.self)
                guard chosen.pointee == 0 else { return nil }
                chosen.pointee = UInt32(truncatingIfNeeded: number)
            }
            let member = message + Int(field.pointee.offset)
            guard read(field, tag & 7, &next, end, member, &arena) else { return nil }
        }
        return message
    }

    /// One field's value into its member.
    @inline(__always)
    private mutating func read(
        _ field: UnsafePointer<ProtobufCFieldDescriptor>, _ wireType: UInt64, _ next: inout UnsafeRawPointer,
        _ end: UnsafeRawPointer, _ member: UnsafeMutableRawPointer, _ arena: inout DecodingArena
    ) -> Bool {
        switch wireType {
        case 0:
            guard let value = Self.varint(&next, end) else { return false }
            return Self.store(value, field.pointee.type, member)
        case 2:
            guard let length = Self.length(&next, end) else { return false }
            let contents = next
            next += length
            return read(contents, length, field, member, &arena)
        case 1:
            switch field.pointee.type {
            case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE: break
            default: return false
            }
            guard end - next >= 8 else { return false }
            member.storeBytes(of: UInt64(littleEndian: next.loadUnaligned(as: UInt64.self)), as: UInt64.self)
            next += 8
            return true
        case 5:
            switch field.pointee.type {
            case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT: break
            default: return false
            }
            guard end - next >= 4 else { return false }
            member.storeBytes(of: UInt32(littleEndian: next.loadUnaligned(as: UInt32.self)), as: UInt32.self)
            next += 4
            return true
        default: return false
        }
    }

    /// A length-delimited field's contents.
    private mutating func read(
        _ contents: UnsafeRawPointer, _ length: Int, _ field: UnsafePointer<ProtobufCFieldDescriptor>,
        _ member: UnsafeMutableRawPointer, _ arena: inout DecodingArena
    ) -> Bool {
        switch field.pointee.type {
        case PROTOBUF_C_TYPE_BYTES:
            // The value's copy is made from the bytes themselves, which outlive the struct.
            let data = UnsafeMutablePointer(mutating: contents.assumingMemoryBound(to: UInt8.self))
            member.storeBytes(of: ProtobufCBinaryData(len: length, data: data), as: ProtobufCBinaryData.self)
            return true
        case PROTOBUF_C_TYPE_MESSAGE:
            let pointer = member.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
            // Given again, the two would have to be merged.
            guard pointer.pointee == nil, let nested = field.pointee.descriptor else { return false }
            let descriptor = nested.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
            pointer.pointee = unpack(contents, contents + length, descriptor, &arena)
            return pointer.pointee != nil
        default: return false
        }
    }

    @inline(__always)
    private static func store(_ value: UInt64, _ type: ProtobufCType, _ member: UnsafeMutableRawPointer) -> Bool {
        let low = UInt32(truncatingIfNeeded: value)
        switch type {
        case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_INT32, PROTOBUF_C_TYPE_ENUM:
            member.storeBytes(of: low, as: UInt32.self)
        case PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_INT64: member.storeBytes(of: value, as: UInt64.self)
        case PROTOBUF_C_TYPE_SINT32: member.storeBytes(of: low >> 1 ^ (0 &- (low & 1)), as: UInt32.self)
        case PROTOBUF_C_TYPE_SINT64: member.storeBytes(of: value >> 1 ^ (0 &- (value & 1)), as: UInt64.self)
        case PROTOBUF_C_TYPE_BOOL: member.storeBytes(of: value == 0 ? 0 : 1, as: protobuf_c_boolean.self)
        default: return false
        }
        return true
    }

    @inline(__always)
    private static func varint(_ next: inout UnsafeRawPointer, _ end: UnsafeRawPointer) -> UInt64? {
        guard next < end else { return nil }
        let first = next.load(as: UInt8.self)
        next += 1
        if first < 0x80 { return UInt64(first) }
        var value = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while shift < 64, next < end {
            let byte = next.load(as: UInt8.self)
            next += 1
            // No encoder writes a 65th bit.
            if shift == 63, byte > 1 { return nil }
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return value }
            shift &+= 7
        }
        return nil
    }

    /// A tag or length, of 5 bytes at most.
    @inline(__always)
    private static func short(_ next: inout UnsafeRawPointer, _ end: UnsafeRawPointer) -> UInt64? {
        let start = next
        guard let value = varint(&next, end), next - start <= 5 else { return nil }
        return value
    }

    /// A length that the bytes reach for.
    @inline(__always)
    private static func length(_ next: inout UnsafeRawPointer, _ end: UnsafeRawPointer) -> Int? {
        guard let length = short(&next, end), length <= UInt64(end - next) else { return nil }
        return Int(length)
    }

    /// A field that the schema does not have.
    private static func skip(_ wireType: UInt64, _ next: inout UnsafeRawPointer, _ end: UnsafeRawPointer) -> Bool {
        let count: Int
        switch wireType {
        case 0: return varint(&next, end) != nil
        case 1: count = 8
        case 5: count = 4
        case 2:
            guard let length = length(&next, end) else { return false }
            count = length
        default: return false
        }
        guard end - next >= count else { return false }
        next += count
        return true
    }
}
