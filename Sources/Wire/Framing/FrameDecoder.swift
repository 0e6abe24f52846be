import Messages

/// Why bytes are not a frame. It ends the connection.
enum FrameError: Error, Hashable {
    /// The length prefix says 0.
    case empty
    /// The length prefix says more than the limit.
    case tooLong(Int)
    /// The bytes are not a `Frame`.
    case malformed(String)
}

/// One frame out of a receive buffer.
enum DecodedFrame: Hashable {
    /// A `message` frame, its payload as a range of the buffer: the fast path.
    case message(stream: UInt32, payload: Range<Int>, end: Bool)
    /// Any other frame, and a `message` in an encoding that the fast path does not read.
    case other(WireV1.Frame)
}

/// Cuts a receive buffer into frames.
///
/// Wire frames are `length: uint32 big-endian` and then that many bytes of protobuf. The most frequent, a `message` as
/// every known encoder writes it (fields by number, shortest varints), is read in place; every other goes through
/// protobuf-c, which decides.
enum FrameDecoder {
    /// The bytes of the length prefix.
    static let prefixBytes = 4

    /// The first frame of `bytes` and how many bytes it took, prefix included; nil when it is not all there yet.
    ///
    /// - Parameter maxFrameBytes: the most that a frame may have, without the prefix. Checked as soon as the prefix is
    ///   there, so that no one waits for 4 GiB.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, maxFrameBytes: Int
    ) throws(FrameError) -> (frame: DecodedFrame, consumed: Int)? {
        guard bytes.count >= prefixBytes else { return nil }
        let length = Int(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
        if length == 0 { throw .empty }
        if length > maxFrameBytes { throw .tooLong(length) }
        let total = prefixBytes + length
        guard bytes.count >= total else { return nil }
        if let message = messageInPlace(bytes, from: prefixBytes, to: total) { return (message, total) }
        do throws(DecodingError) {
            let body = UnsafeRawBufferPointer(rebasing: bytes[prefixBytes..<total])
            return (.other(try WireV1.Frame(protobuf: body)), total)
        } catch {
            throw .malformed(error.description)
        }
    }

    /// Reads `08 stream 12 length payload` and perhaps `78 01`, exactly; nil for anything else.
    static func messageInPlace(_ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) -> DecodedFrame? {
        var next = start
        guard end - start >= 4, bytes[next] == 0x08 else { return nil }
        next += 1
        guard let stream = varint(bytes, &next, end), next < end, bytes[next] == 0x12 else { return nil }
        next += 1
        guard let length = varint(bytes, &next, end) else { return nil }
        let payloadEnd = next + Int(length)
        if payloadEnd == end { return .message(stream: stream, payload: next..<payloadEnd, end: false) }
        guard payloadEnd + 2 == end, bytes[payloadEnd] == 0x78, bytes[payloadEnd + 1] == 0x01 else { return nil }
        return .message(stream: stream, payload: next..<payloadEnd, end: true)
    }

    /// A varint of 32 bits in its shortest form, or nil.
    private static func varint(_ bytes: UnsafeRawBufferPointer, _ next: inout Int, _ end: Int) -> UInt32? {
        var value: UInt32 = 0
        var shift: UInt32 = 0
        while next < end {
            let byte = bytes[next]
            next += 1
            if shift == 28, byte > 0x0F { return nil }
            value |= UInt32(byte & 0x7F) << shift
            if byte < 0x80 { return byte == 0 && shift > 0 ? nil : value }
            shift += 7
        }
        return nil
    }
}
