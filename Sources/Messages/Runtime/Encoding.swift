import CMessages

extension Message {
    /// The message's bytes. Equal messages have equal bytes: fields by number, a map's entries by key.
    public func protobuf() -> [UInt8] {
        var result: [UInt8] = []
        _withPacked { result = [UInt8]($0) }
        return result
    }

    /// Calls `body` with the message's bytes, which are valid only during the call.
    @inlinable
    public func withProtobuf<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        var result: R?
        try _withPacked { result = try body($0) }
        // Safe because `_withPacked` calls its body once.
        return result!
    }

    /// `withProtobuf` without a result: what is generic over one is slow where it is not specialized.
    public func _withPacked(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        try withUnsafeTemporaryAllocation(byteCount: onStack, alignment: 16) { buffer in
            var arena = _EncodingArena(buffer)
            let c = UnsafePointer(_encode(&arena).assumingMemoryBound(to: ProtobufCMessage.self))
            try withPacked(c, &arena, body)
        }
    }
}

/// The most that Swift takes from the stack for a temporary buffer; a larger one costs an allocation.
private let onStack = 1_024

private func withPacked(
    _ c: UnsafePointer<ProtobufCMessage>, _ arena: inout _EncodingArena, _ body: (UnsafeRawBufferPointer) throws -> Void
) rethrows {
    if arena.mostPacked <= onStack {
        // Computing the exact size first would take nearly as long as packing.
        try withUnsafeTemporaryAllocation(byteCount: onStack, alignment: 16) { buffer in
            let count = protobuf_c_message_pack(c, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self))
            precondition(count <= onStack, "an encoding is longer than its bound")
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    } else {
        let size = protobuf_c_message_get_packed_size(c)
        let memory = arena.allocate(size)
        let count = protobuf_c_message_pack(c, memory.assumingMemoryBound(to: UInt8.self))
        try body(UnsafeRawBufferPointer(start: memory, count: count))
    }
}
