import CMessages

/// The memory that protobuf-c unpacks one message into: a given buffer, then chunks, up to a limit, freed all at once.
struct DecodingArena: ~Copyable {
    private var next: UnsafeMutableRawPointer
    private var left: Int
    private var budget: Int
    private var chunks: [UnsafeMutableRawPointer] = []
    private static let chunkSize = 16_384

    /// Whether an allocation was refused for the limit.
    private(set) var isExhausted = false

    /// `buffer` comes first and stays its owner's; it counts against `limit` like all else.
    init(_ buffer: UnsafeMutableRawBufferPointer, limit: Int) {
        // Safe because the buffer is never empty.
        next = buffer.baseAddress!
        left = buffer.count
        budget = limit
    }

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    /// `size` bytes at an address that suits any C type, or nil when the limit is reached.
    mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        guard size >= 0, size <= budget else {
            isExhausted = true
            return nil
        }
        let rounded = (size + 15) & ~15
        budget -= min(rounded, budget)
        if rounded > left {
            let chunk = max(rounded, Self.chunkSize)
            let memory = UnsafeMutableRawPointer.allocate(byteCount: chunk, alignment: 16)
            chunks.append(memory)
            next = memory
            left = chunk
        }
        let result = next
        next += rounded
        left -= rounded
        return result
    }

    /// An allocator for protobuf-c over the arena at `address`, which must outlive it.
    static func allocator(_ address: UnsafeMutablePointer<DecodingArena>) -> ProtobufCAllocator {
        ProtobufCAllocator(
            // Safe because `allocator_data` is the arena, below.
            alloc: { data, size in data!.assumingMemoryBound(to: DecodingArena.self).pointee.allocate(size) },
            free: { _, _ in },
            allocator_data: UnsafeMutableRawPointer(address))
    }
}
