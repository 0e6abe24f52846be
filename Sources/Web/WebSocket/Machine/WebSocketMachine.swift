/// The server's end of a WebSocket (RFC 6455) after the upgrade: bytes in, what is to be done out.
///
/// Checks everything that a peer must keep to, at the first byte that is wrong: a frame that will be too large is refused
/// by its head, and text that is not UTF-8 in the middle of a frame. It holds no more than one message and one control
/// frame.
struct WebSocketMachine {
    enum Action: Hashable {
        /// A whole message.
        case deliver(WebSocketMessage)
        /// Answer a ping with what it carried.
        case pong([UInt8])
        /// Send a close frame with this payload; it is the last frame.
        case sendClose([UInt8])
        /// The conversation is over: nothing more is taken in, and the connection goes once what was written has left.
        case end
    }

    private enum State {
        case open
        /// We said close and wait for the peer to say it too; messages are dropped.
        case closing
        case ended
    }

    private let limits: WebSocketLimits
    private var state = State.open
    private var header = FrameHeader()
    /// Of the frame whose head is whole: bytes to come, and how many have.
    private var remaining = 0
    private var taken = 0
    /// The message begun, and what it is; nil between messages.
    private var kind: FrameHeader.Opcode?
    private var message: [UInt8] = []
    private var text = UTF8Check()
    /// What the control frame begun carries.
    private var control: [UInt8] = []
    /// Frames in the second of the last one.
    private var second: Int64 = 0
    private var framesInSecond = 0

    init(limits: WebSocketLimits) {
        self.limits = limits
    }

    /// Whether we may still send messages.
    var isOpen: Bool { state == .open }

    /// Bytes have come.
    /// - Parameter second: the time in whole seconds, of any clock that does not go back
    mutating func receive(_ bytes: UnsafeRawBufferPointer, second: Int64) -> [Action] {
        var actions: [Action] = []
        var index = 0
        do throws(WebSocketFailure) {
            while index < bytes.count, state != .ended {
                if remaining == 0 {
                    let isWhole = try header.take(bytes[index])
                    index += 1
                    if isWhole { try begin(second, &actions) }
                } else {
                    let count = min(remaining, bytes.count - index)
                    try take(UnsafeRawBufferPointer(rebasing: bytes[index..<(index + count)]), &actions)
                    index += count
                }
            }
        } catch {
            fail(error.close, &actions)
        }
        return actions
    }

    /// We want to end it.
    mutating func close(_ close: WebSocketClose) -> [Action] {
        guard state == .open else { return [] }
        state = .closing
        letGo()
        return [.sendClose(close.payload)]
    }

    /// The peer's bytes have ended, or its answer to our close did not come in time.
    mutating func end() -> [Action] {
        guard state != .ended else { return [] }
        state = .ended
        letGo()
        return [.end]
    }

    // MARK: Frames

    /// A frame's head is whole.
    private mutating func begin(_ now: Int64, _ actions: inout [Action]) throws(WebSocketFailure) {
        if now != second { (second, framesInSecond) = (now, 0) }
        framesInSecond += 1
        guard framesInSecond <= limits.maxFramesPerSecond else {
            throw WebSocketFailure(
                close: WebSocketClose(
                    WebSocketClose.policyViolation, "more than \(limits.maxFramesPerSecond) frames in a second"))
        }
        switch header.opcode {
        case .text, .binary:
            guard kind == nil else { throw .protocolError("a message began before the last one's final frame") }
            guard header.opcode == .text || limits.takesBinary else {
                throw WebSocketFailure(
                    close: WebSocketClose(WebSocketClose.unsupportedData, "only text messages are understood"))
            }
            kind = header.opcode
        case .continuation:
            guard kind != nil else { throw .protocolError("a continuation without a message that it goes on with") }
        case .close, .ping, .pong: break
        }
        guard header.opcode.isControl || header.length <= UInt64(limits.maxMessageBytes - message.count) else {
            throw WebSocketFailure(
                close: WebSocketClose(
                    WebSocketClose.tooLarge, "a message has \(limits.maxMessageBytes) bytes at most"))
        }
        remaining = Int(header.length)
        taken = 0
        if remaining == 0 { try finishFrame(&actions) }
    }

    /// Bytes of the frame, as many as it still has at most.
    private mutating func take(_ bytes: UnsafeRawBufferPointer, _ actions: inout [Action]) throws(WebSocketFailure) {
        if header.opcode.isControl {
            unmask(bytes, onto: &control)
        } else if state == .open {
            let before = message.count
            if before == 0, header.isLast { message.reserveCapacity(remaining) }
            unmask(bytes, onto: &message)
            if kind == .text {
                var text = text
                let isText = message.withUnsafeBytes { text.take(UnsafeRawBufferPointer(rebasing: $0[before...])) }
                guard isText else { throw .invalidText }
                self.text = text
            }
        }
        remaining -= bytes.count
        taken += bytes.count
        if remaining == 0 { try finishFrame(&actions) }
    }

    private func unmask(_ bytes: UnsafeRawBufferPointer, onto target: inout [UInt8]) {
        // The mask as it falls on the first of these bytes.
        let turn = UInt32(taken % 4) * 8
        let mask = header.mask << turn | (turn == 0 ? 0 : header.mask >> (32 - turn))
        let word = UInt64(mask.bigEndian) << 32 | UInt64(mask.bigEndian)
        let start = target.count
        target.append(contentsOf: bytes)
        target.withUnsafeMutableBytes { all in
            var index = start
            while index + 8 <= all.count {
                let masked = all.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                all.storeBytes(of: masked ^ word, toByteOffset: index, as: UInt64.self)
                index += 8
            }
            while index < all.count {
                all[index] ^= UInt8(truncatingIfNeeded: mask >> UInt32(24 - (index - start) % 4 * 8))
                index += 1
            }
        }
    }

    private mutating func finishFrame(_ actions: inout [Action]) throws(WebSocketFailure) {
        switch header.opcode {
        case .ping:
            if state == .open { actions.append(.pong(control)) }
            control = []
        case .pong: control = []
        case .close: try finishClose(&actions)
        case .text, .binary, .continuation:
            guard header.isLast else { return }
            let isText = kind == .text
            guard !isText || text.isComplete || state != .open else { throw .invalidText }
            kind = nil
            text = UTF8Check()
            let bytes = message
            message = []
            if state == .open {
                actions.append(
                    .deliver(isText ? .text(String(decoding: bytes, as: UTF8.self)) : .binary(bytes)))
            }
        }
    }

    private mutating func finishClose(_ actions: inout [Action]) throws(WebSocketFailure) {
        let payload = control
        if payload.count == 1 { throw .protocolError("a close frame has no code, or one of two bytes") }
        if payload.count >= 2 {
            let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
            guard WebSocketClose.isAllowed(code) else { throw .protocolError("\(code) is no code to close with") }
            var reason = UTF8Check()
            let isText = payload.withUnsafeBytes { reason.take(UnsafeRawBufferPointer(rebasing: $0[2...])) }
            guard isText, reason.isComplete else { throw .invalidText }
        }
        if state == .open { actions.append(.sendClose(Array(payload.prefix(2)))) }
        state = .ended
        letGo()
        actions.append(.end)
    }

    private mutating func fail(_ close: WebSocketClose, _ actions: inout [Action]) {
        if state == .open { actions.append(.sendClose(close.payload)) }
        state = .ended
        letGo()
        actions.append(.end)
    }

    private mutating func letGo() {
        message = []
        if state == .ended { control = [] }
    }
}

/// One message, whole and checked.
package enum WebSocketMessage: Hashable, Sendable {
    case text(String)
    case binary([UInt8])
}
