@testable import Web

/// A plain reading of RFC 6455 for a server: whole frames from whole bytes, with Swift's own judge of UTF-8.
struct WebSocketReference {
    struct Reading {
        var actions: [WebSocketMachine.Action] = []
        /// Whether the bytes ended inside a frame.
        var isCutShort = false
    }

    private struct Frame {
        var first: UInt8
        var isMasked: Bool
        /// As it stands: short, or of so many bytes.
        var lengthBytes: Int
        var length: UInt64
        var payload: [UInt8]?
    }

    private struct Wrong: Error { let code: UInt16 }

    let limits: WebSocketLimits

    func read(_ bytes: [UInt8]) -> Reading {
        var reading = Reading()
        var rest = bytes[...]
        var kind: UInt8?
        var message: [UInt8] = []
        var count = 0
        while !rest.isEmpty {
            guard let frame = Self.frame(&rest) else {
                reading.isCutShort = true
                return reading
            }
            count += 1
            do {
                if try take(frame, number: count, &kind, &message, &reading) { return reading }
            } catch {
                let code = (error as? Wrong)?.code ?? 0
                reading.actions += [.sendClose([UInt8(code >> 8), UInt8(code & 0xFF)]), .end]
                return reading
            }
            if frame.payload == nil {
                reading.isCutShort = true
                return reading
            }
        }
        return reading
    }

    /// The next frame; its payload is nil when that is not whole.
    private static func frame(_ rest: inout ArraySlice<UInt8>) -> Frame? {
        var bytes = rest
        guard let first = bytes.popFirst(), let second = bytes.popFirst() else { return nil }
        let isMasked = second & 0x80 != 0
        let lengthBytes = second & 0x7F == 126 ? 2 : second & 0x7F == 127 ? 8 : 0
        // What is wrong with the first two bytes is known without the others.
        guard bytes.count >= lengthBytes + 4 else { return nil }
        let length =
            lengthBytes == 0 ? UInt64(second & 0x7F) : bytes.prefix(lengthBytes).reduce(0) { $0 << 8 | UInt64($1) }
        bytes = bytes.dropFirst(lengthBytes)
        let mask = Array(bytes.prefix(4))
        bytes = bytes.dropFirst(4)
        var frame = Frame(first: first, isMasked: isMasked, lengthBytes: lengthBytes, length: length)
        if length <= UInt64(bytes.count) {
            frame.payload = bytes.prefix(Int(length)).enumerated().map { $1 ^ mask[$0 % 4] }
            bytes = bytes.dropFirst(Int(length))
        }
        rest = bytes
        return frame
    }

    /// - Returns: whether that was the last frame
    private func take(
        _ frame: Frame, number: Int, _ kind: inout UInt8?, _ message: inout [UInt8], _ reading: inout Reading
    ) throws -> Bool {
        let opcode = frame.first & 0x0F
        let isLast = frame.first & 0x80 != 0
        let isControl = opcode >= 8
        func require(_ holds: Bool, _ code: UInt16 = 1_002) throws { if !holds { throw Wrong(code: code) } }
        try require(frame.first & 0x70 == 0)
        try require([0, 1, 2, 8, 9, 10].contains(opcode))
        try require(isLast || !isControl)
        try require(frame.isMasked)
        try require(!isControl || frame.lengthBytes == 0)
        try require(frame.length < 1 << 63)
        try require(frame.lengthBytes != 2 || frame.length >= 126)
        try require(frame.lengthBytes != 8 || frame.length >= 65_536)
        try require(number <= limits.maxFramesPerSecond, 1_008)
        if !isControl {
            try require((opcode == 0) == (kind != nil))
            try require(opcode != 2 || limits.takesBinary, 1_003)
            try require(frame.length <= UInt64(limits.maxMessageBytes - message.count), 1_009)
        }
        guard let payload = frame.payload else { return false }
        switch opcode {
        case 8: return try close(payload, &reading)
        case 9: reading.actions.append(.pong(payload))
        case 10: break
        default:
            kind = kind ?? opcode
            message += payload
            if kind == 1 { try require(Self.canBecomeText(message, isWhole: isLast), 1_007) }
            guard isLast else { break }
            reading.actions.append(
                .deliver(kind == 1 ? .text(String(decoding: message, as: UTF8.self)) : .binary(message)))
            kind = nil
            message = []
        }
        return false
    }

    private func close(_ payload: [UInt8], _ reading: inout Reading) throws -> Bool {
        guard payload.count != 1 else { throw Wrong(code: 1_002) }
        if payload.count >= 2 {
            let code = Int(payload[0]) * 256 + Int(payload[1])
            let allowed = [1_000...1_003, 1_007...1_014, 3_000...4_999]
            guard allowed.contains(where: { $0.contains(code) }) else { throw Wrong(code: 1_002) }
            guard String(validating: payload.dropFirst(2), as: UTF8.self) != nil else { throw Wrong(code: 1_007) }
        }
        reading.actions += [.sendClose(Array(payload.prefix(2))), .end]
        return true
    }

    /// Whether bytes are text, or some more bytes could make them so.
    private static func canBecomeText(_ bytes: [UInt8], isWhole: Bool) -> Bool {
        if String(validating: bytes, as: UTF8.self) != nil { return true }
        guard !isWhole else { return false }
        // All but the last character is text, and that one is the beginning of some.
        for cut in 1...3 where cut <= bytes.count {
            let (head, tail) = (bytes.dropLast(cut), Array(bytes.suffix(cut)))
            guard String(validating: head, as: UTF8.self) != nil else { continue }
            if endings.contains(where: { String(validating: tail + $0, as: UTF8.self)?.unicodeScalars.count == 1 }) {
                return true
            }
        }
        return false
    }

    /// Whatever may follow the bytes of an unfinished character: the extremes are enough.
    private static let endings: [[UInt8]] = {
        let next: [[UInt8]] = [[0x80], [0x90], [0xA0], [0xBF]]
        let two = next.flatMap { first in next.map { first + $0 } }
        return next + two + two.flatMap { first in next.map { first + $0 } }
    }()
}
