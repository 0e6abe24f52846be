@testable import Web

/// The WebSocket's machine: what it makes of bytes in pieces is what a plain reading of all of them makes, and it is over
/// when it says so.
///
/// Input: limits, a size of pieces, when we close; then frames, each with its head's first byte, a length and a mask, or raw
/// bytes.
enum WebSocketTarget {
    static func run(_ input: UnsafeRawBufferPointer) throws {
        var reader = FuzzReader(input)
        var limits = WebSocketLimits()
        limits.maxMessageBytes = reader.one(of: [0, 5, 200, 70_000])
        limits.takesBinary = reader.bool()
        limits.maxFramesPerSecond = reader.one(of: [1_000, 2])
        let pieces = 1 + Int(reader.byte())
        let isRaw = reader.bool()
        let bytes = isRaw ? Array(reader.all()) : frames(&reader, mayBeLong: pieces > 200)
        let whole = try outcome(bytes, pieces: max(1, bytes.count), limits)
        let split = try outcome(bytes, pieces: pieces, limits)
        try always(whole == split, "in pieces of \(pieces) it does \(split), whole \(whole)")
        try agrees(whole, WebSocketReference(limits: limits).read(bytes))
        try closing(bytes, pieces: pieces, limits)
    }

    /// Frames that are mostly right, so that what is wrong with them is further inside.
    private static func frames(_ reader: inout FuzzReader, mayBeLong: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        while !reader.isAtEnd {
            let first = reader.byte()
            let shape = reader.byte()
            let mask = [UInt8](repeating: reader.byte(), count: 3) + [reader.byte()]
            var payload = Array(reader.bytes(Int(shape & 0x1F)))
            if shape & 0xE0 == 0xE0, mayBeLong { payload += [UInt8](repeating: first, count: 66_000) }
            bytes.append(first)
            switch shape & 0x60 {
            case 0x20: bytes += [0x80 | 126, UInt8(payload.count >> 8 & 0xFF), UInt8(payload.count & 0xFF)]
            case 0x40, 0x60:
                bytes.append(0x80 | 127)
                bytes += (0..<8).reversed().map { UInt8(truncatingIfNeeded: payload.count >> ($0 * 8)) }
            default: bytes.append(0x80 | UInt8(min(payload.count, 125)))
            }
            bytes += mask
            bytes += payload.enumerated().map { $1 ^ mask[$0 % 4] }
        }
        return bytes
    }

    private static func outcome(
        _ bytes: [UInt8], pieces: Int, _ limits: WebSocketLimits
    ) throws -> [WebSocketMachine.Action] {
        var machine = WebSocketMachine(limits: limits)
        var actions: [WebSocketMachine.Action] = []
        try feed(bytes, pieces: pieces, to: &machine) { actions += $0 }
        if let end = actions.firstIndex(of: .end) {
            try always(end == actions.count - 1, "something after the end: \(actions)")
            try always(!machine.isOpen, "open after the end")
            try always(machine.end().isEmpty, "a second end")
        }
        return actions
    }

    private static func feed(
        _ bytes: [UInt8], pieces: Int, to machine: inout WebSocketMachine,
        _ body: ([WebSocketMachine.Action]) throws -> Void
    ) throws {
        try bytes.withUnsafeBytes { all in
            for start in stride(from: 0, to: all.count, by: pieces) {
                let piece = UnsafeRawBufferPointer(rebasing: all[start..<min(start + pieces, all.count)])
                try body(machine.receive(piece, second: 7))
            }
        }
    }

    /// Once we have said close: no message, no pong and no other close, whatever comes.
    private static func closing(_ bytes: [UInt8], pieces: Int, _ limits: WebSocketLimits) throws {
        var machine = WebSocketMachine(limits: limits)
        let close = machine.close(WebSocketClose(WebSocketClose.goingAway, "bye"))
        try always(close == [.sendClose([0x03, 0xE9] + Array("bye".utf8))], "our close is \(close)")
        var actions: [WebSocketMachine.Action] = []
        try feed(bytes, pieces: pieces, to: &machine) { actions += $0 }
        try always(actions.isEmpty || actions == [.end], "while closing: \(actions)")
        try always(actions == [.end] || machine.end() == [.end], "no end")
    }

    private static func agrees(
        _ machine: [WebSocketMachine.Action], _ reference: WebSocketReference.Reading
    ) throws {
        let expected = reference.actions
        // Without the reasons, which are for people.
        let machine = machine.map { action -> WebSocketMachine.Action in
            if case .sendClose(let payload) = action { .sendClose(Array(payload.prefix(2))) } else { action }
        }
        if machine == expected { return }
        // In a frame that is not whole the machine may know already that it is wrong.
        try always(
            reference.isCutShort && machine.count == expected.count + 2
                && Array(machine.prefix(expected.count)) == expected
                && machine.last == .end, "it does \(machine), and should \(expected)")
    }
}
