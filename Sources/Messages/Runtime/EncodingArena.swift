import CMessages

/// The memory that a message's structs for protobuf-c are built in: a given buffer, then chunks, freed all at once.
///
/// For generated code; not for callers.
public struct _EncodingArena: ~Copyable {
    private var next: UnsafeMutableRawPointer
    private var left: Int
    private var chunks: [UnsafeMutableRawPointer] = []
    private static let chunkSize = 16_384

    /// `buffer`, 16-byte aligned and not empty, comes first and stays its owner's.
    init(_ buffer: UnsafeMutableRawBufferPointer) {
        // Safe because the buffer is never empty.
        next = buffer.baseAddress!
        left = buffer.count
    }

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    /// `size` bytes at an address that suits any C type.
    mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer {
        let rounded = (size + 15) & ~15
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

    /// Room for one C value, not yet filled.
    @inline(__always)
    mutating func one<T>(_: T.Type) -> UnsafeMutablePointer<T> {
        allocate(MemoryLayout<T>.size).assumingMemoryBound(to: T.self)
    }

    /// Room for `count` C values, not yet filled.
    @inline(__always)
    mutating func many<T>(_: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
        allocate(MemoryLayout<T>.stride * count).assumingMemoryBound(to: T.self)
    }

    /// A copy of numbers that are the same in C.
    mutating func scalars<T: BitwiseCopyable>(_ values: [T]) -> UnsafeMutablePointer<T> {
        let copy = many(T.self, values.count)
        values.withUnsafeBufferPointer { source in
            if let start = source.baseAddress { copy.initialize(from: start, count: source.count) }
        }
        return copy
    }

    /// A string's UTF-8.
    @inline(__always)
    mutating func string(_ value: String) -> ProtobufCBinaryData {
        if value.isEmpty { return ProtobufCBinaryData() }
        var value = value
        let count = value.utf8.count
        let copy = allocate(count).assumingMemoryBound(to: UInt8.self)
        value.withUTF8 { utf8 in
            if let start = utf8.baseAddress { copy.initialize(from: start, count: count) }
        }
        return ProtobufCBinaryData(len: count, data: copy)
    }

    /// A copy of bytes.
    @inline(__always)
    mutating func bytes(_ value: [UInt8]) -> ProtobufCBinaryData {
        value.isEmpty ? ProtobufCBinaryData() : ProtobufCBinaryData(len: value.count, data: scalars(value))
    }
}
