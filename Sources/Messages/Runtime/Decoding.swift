import CMessages

extension Message {
    /// Decodes a message. Unknown fields are dropped, missing ones are at their defaults.
    ///
    /// Throws when the bytes are no such message or cost more than `limits`.
    public init(protobuf bytes: [UInt8], limits: DecodingLimits = .default) throws(DecodingError) {
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(DecodingError) in
            try Self(protobuf: UnsafeRawBufferPointer(buffer), limits: limits)
        }
    }

    /// Decodes a message from bytes that need to stay only during the call.
    ///
    /// Throws when the bytes are no such message or cost more than `limits`.
    public init(protobuf bytes: UnsafeRawBufferPointer, limits: DecodingLimits = .default) throws(DecodingError) {
        let descriptor = Self._descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
        var prepass = Prepass(fields: limits.fields)
        try prepass.check(bytes, as: descriptor)
        let result = withUnsafeTemporaryAllocation(byteCount: 1_024, alignment: 16) { buffer in
            var arena = DecodingArena(buffer, limit: limits.memory)
            return withUnsafeMutablePointer(to: &arena) { arena in
                unpack(bytes, descriptor, arena) as Result<Self, DecodingError>
            }
        }
        self = try result.get()
    }
}

private func unpack<M: Message>(
    _ bytes: UnsafeRawBufferPointer, _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
    _ arena: UnsafeMutablePointer<DecodingArena>
) -> Result<M, DecodingError> {
    var allocator = DecodingArena.allocator(arena)
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    guard let c = protobuf_c_message_unpack(descriptor, &allocator, bytes.count, start) else {
        let reason: DecodingError.Reason = arena.pointee.isExhausted ? .tooMuchMemory : .malformed
        return .failure(DecodingError(reason, message: M.protobufName))
    }
    do throws(DecodingError) {
        return .success(try M._decode(UnsafeRawPointer(c)))
    } catch {
        return .failure(error)
    }
}
