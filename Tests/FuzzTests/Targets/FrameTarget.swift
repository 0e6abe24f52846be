import Messages

@testable import Wire

/// The frame decoder: what it reads in place means the same to protobuf-c, wherever the bytes are cut.
///
/// Input: `mode`, then with an even one the body of one frame, with an odd one a cut and a stream of frames with their
/// prefixes.
enum FrameTarget {
    private static let maxFrameBytes = 4_096

    static func run(_ input: UnsafeRawBufferPointer) throws {
        var reader = FuzzReader(input)
        if reader.byte() & 1 == 0 {
            try body(reader.all())
        } else {
            let pieces = 1 + Int(reader.byte())
            try stream(reader.all(), pieces: pieces)
        }
    }

    /// One frame's body, with a prefix that fits.
    private static func body(_ body: UnsafeRawBufferPointer) throws {
        guard body.count > 0, body.count <= maxFrameBytes else { return }
        try withUnsafeTemporaryAllocation(byteCount: body.count + FrameDecoder.prefixBytes, alignment: 1) { framed in
            framed.storeBytes(of: UInt32(body.count).bigEndian, as: UInt32.self)
            UnsafeMutableRawBufferPointer(rebasing: framed[FrameDecoder.prefixBytes...]).copyMemory(from: body)
            let bytes = UnsafeRawBufferPointer(framed)
            try agrees(try? FrameDecoder.decode(bytes, maxFrameBytes: maxFrameBytes), bytes)
        }
    }

    /// The decoder's frame against protobuf-c's of the same bytes, and back to bytes.
    private static func agrees(
        _ decoded: (frame: DecodedFrame, consumed: Int)?, _ bytes: UnsafeRawBufferPointer
    ) throws {
        let body = UnsafeRawBufferPointer(rebasing: bytes[FrameDecoder.prefixBytes...])
        let reference = try? WireV1.Frame(protobuf: body)
        guard let (frame, consumed) = decoded else {
            return try always(reference == nil, "refused what protobuf-c reads: \(String(describing: reference))")
        }
        try always(consumed == bytes.count, "took \(consumed) of \(bytes.count) bytes")
        let meaning = try value(frame, in: bytes)
        guard let reference else { throw FuzzFinding(description: "read in place what protobuf-c refuses: \(meaning)") }
        // Through bytes, since a value may hold what is not equal to itself.
        try always(
            meaning.protobuf() == reference.protobuf(), "read \(meaning) where protobuf-c reads \(reference)")
        guard case .message(let stream, let range, let end) = frame else { return }
        let size = FrameEncoder.messageBytes(stream: stream, payloadBytes: range.count, end: end)
        try withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { target in
            let payload = UnsafeRawBufferPointer(rebasing: bytes[range])
            let written = FrameEncoder.writeMessage(stream: stream, payload: payload, end: end, to: target)
            try always(written == size, "a frame of \(written) bytes was announced with \(size)")
            try always(target.elementsEqual(bytes), "what is read in place is not what is written")
        }
    }

    private static func value(_ frame: DecodedFrame, in bytes: UnsafeRawBufferPointer) throws -> WireV1.Frame {
        switch frame {
        case .other(let frame): return frame
        case .message(let stream, let range, let end):
            try always(
                range.lowerBound >= FrameDecoder.prefixBytes && range.upperBound <= bytes.count,
                "a payload at \(range) of \(bytes.count) bytes")
            return WireV1.Frame(
                streamID: stream, kind: .message(Array(UnsafeRawBufferPointer(rebasing: bytes[range]))), end: end)
        }
    }

    private enum Outcome: Equatable {
        case frame([UInt8])
        case error(FrameError)
    }

    /// A stream read whole, and read as it arrives in pieces: the same frames, and the same end.
    private static func stream(_ bytes: UnsafeRawBufferPointer, pieces: Int) throws {
        let whole = try outcomes(bytes, arriving: bytes.count)
        let split = try outcomes(bytes, arriving: pieces)
        try always(whole == split, "in pieces of \(pieces) the stream reads \(split), whole \(whole)")
    }

    /// What is read when `step` bytes more are there each time.
    private static func outcomes(_ bytes: UnsafeRawBufferPointer, arriving step: Int) throws -> [Outcome] {
        var outcomes: [Outcome] = []
        var consumed = 0
        var arrived = 0
        while arrived < bytes.count {
            arrived = min(arrived + step, bytes.count)
            while true {
                let inbox = UnsafeRawBufferPointer(rebasing: bytes[consumed..<arrived])
                do throws(FrameError) {
                    guard let (frame, length) = try FrameDecoder.decode(inbox, maxFrameBytes: maxFrameBytes) else {
                        break
                    }
                    let own = UnsafeRawBufferPointer(rebasing: inbox.prefix(length))
                    outcomes.append(.frame((try? value(frame, in: own).protobuf()) ?? []))
                    consumed += length
                } catch {
                    outcomes.append(.error(error))
                    return outcomes
                }
            }
        }
        return outcomes
    }
}
