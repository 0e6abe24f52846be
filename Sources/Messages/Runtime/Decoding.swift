import CMessages

extension Message {
    /// Decodes a message. Unknown fields are dropped, missing ones are at their defaults.
    ///
    /// Throws when the bytes are no such message or cost more than `limits`.
    @inlinable
    public init(protobuf bytes: [UInt8], limits: DecodingLimits = .default) throws(DecodingError) {
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(DecodingError) in
            try Self(protobuf: UnsafeRawBufferPointer(buffer), limits: limits)
        }
    }

    /// Decodes a message from bytes that need to stay only during the call.
    ///
    /// Throws when the bytes are no such message or cost more than `limits`.
    @inlinable
    public init(protobuf bytes: UnsafeRawBufferPointer, limits: DecodingLimits = .default) throws(DecodingError) {
        self = try Self._decode(bytes, limits)
    }

    /// What generated code does for `_decode`. It is inlined there, where the type is known: code that is generic over
    /// the message would look up a `Result` of it in the runtime's tables each time, which takes longer than decoding.
    @inline(__always)
    static func _decode(
        _ bytes: UnsafeRawBufferPointer, _ limits: DecodingLimits,
        _ copy: (UnsafeRawPointer) throws(DecodingError) -> Self
    ) throws(DecodingError) -> Self {
        let descriptor = _descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
        return try withUnsafeTemporaryAllocation(byteCount: 1_024, alignment: 16) { (buffer) throws(DecodingError) in
            var arena = DecodingArena(buffer, limit: limits.memory)
            return try copy(unpack(bytes, descriptor, limits, buffer, &arena))
        }
    }
}

/// protobuf-c's struct for the message, in the arena, which starts with `buffer`. It may point into `bytes`.
private func unpack(
    _ bytes: UnsafeRawBufferPointer, _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, _ limits: DecodingLimits,
    _ buffer: UnsafeMutableRawBufferPointer, _ arena: inout DecodingArena
) throws(DecodingError) -> UnsafeRawPointer {
    if limits.isDirect {
        var direct = DirectUnpacking(fields: limits.fields)
        if let message = direct.unpack(bytes, descriptor, &arena) { return UnsafeRawPointer(message) }
        arena = DecodingArena(buffer, limit: limits.memory)
    }
    return try unpackByProtobufC(bytes, descriptor, limits, &arena)
}

private func unpackByProtobufC(
    _ bytes: UnsafeRawBufferPointer, _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, _ limits: DecodingLimits,
    _ arena: inout DecodingArena
) throws(DecodingError) -> UnsafeRawPointer {
    var prepass = Prepass(fields: limits.fields)
    try prepass.check(bytes, as: descriptor)
    let unpacked = withUnsafeMutablePointer(to: &arena) { arena in
        var allocator = DecodingArena.allocator(arena)
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return protobuf_c_message_unpack(descriptor, &allocator, bytes.count, start)
    }
    if let unpacked { return UnsafeRawPointer(unpacked) }
    throw DecodingError(
        arena.isExhausted ? .tooMuchMemory : .malformed, message: String(cString: descriptor.pointee.name))
}
