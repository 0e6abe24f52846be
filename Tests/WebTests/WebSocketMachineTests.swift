import NIOCore
import NIOEmbedded
import NIOWebSocket
import Testing

@testable import Web

@Suite("The WebSocket's machine")
struct WebSocketMachineTests {
    private static func limits(bytes: Int = 1_000, binary: Bool = true) -> WebSocketLimits {
        var limits = WebSocketLimits()
        limits.maxMessageBytes = bytes
        limits.takesBinary = binary
        return limits
    }

    @Test("delivers messages, whole and in the order they came", arguments: [1, 2, 3, 5, 7, 1_000])
    func messages(pieces: Int) {
        var machine = WebSocketMachine(limits: Self.limits())
        let bytes =
            Frames.text("hello") + Frames.text("") + Frames.text("Grö", isLast: false) + Frames.ping("are you there")
            + Frames.frame(0x00, []) + Frames.frame(0x80, Array("ße".utf8)) + Frames.frame(0x82, [0, 255, 0xC0])
        #expect(
            machine.receive(bytes, pieces: pieces) == [
                .deliver(.text("hello")), .deliver(.text("")), .pong(Array("are you there".utf8)),
                .deliver(.text("Größe")), .deliver(.binary([0, 255, 0xC0])),
            ])
        #expect(machine.isOpen)
    }

    @Test("reads frames of every kind of length", arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 70_001])
    func lengths(count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for pieces in [1_000_000, 4_093] {
            var machine = WebSocketMachine(limits: Self.limits(bytes: 70_001))
            #expect(machine.receive(Frames.frame(0x82, payload), pieces: pieces) == [.deliver(.binary(payload))])
        }
    }

    struct Wrong: CustomTestStringConvertible {
        var what: String
        var bytes: [UInt8]
        var code: UInt16
        /// It is known to be wrong after so many bytes.
        var after: Int
        var testDescription: String { what }

        init(_ what: String, _ bytes: [UInt8], _ code: UInt16, after: Int) {
            (self.what, self.bytes, self.code, self.after) = (what, bytes, code, after)
        }
    }

    private static let hello = Array("hello".utf8)

    static let wrong: [Wrong] = [
        .init("no mask", Frames.frame(0x81, hello, mask: nil), 1_002, after: 2),
        .init("reserved bit 1", Frames.frame(0xC1, hello), 1_002, after: 1),
        .init("reserved bit 2", Frames.frame(0xA1, hello), 1_002, after: 1),
        .init("reserved bit 3 in a ping", Frames.frame(0x99, hello), 1_002, after: 1),
        .init("an opcode for data that is not known", Frames.frame(0x83, hello), 1_002, after: 1),
        .init("an opcode for control that is not known", Frames.frame(0x8B, hello), 1_002, after: 1),
        .init("a ping in fragments", Frames.frame(0x09, hello), 1_002, after: 1),
        .init("a close in fragments", Frames.frame(0x08, [3, 232]), 1_002, after: 1),
        .init("a ping of 126 bytes", Frames.frame(0x89, [UInt8](repeating: 0, count: 126)), 1_002, after: 2),
        .init("a continuation of nothing", Frames.frame(0x80, hello), 1_002, after: 6),
        .init(
            "a message inside a message", Frames.text("a", isLast: false) + Frames.text("b"), 1_002, after: 7 + 6),
        .init("a length of two bytes too many", [0x81, 0xFE, 0, 125], 1_002, after: 4),
        .init("a length of eight bytes too many", [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], 1_002, after: 10),
        .init("a length with the highest bit", [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], 1_002, after: 10),
        .init("a frame that is too long", Frames.frame(0x81, [UInt8](repeating: 65, count: 1_001)), 1_009, after: 8),
        .init(
            "a frame of an exabyte", [0x82, 0xFF, 0x0F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4], 1_009,
            after: 14),
        .init(
            "a message that is too long",
            Frames.frame(0x01, [UInt8](repeating: 65, count: 600))
                + Frames.frame(0x00, [UInt8](repeating: 65, count: 401)),
            1_009, after: 608 + 8),
        .init("a surrogate", Frames.frame(0x81, [0x61, 0xED, 0xA0, 0x80]), 1_007, after: 6 + 3),
        .init("a byte that is never UTF-8", Frames.frame(0x81, [0x61, 0xFF, 0x61]), 1_007, after: 6 + 2),
        .init("above U+10FFFF", Frames.frame(0x81, [0xF4, 0x90, 0x80, 0x80]), 1_007, after: 6 + 2),
        .init("longer than it must be", Frames.frame(0x81, [0xE0, 0x80, 0x80]), 1_007, after: 6 + 2),
        .init("an unfinished character", Frames.frame(0x81, [0x61, 0xE2, 0x82]), 1_007, after: 6 + 3),
        .init(
            "a character broken off by a fragment", Frames.frame(0x01, [0xE2, 0x82]) + Frames.frame(0x80, [0x61]),
            1_007,
            after: 8 + 7),
        .init("a close of one byte", Frames.frame(0x88, [3]), 1_002, after: 7),
        .init("a close whose reason is no text", Frames.frame(0x88, [3, 232, 0xC0]), 1_007, after: 9),
        .init("a close whose reason breaks off", Frames.frame(0x88, [3, 232, 0xE2, 0x82]), 1_007, after: 10),
    ]

    @Test("refuses what is wrong at the first byte that is", arguments: wrong)
    func refusals(_ wrong: Wrong) {
        for pieces in [1, wrong.bytes.count] {
            var machine = WebSocketMachine(limits: Self.limits())
            let before = machine.receive(Array(wrong.bytes.prefix(wrong.after - 1)), pieces: pieces)
            #expect(before.isEmpty, "too early")
            let actions = machine.receive(Array(wrong.bytes.dropFirst(wrong.after - 1)), pieces: pieces)
            #expect(actions.map(\.withoutReason) == [.sendClose(wrong.code), .end])
            #expect(!machine.isOpen)
            #expect(machine.receive(Frames.text("more") + Frames.ping()).isEmpty)
        }
    }

    @Test("takes only text where that was agreed")
    func textOnly() {
        var machine = WebSocketMachine(limits: Self.limits(binary: false))
        #expect(machine.receive(Frames.text("a")) == [.deliver(.text("a"))])
        #expect(machine.receive(Frames.frame(0x82, [1])).map(\.withoutReason) == [.sendClose(1_003), .end])
    }

    @Test(
        "answers a close with its code, if that is one",
        arguments: [
            (1_000, true), (1_001, true), (1_003, true), (1_007, true), (1_011, true), (1_014, true), (3_000, true),
            (4_401, true), (4_999, true), (0, false), (999, false), (1_004, false), (1_005, false), (1_006, false),
            (1_015, false), (1_016, false), (2_999, false), (5_000, false), (65_535, false),
        ] as [(UInt16, Bool)])
    func codes(code: UInt16, isAllowed: Bool) {
        var machine = WebSocketMachine(limits: Self.limits())
        let actions = machine.receive(Frames.close(code, "reason"))
        #expect(actions.map(\.withoutReason) == [.sendClose(isAllowed ? code : 1_002), .end])
    }

    @Test("answers a close that says nothing with one that says nothing")
    func bareClose() {
        var machine = WebSocketMachine(limits: Self.limits())
        #expect(machine.receive(Frames.frame(0x88, []) + Frames.text("late")) == [.sendClose([]), .end])
    }

    @Test("once it has said close, waits for the peer's, and passes on nothing else")
    func closing() {
        var machine = WebSocketMachine(limits: Self.limits())
        #expect(machine.receive(Frames.text("begun", isLast: false)).isEmpty)
        let reason = String(repeating: "ä", count: 100)
        let payload = [0x11, 0x31] + Array(String(repeating: "ä", count: 61).utf8)
        #expect(machine.close(WebSocketClose(4_401, reason)) == [.sendClose(payload)])
        #expect(!machine.isOpen)
        #expect(machine.close(WebSocketClose(1_000)).isEmpty)
        #expect(machine.receive(Frames.frame(0x80, [0xFF]) + Frames.text("more") + Frames.ping()).isEmpty)
        #expect(machine.receive(Frames.close(4_401)) == [.end])
        #expect(machine.end().isEmpty)
    }

    @Test("ends when the peer's bytes do")
    func inputEnds() {
        var machine = WebSocketMachine(limits: Self.limits())
        #expect(machine.receive(Frames.text("half", isLast: false)).isEmpty)
        #expect(machine.end() == [.end])
        #expect(machine.end().isEmpty)
    }

    @Test("takes so many frames in a second and no more")
    func floods() {
        var limits = Self.limits()
        limits.maxFramesPerSecond = 3
        var machine = WebSocketMachine(limits: limits)
        let ping = Frames.ping()
        #expect(machine.receive(ping + ping + ping, second: 5).count == 3)
        #expect(machine.receive(ping, second: 6).count == 1)
        #expect(
            machine.receive(ping + ping + ping + ping, second: 7).map(\.withoutReason).suffix(2) == [
                .sendClose(1_008), .end,
            ])
    }

    @Test("reads what NIO's decoder reads")
    func asNIO() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            let payloads = (0..<8).map { _ in
                (0..<Int.random(in: 0...300, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator)
                }
            }
            let bytes = payloads.flatMap { payload in
                Frames.frame(0x82, payload, mask: (0..<4).map { _ in UInt8.random(in: 0...255, using: &generator) })
            }
            let channel = EmbeddedChannel(handler: ByteToMessageHandler(WebSocketFrameDecoder()))
            try channel.writeInbound(ByteBuffer(bytes: bytes))
            var theirs: [WebSocketMachine.Action] = []
            while let frame = try channel.readInbound(as: WebSocketFrame.self) {
                theirs.append(.deliver(.binary(Array(frame.unmaskedData.readableBytesView))))
            }
            var machine = WebSocketMachine(limits: Self.limits())
            #expect(machine.receive(bytes, pieces: Int.random(in: 1...40)) == theirs)
            #expect(theirs.count == payloads.count)
        }
    }
}

@Suite("A check of UTF-8 in pieces")
struct UTF8CheckTests {
    private static func accepts(_ bytes: [UInt8]) -> Bool {
        var check = UTF8Check()
        return bytes.allSatisfy { byte in withUnsafeBytes(of: byte) { check.take($0) } } && check.isComplete
    }

    @Test("agrees with Swift's on every text of up to three bytes")
    func short() {
        // Not all second and third bytes: those around every bound.
        let bounds: [UInt8] = [0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
        for first in UInt8.min...UInt8.max {
            #expect(Self.accepts([first]) == (String(validating: [first], as: UTF8.self) != nil))
            for second in UInt8.min...UInt8.max {
                let two = [first, second]
                #expect(Self.accepts(two) == (String(validating: two, as: UTF8.self) != nil))
                for third in bounds {
                    let three = two + [third]
                    guard Self.accepts(three) != (String(validating: three, as: UTF8.self) != nil) else { continue }
                    Issue.record("\(three)")
                }
            }
        }
    }

    @Test("agrees with Swift's on four bytes around every bound")
    func four() {
        let bounds: [UInt8] = [0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0]
        for first in UInt8(0xEF)...0xF5 {
            for second in bounds {
                for third in bounds {
                    for fourth in bounds {
                        let bytes = [first, second, third, fourth]
                        guard Self.accepts(bytes) != (String(validating: bytes, as: UTF8.self) != nil) else { continue }
                        Issue.record("\(bytes)")
                    }
                }
            }
        }
    }

    @Test("sees a wrong byte anywhere in long text")
    func long() {
        let text = Array(String(repeating: "Ein Regal für Brötchen. ", count: 20).utf8)
        #expect(Self.accepts(text))
        for index in text.indices {
            var wrong = text
            wrong[index] = 0xFF
            var check = UTF8Check()
            #expect(!wrong.withUnsafeBytes { check.take($0) })
        }
    }
}

@Suite("A WebSocket's keep-alive")
struct WebSocketKeepAliveTests {
    private static var limits: WebSocketLimits {
        var limits = WebSocketLimits()
        limits.pingAfter = .seconds(20)
        limits.pongTimeout = .seconds(10)
        return limits
    }

    @Test("asks after a silence, and gives up after a second one")
    func silence() {
        var keepAlive = WebSocketKeepAlive(limits: Self.limits, now: .seconds(100))
        #expect(keepAlive.look(at: .seconds(115), isListening: true) == .wait(.seconds(5)))
        #expect(keepAlive.look(at: .seconds(120), isListening: true) == .ping(.seconds(10)))
        #expect(keepAlive.look(at: .seconds(125), isListening: true) == .wait(.seconds(5)))
        #expect(keepAlive.look(at: .seconds(130), isListening: true) == .giveUp)
    }

    @Test("counts from the last thing heard")
    func heard() {
        var keepAlive = WebSocketKeepAlive(limits: Self.limits, now: .seconds(100))
        keepAlive.heard(at: .seconds(119))
        #expect(keepAlive.look(at: .seconds(120), isListening: true) == .wait(.seconds(19)))
        #expect(keepAlive.look(at: .seconds(139), isListening: true) == .ping(.seconds(10)))
        keepAlive.heard(at: .seconds(148))
        #expect(keepAlive.look(at: .seconds(149), isListening: true) == .wait(.seconds(19)))
    }

    @Test("does not blame the peer while nobody listens")
    func deaf() {
        var keepAlive = WebSocketKeepAlive(limits: Self.limits, now: .seconds(100))
        #expect(keepAlive.look(at: .seconds(120), isListening: true) == .ping(.seconds(10)))
        #expect(keepAlive.look(at: .seconds(130), isListening: false) == .wait(.seconds(20)))
        #expect(keepAlive.look(at: .seconds(150), isListening: true) == .ping(.seconds(10)))
    }
}
