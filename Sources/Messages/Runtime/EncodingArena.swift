import CMessages

/// The memory that a message's structs for protobuf-c are built in: a given buffer, then chunks, freed all at once.
///
/// For generated code; not for callers.
public struct _EncodingArena: ~Copyable {
    private var next: UnsafeMutableRawPointer
    private var left: Int
    private var chunks: [UnsafeMutableRawPointer] = []
    private static let chunkSize = 16_384

    /// Bytes given out: those of texts and bytes fields, and those of structs and numbers.
    private var texts = 0
    private var others = 0

    /// `buffer`, 16-byte aligned and not empty, comes first and stays its owner's.
    init(_ buffer: UnsafeMutableRawBufferPointer) {
        // Safe because the buffer is never empty.
        next = buffer.baseAddress!
        left = buffer.count
    }

    /// More than the encoding of what the arena holds can take.
    ///
    /// A field has at least 4 bytes in its struct or array and takes at most 15: a tag of 5 and a varint of 10. Of texts
    /// the contents come on top; a nested message's contents are in the arena themselves.
    var mostPacked: Int { 4 * others + texts }

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    /// `size` bytes at an address that suits any C type.
    mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer {
        others += size
        return take((size + 15) & ~15)
    }

    @inline(__always)
    private mutating func take(_ rounded: Int) -> UnsafeMutableRawPointer {
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
    mutating func string(_ value: String) -> ProtobufCBinaryData {
        if value.isEmpty { return ProtobufCBinaryData() }
        let copied = value.utf8.withContiguousStorageIfAvailable { utf8 in bytes(utf8) }
        if let copied { return copied }
        return bytes(Array(value.utf8))
    }

    /// A copy of bytes.
    mutating func bytes(_ value: [UInt8]) -> ProtobufCBinaryData { value.withUnsafeBufferPointer { bytes($0) } }

    @inline(__always)
    private mutating func bytes(_ value: UnsafeBufferPointer<UInt8>) -> ProtobufCBinaryData {
        guard let start = value.baseAddress, value.count > 0 else { return ProtobufCBinaryData() }
        texts += value.count
        let copy = take((value.count + 15) & ~15).assumingMemoryBound(to: UInt8.self)
        copy.initialize(from: start, count: value.count)
        return ProtobufCBinaryData(len: value.count, data: copy)
    }
}
