import Messages

/// Writes frames with their length prefix.
enum FrameEncoder {
    /// What a `message` frame takes at most beside its payload, prefix included.
    static let maxMessageOverhead = 20

    /// Bytes that a `message` frame takes, prefix included.
    static func messageBytes(stream: UInt32, payloadBytes: Int, end: Bool) -> Int {
        FrameDecoder.prefixBytes + frameBytes(stream: stream, payloadBytes: payloadBytes, end: end)
    }

    /// The most payload that a `message` frame may carry within a limit on frames, whatever its stream.
    static func maxPayloadBytes(maxFrameBytes: Int) -> Int {
        maxFrameBytes - (maxMessageOverhead - FrameDecoder.prefixBytes)
    }

    /// Writes a `message` frame to `target`, which has room for it, and returns how many bytes it took.
    static func writeMessage(
        stream: UInt32, payload: UnsafeRawBufferPointer, end: Bool, to target: UnsafeMutableRawBufferPointer
    ) -> Int {
        let length = frameBytes(stream: stream, payloadBytes: payload.count, end: end)
        precondition(target.count >= length + FrameDecoder.prefixBytes, "no room for a frame")
        target.storeBytes(of: UInt32(length).bigEndian, as: UInt32.self)
        var next = FrameDecoder.prefixBytes
        target[next] = 0x08
        next += 1
        writeVarint(stream, to: target, &next)
        target[next] = 0x12
        next += 1
        writeVarint(UInt32(payload.count), to: target, &next)
        if let source = payload.baseAddress, let base = target.baseAddress {
            (base + next).copyMemory(from: source, byteCount: payload.count)
        }
        next += payload.count
        if end {
            target[next] = 0x78
            target[next + 1] = 0x01
            next += 2
        }
        return next
    }

    /// Any frame, as bytes, prefix included.
    static func encode(_ frame: WireV1.Frame) -> [UInt8] {
        frame.withProtobuf { body in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(FrameDecoder.prefixBytes + body.count)
            withUnsafeBytes(of: UInt32(body.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: body)
            return bytes
        }
    }

    private static func frameBytes(stream: UInt32, payloadBytes: Int, end: Bool) -> Int {
        2 + varintBytes(stream) + varintBytes(UInt32(payloadBytes)) + payloadBytes + (end ? 2 : 0)
    }

    private static func varintBytes(_ value: UInt32) -> Int {
        value == 0 ? 1 : (38 - value.leadingZeroBitCount) / 7
    }

    private static func writeVarint(_ value: UInt32, to target: UnsafeMutableRawBufferPointer, _ next: inout Int) {
        var rest = value
        while rest >= 0x80 {
            target[next] = UInt8(truncatingIfNeeded: rest) | 0x80
            rest >>= 7
            next += 1
        }
        target[next] = UInt8(rest)
        next += 1
    }
}
