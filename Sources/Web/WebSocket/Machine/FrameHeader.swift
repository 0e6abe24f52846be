/// The head of a WebSocket frame (RFC 6455, section 5.2) as it comes byte by byte, checked as soon as it can be.
struct FrameHeader {
    enum Opcode: UInt8 {
        case continuation = 0x0
        case text = 0x1
        case binary = 0x2
        case close = 0x8
        case ping = 0x9
        case pong = 0xA

        var isControl: Bool { rawValue & 0x8 != 0 }
    }

    private(set) var isLast = false
    private(set) var opcode = Opcode.continuation
    private(set) var length: UInt64 = 0
    private(set) var mask: UInt32 = 0
    private var count = 0
    /// Bytes of the head; known to be 6, 8 or 14 after the second.
    private var size = 2

    /// Whether a head has begun and is not whole.
    var isPartial: Bool { count > 0 && count < size }

    /// Takes the head's next byte.
    /// - Returns: whether the head is whole; the next byte then begins another
    mutating func take(_ byte: UInt8) throws(WebSocketFailure) -> Bool {
        if count == size { self = FrameHeader() }
        switch count {
        case 0: try first(byte)
        case 1: try second(byte)
        case (size - 4)...: mask = mask << 8 | UInt32(byte)
        default:
            length = length << 8 | UInt64(byte)
            if count == size - 5 { try checkLength() }
        }
        count += 1
        return count == size
    }

    private mutating func first(_ byte: UInt8) throws(WebSocketFailure) {
        guard byte & 0x70 == 0 else { throw .protocolError("a reserved bit is set, and no extension was agreed on") }
        guard let opcode = Opcode(rawValue: byte & 0x0F) else {
            throw .protocolError("there is no opcode \(byte & 0x0F)")
        }
        self.opcode = opcode
        isLast = byte & 0x80 != 0
        guard isLast || !opcode.isControl else { throw .protocolError("a control frame may not be fragmented") }
    }

    private mutating func second(_ byte: UInt8) throws(WebSocketFailure) {
        guard byte & 0x80 != 0 else { throw .protocolError("a client's frames must be masked") }
        switch byte & 0x7F {
        case 126: size = 8
        case 127: size = 14
        case let short:
            length = UInt64(short)
            size = 6
        }
        guard size == 6 || !opcode.isControl else { throw .protocolError("a control frame has 125 bytes at most") }
    }

    private func checkLength() throws(WebSocketFailure) {
        guard length < 1 << 63 else { throw .protocolError("a frame's length has its highest bit set") }
        guard length >= (size == 8 ? 126 : 65_536) else { throw .protocolError("a frame's length is not the shortest") }
    }
}

/// What a peer did wrong, as the close that it gets.
struct WebSocketFailure: Error, Hashable {
    let close: WebSocketClose

    static func protocolError(_ reason: String) -> WebSocketFailure {
        WebSocketFailure(close: WebSocketClose(WebSocketClose.protocolError, reason))
    }

    static let invalidText = WebSocketFailure(
        close: WebSocketClose(WebSocketClose.invalidText, "the text is not UTF-8"))
}
