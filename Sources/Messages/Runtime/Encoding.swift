import CMessages

extension Message {
    /// The message's bytes. Equal messages have equal bytes: fields by number, a map's entries by key.
    public func protobuf() -> [UInt8] {
        withEncoded { c, _ in
            let size = protobuf_c_message_get_packed_size(c)
            return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                count = size == 0 ? 0 : protobuf_c_message_pack(c, buffer.baseAddress)
            }
        }
    }

    /// Calls `body` with the message's bytes, which are valid only during the call.
    public func withProtobuf<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withEncoded { c, arena in
            let size = protobuf_c_message_get_packed_size(c)
            let memory = arena.allocate(size)
            let count = protobuf_c_message_pack(c, memory.assumingMemoryBound(to: UInt8.self))
            return try body(UnsafeRawBufferPointer(start: memory, count: count))
        }
    }

    private func withEncoded<R>(
        _ body: (UnsafePointer<ProtobufCMessage>, inout _EncodingArena) throws -> R
    ) rethrows -> R {
        try withUnsafeTemporaryAllocation(byteCount: 1_024, alignment: 16) { buffer in
            var arena = _EncodingArena(buffer)
            let c = UnsafePointer(_encode(&arena).assumingMemoryBound(to: ProtobufCMessage.self))
            return try body(c, &arena)
        }
    }
}
