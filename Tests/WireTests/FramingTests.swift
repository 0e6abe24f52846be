import Messages
import Testing

@testable import Wire

/// Frames as bytes: what the fast path reads, what protobuf-c reads, and that they agree.
@Suite struct FramingTests {
    private func decode(_ bytes: [UInt8], max: Int = 65_536) throws(FrameError) -> (frame: DecodedFrame, consumed: Int)?
    {
        try bytes.withUnsafeBufferPointer { (buffer) throws(FrameError) in
            try FrameDecoder.decode(UnsafeRawBufferPointer(buffer), maxFrameBytes: max)
        }
    }

    private func message(_ stream: UInt32, _ payload: [UInt8], end: Bool) -> [UInt8] {
        let size = FrameEncoder.messageBytes(stream: stream, payloadBytes: payload.count, end: end)
        return [UInt8](unsafeUninitializedCapacity: size + FrameEncoder.maxMessageOverhead) { buffer, count in
            count = payload.withUnsafeBytes {
                FrameEncoder.writeMessage(
                    stream: stream, payload: $0, end: end, to: UnsafeMutableRawBufferPointer(buffer))
            }
        }
    }

    private func prefixed(_ body: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt32(body.count).bigEndian, Array.init) + body
    }

    @Test func messagesAsBothEncodersWriteThemAreReadByBothDecoders() throws {
        for stream in [1, 127, 128, 16_383, 16_384, 1 << 21, 1 << 28, .max] as [UInt32] {
            for length in [0, 1, 127, 128, 300, 16_383, 16_384, 60_000] {
                for end in [false, true] {
                    let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ length) }
                    let frame = WireV1.Frame(streamID: stream, kind: .message(payload), end: end)
                    let bytes = message(stream, payload, end: end)
                    #expect(bytes == FrameEncoder.encode(frame))
                    #expect(bytes.count <= length + FrameEncoder.maxMessageOverhead)
                    let (decoded, consumed) = try #require(try decode(bytes))
                    #expect(consumed == bytes.count)
                    let range = bytes.count - length - (end ? 2 : 0)..<bytes.count - (end ? 2 : 0)
                    #expect(decoded == .message(stream: stream, payload: range, end: end))
                    #expect(try WireV1.Frame(protobuf: Array(bytes[4...])) == frame)
                }
            }
        }
    }

    /// Whatever the fast path accepts means the same to protobuf-c, on frames damaged at random.
    @Test func fastPathNeverDisagrees() throws {
        var random = Seeded(seed: 11)
        var fast = 0
        for _ in 0..<100_000 {
            let length = Int(random.next() % 6)
            let payload = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            var body = Array(message(UInt32(random.next() % 300), payload, end: random.next() % 2 == 0)[4...])
            for _ in 0..<random.next() % 3 {
                let index = Int(random.next() % UInt64(body.count))
                switch random.next() % 3 {
                case 0: body[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: body.insert(UInt8(truncatingIfNeeded: random.next() % 130), at: index)
                default: if body.count > 1 { body.remove(at: index) }
                }
            }
            let inPlace = body.withUnsafeBytes { FrameDecoder.messageInPlace($0, from: 0, to: body.count) }
            guard case .message(let stream, let range, let end)? = inPlace else { continue }
            fast += 1
            let frame = try WireV1.Frame(protobuf: body)
            #expect(frame == WireV1.Frame(streamID: stream, kind: .message(Array(body[range])), end: end))
        }
        #expect(fast > 10_000)
    }

    @Test func otherEncodingsOfAMessageGoThroughProtobufC() throws {
        let frame = WireV1.Frame(streamID: 5, kind: .message([1, 2]), end: true)
        for body: [UInt8] in [
            [0x12, 2, 1, 2, 0x08, 5, 0x78, 1],  // another order
            [0x08, 0x85, 0x00, 0x12, 2, 1, 2, 0x78, 1],  // a longer varint
            [0x08, 5, 0x12, 2, 1, 2, 0x78, 0x81, 0x00],  // a longer bool
            [0x08, 9, 0x08, 5, 0x12, 2, 1, 2, 0x78, 1],  // a field twice: the last counts
            [0x08, 5, 0x12, 1, 9, 0x12, 2, 1, 2, 0x78, 1],
            [0x08, 5, 0x12, 2, 1, 2, 0x78, 1, 0xA2, 0x06, 1, 7],  // an unknown field
        ] {
            #expect(try decode(prefixed(body))?.frame == .other(frame))
        }
    }

    @Test func everyPrefixOfAFrameIsIncomplete() throws {
        let bytes = FrameEncoder.encode(
            WireV1.Frame(kind: .hello(.init(minVersion: 1, maxVersion: 1, agent: "test"))))
        for length in 0..<bytes.count { #expect(try decode(Array(bytes[..<length]))?.consumed == nil) }
        #expect(try decode(bytes + [1, 2, 3])?.consumed == bytes.count)
    }

    @Test func brokenFrames() {
        #expect(throws: FrameError.empty) { try decode([0, 0, 0, 0]) }
        #expect(throws: FrameError.tooLong(Int(UInt32.max))) { try decode([255, 255, 255, 255]) }
        #expect(throws: FrameError.tooLong(65_537)) { try decode([0, 1, 0, 1]) }
        #expect(throws: FrameError.tooLong(0x4745_5420)) { try decode(Array("GET / HTTP/1.1\r\n".utf8)) }
        for body: [UInt8] in [
            [0x08], [0x12, 5, 1], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x0B, 1], [0x00, 0x00],
            [0x22, 4, 0x0A, 2, 0xC3, 0x28],  // Open with a method that is not UTF-8
        ] {
            let error = #expect(throws: FrameError.self) { try decode(prefixed(body)) }
            guard case .malformed = error else {
                Issue.record("\(body): \(String(describing: error))")
                continue
            }
        }
    }
}

/// SplitMix64: the same numbers from the same seed, everywhere.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
